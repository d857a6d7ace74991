#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "server/core/optimizer.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg::testing {

/// Memory of one coordinate, by symbol; what is read before it is written is 0.
using Memory = std::map<std::string, double>;
/// The change of x that step t (from 1 on) makes for gradient g.
using Rule = std::function<double(Memory& memory, double g, int t)>;

inline constexpr int kFollowedSteps = 100;
// The order of operations differs: a few roundings per step, which a contraction does not amplify.
inline constexpr double kFollowingTolerance = 1e-11;

/// Expects `part` to go the way of `rule` on Rosenbrock's valley, coordinate by coordinate.
inline void ExpectFollows(const Part& part, const Rule& rule) {
  SCOPED_TRACE(part.kind);
  const auto objective = Rosenbrock();
  const auto optimizer = MakeFrom(Optimizers(), "optimizer", part);
  ASSERT_TRUE(optimizer.ok()) << optimizer.status();
  Problem problem(*objective, Direction::kMinimize);
  Iterate at;
  at.x = Point({-0.5, 0.8});
  at.gradient = Vector::Zero(2);
  ASSERT_TRUE(problem.Evaluate(at).ok());

  Vector x = at.x;
  Vector gradient = at.gradient;
  Memory memory[2];
  for (int t = 1; t <= kFollowedSteps; ++t) {
    double value = 0;
    ASSERT_TRUE(objective->ValueAndGradient(x, value, gradient).ok());
    for (Index i = 0; i < 2; ++i) x[i] -= rule(memory[i], gradient[i], t);

    ASSERT_TRUE((*optimizer)->Step(problem, at).ok());
    ++at.iteration;
    ASSERT_NEAR(at.x[0], x[0], kFollowingTolerance * std::max(1.0, std::abs(x[0]))) << "step " << t;
    ASSERT_NEAR(at.x[1], x[1], kFollowingTolerance * std::max(1.0, std::abs(x[1]))) << "step " << t;
  }
}

}  // namespace thalweg::testing
