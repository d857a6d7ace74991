#pragma once

#include <functional>
#include <memory>

#include "gtest/gtest.h"
#include "server/core/line_search.h"
#include "tests/support/objectives.h"

namespace thalweg::testing {

/// A function of one variable along which a search goes from 0 upwards: its value and slope.
struct Point1 {
  double value, slope;
};
using Phi = std::function<Point1(double a)>;

/// All that came of one search.
struct Searched {
  Found found = Found::kNone;
  Trial trial;
  double x = 0;      ///< Where the search stands.
  double value = 0;  ///< phi there.
  int64_t trials = 0;
  std::vector<double> tried;  ///< Every step, in order.
};

inline Searched SearchOn(const Phi& phi, const LineSearch& search, double first,
                         double longest = kInfinity) {
  Searched searched;
  const auto objective = Make(1, [&](const Vector& x, Vector* g) {
    searched.tried.push_back(x[0]);
    const Point1 point = phi(x[0]);
    if (g != nullptr) (*g)[0] = point.slope;
    return point.value;
  });
  Problem problem(*objective, Direction::kMinimize);
  Iterate at;
  at.x = Vector::Zero(1);
  at.gradient = Vector::Zero(1);
  EXPECT_TRUE(problem.Evaluate(at).ok());
  searched.tried.clear();

  const Vector direction = Vector::Ones(1);
  Place place;
  Ray ray(problem, at, direction, at.gradient[0], longest, place);
  const auto found = search.Search(ray, first, searched.trial);
  EXPECT_TRUE(found.ok()) << found.status();
  searched.found = found.value_or(Found::kNone);
  searched.x = place.x[0];
  searched.value = place.value;
  searched.trials = ray.trials();
  return searched;
}

inline std::unique_ptr<LineSearch> MakeSearch(const std::string& kind,
                                              std::map<std::string, Setting> settings = {}) {
  auto search = MakeFrom(LineSearches(), "line search", {kind, std::move(settings)});
  EXPECT_TRUE(search.ok()) << search.status();
  return *std::move(search);
}

}  // namespace thalweg::testing
