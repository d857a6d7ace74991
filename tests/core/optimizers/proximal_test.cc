// Proximal gradient and FISTA: f + l1*||x||_1 within bounds.

#include <cmath>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::FromText;
using testing::Outcome;
using testing::Point;
using testing::RunOf;

const Part kMethods[] = {{"proximal_gradient", {}},
                         {"fista", {}},
                         {"fista", {{"variant", "monotone"}}},
                         {"fista", {{"variant", "plain"}}}};

DescentSettings On(Part method, double l1, Vector start) {
  method.settings["l1"] = l1;
  return {.optimizer = std::move(method),
          .stopping = {After(5'000), {"gradient_norm", {{"threshold", 1e-10}}}},
          .start = std::move(start)};
}

// Coordinate by coordinate: (x-3)^2 + 2|x| has its minimum at 2, 10*(y-0.05)^2 + 2|y| at 0.
TEST(Proximal, ShrinksEachCoordinateAndMakesSomeZero) {
  for (const Part& method : kMethods) {
    const Outcome outcome =
        RunOf(FromText("(x[0]-3)**2 + 10*(x[1]-0.05)**2", 2), On(method, 2, Point({0, 1})));

    EXPECT_EQ(outcome.reason.criterion, "gradient_norm");
    EXPECT_NEAR(outcome.iterates.back().x[0], 2, 1e-10);
    EXPECT_EQ(outcome.iterates.back().x[1], 0);
    EXPECT_NEAR(outcome.best.value, 1 + 10 * 0.05 * 0.05 + 2 * 2, 1e-12);
  }
}

TEST(Proximal, CountsThePenaltyFromTheStartOn) {
  for (const Part& method : kMethods) {
    const auto first =
        RunOf(FromText("x[0] + x[1]**2", 2), On(method, 0.5, Point({-4, 1}))).iterates.front();

    EXPECT_EQ(first.value, -4 + 1 + 0.5 * 5);
    EXPECT_EQ(first.gradient_max, 2.5);  // of y: 2 + 0.5; of x: 1 - 0.5
  }
}

TEST(Proximal, TakesTheShortestSubgradientAtZero) {
  const auto slope_at_0 = [](double slope) {
    return RunOf(FromText(absl::StrFormat("%g*x[0]", slope), 1),
                 On({"proximal_gradient", {}}, 1, Point({0})))
        .iterates.front()
        .gradient_norm;
  };
  EXPECT_EQ(slope_at_0(0.75), 0);
  EXPECT_EQ(slope_at_0(-1), 0);
  EXPECT_EQ(slope_at_0(1.25), 0.25);
  EXPECT_EQ(slope_at_0(-3), 2);
}

TEST(Proximal, KeepsWithinBoundsAndIsOptimalThere) {
  for (const Part& method : kMethods) {
    DescentSettings settings = On(method, 1, Point({4, 4}));
    settings.bounds = {Point({0.5, -5}), Point({5, 1})};
    const Outcome outcome = RunOf(FromText("0.1*x[0]**2 + (x[1]-4)**2", 2), settings);

    EXPECT_EQ(outcome.best.x, Point({0.5, 1}));
    EXPECT_EQ(outcome.reason.criterion, "gradient_norm");
  }
}

TEST(Proximal, FindsAStepOfAnyLengthByItself) {
  for (const Part& method : kMethods) {
    for (const double curvature : {1e-4, 1.0, 1e8}) {
      const Outcome outcome = RunOf(testing::Square(curvature / 2), On(method, 0, Point({10})));

      EXPECT_LT(outcome.iterates.back().iteration, 200) << curvature;
      EXPECT_LT(std::abs(outcome.best.x[0]), 1e-9 + 1e-10 / curvature) << curvature;
    }
  }
}

// Beck & Teboulle (2009), theorem 4.4: F(x_k) - F* <= 2*a*L*||x0 - x*||^2 / (k+1)^2, a = 2 with
// backtracking by halves; ISTA has only a*L*||x0 - x*||^2 / (2k).
TEST(Fista, KeepsItsPromise) {
  const Index n = 100;
  const auto chain = [](const Vector& x, Vector* g) {  // Nesterov's worst case, L = 4
    double value = x[0] * x[0] / 2 - x[0];
    if (g != nullptr) g->setZero();
    if (g != nullptr) (*g)[0] = x[0] - 1;
    for (Index i = 0; i + 1 < x.size(); ++i) {
      const double d = x[i] - x[i + 1];
      value += d * d / 2;
      if (g != nullptr) {
        (*g)[i] += d;
        (*g)[i + 1] -= d;
      }
    }
    return value;
  };
  // Its minimum is where all differences vanish: x = (1, ..., 1), of value -1/2.
  for (const char* variant : {"plain", "monotone"}) {
    const auto steps = RunOf(testing::Make(n, chain),
                             On({"fista", {{"variant", std::string(variant)}}}, 0, Vector::Zero(n)))
                           .iterates;
    for (size_t k = 1; k < steps.size(); ++k) {
      const auto k1 = static_cast<double>(k + 1);
      ASSERT_LE(steps[k].value + 0.5, 2 * 2 * 4 * 100 / (k1 * k1) + 1e-12) << k;
    }
  }
}

TEST(Fista, NeverRisesWhereItIsMonotone) {
  const Outcome outcome = RunOf(FromText("sum((i+1)**2*(x[i]-1)**2 for i in range(n))", 8),
                                On({"fista", {{"variant", "monotone"}}}, 0.5, Vector::Zero(8)));

  for (size_t k = 1; k < outcome.iterates.size(); ++k) {
    ASSERT_LE(outcome.iterates[k].value, outcome.iterates[k - 1].value);
  }
}

TEST(Proximal, GoesOnBitForBitWithAPenalty) {
  for (const Part& method : kMethods) {
    DescentSettings settings = On(method, 0.3, Point({-0.6, 1.3}));
    settings.stopping = {After(30)};
    const auto whole = RunOf(testing::Rosenbrock(), settings).iterates;
    for (int64_t k = 0; k < 30; ++k) {
      const auto first = testing::Begun(testing::Rosenbrock(), settings);
      testing::Recorder recorder;
      first->Advance(k, 0, nullptr, recorder);
      State writer = State::Writer();
      first->Remember(writer);
      auto second = Descent::Create(testing::Rosenbrock(), settings);
      State reader = State::Reader(writer.TakeBytes());
      (*second)->Remember(reader);
      ASSERT_TRUE(reader.Finish().ok());
      (*second)->Advance(30, 0, nullptr, recorder);
      ASSERT_TRUE(testing::SameBits(recorder.iterates, whole)) << k;
    }
  }
}

TEST(Proximal, SaysSoWhereNoStepIsShortEnough) {
  // The gradient has the wrong sign: every step goes up.
  const auto wrong = [](const Vector& x, Vector* g) {
    if (g != nullptr) *g = -2 * x;
    return x.squaredNorm();
  };
  for (const Part& method : kMethods) {
    const Outcome outcome = RunOf(testing::Make(1, wrong), On(method, 0, Point({3})));

    EXPECT_EQ(outcome.reason.termination, Termination::kStalled);
    EXPECT_EQ(outcome.reason.criterion, "backtracking");
    EXPECT_EQ(outcome.best.x, Point({3}));
  }
}

}  // namespace
}  // namespace thalweg
