// Adam's younger relatives and methods that go by signs, against the loops that their formulas
// spell out, one number at a time.

#include <algorithm>
#include <cmath>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/following.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::ExpectFollows;
using testing::Memory;
using testing::Point;

double Sign(double a) { return a > 0 ? 1 : a < 0 ? -1 : 0; }

Part With(const std::string& kind, std::map<std::string, Setting> more = {}) {
  Part part{kind, {{"learning_rate", 0.01}, {"beta1", 0.8}, {"beta2", 0.95}, {"epsilon", 0.1}}};
  part.settings.merge(more);
  return part;
}

// The moments and corrections of Adam for beta1 = 0.8, beta2 = 0.95.
struct Moments {
  double m, v, mean, mean_square, first, second;
};
Moments MomentsAt(Memory& memory, double g, int t) {
  const double m = memory["m"] = 0.8 * memory["m"] + 0.2 * g;
  const double v = memory["v"] = 0.95 * memory["v"] + 0.05 * g * g;
  const double first = 1 - std::pow(0.8, t);
  const double second = 1 - std::pow(0.95, t);
  return {m, v, m / first, v / second, first, second};
}

TEST(Yogi, MovesItsDenominatorByABoundedAmount) {
  ExpectFollows(With("yogi", {{"initial_accumulator", 0.5}}), [](Memory& m, double g, int t) {
    if (t == 1) m["v"] = 0.5;
    m["m"] = 0.8 * m["m"] + 0.2 * g;
    m["v"] -= 0.05 * Sign(m["v"] - g * g) * g * g;
    return 0.01 * m["m"] / (std::sqrt(m["v"]) + 0.1);
  });
}

TEST(AdaBelief, DividesByHowFarGradientsStrayFromTheirMean) {
  ExpectFollows(With("adabelief"), [](Memory& m, double g, int t) {
    m["m"] = 0.8 * m["m"] + 0.2 * g;
    m["s"] = 0.95 * m["s"] + 0.05 * (g - m["m"]) * (g - m["m"]) + 0.1;
    const double spread = m["s"] / (1 - std::pow(0.95, t));
    return 0.01 * m["m"] / (1 - std::pow(0.8, t)) / (std::sqrt(spread) + 0.1);
  });
}

TEST(RAdam, ScalesOnlyOnceItsDenominatorRestsOnEnoughGradients) {
  Part part = With("radam");
  part.settings["learning_rate"] = 1e-4;  // its first steps are unscaled, and the valley is steep
  ExpectFollows(part, [](Memory& memory, double g, int t) {
    const Moments at = MomentsAt(memory, g, t);
    const double most = 2 / 0.05 - 1;
    const double rho = most - 2 * t * std::pow(0.95, t) / at.second;
    if (rho <= 5) return 1e-4 * at.mean;
    const double r2 = (rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho);
    return 1e-4 * at.mean * std::sqrt(r2 * at.second) / (std::sqrt(at.v) + 0.1);
  });
}

TEST(OptimisticAdam, TakesBackTheStepBefore) {
  ExpectFollows(With("optimistic_adam"), [](Memory& memory, double g, int t) {
    const Moments at = MomentsAt(memory, g, t);
    const double before = memory["w"];
    memory["w"] = at.mean / (std::sqrt(at.mean_square) + 0.1);
    return 0.02 * memory["w"] - 0.01 * before;
  });
}

TEST(QhAdam, MixesTheGradientIntoItsMeans) {
  ExpectFollows(With("qhadam", {{"nu1", 0.6}, {"nu2", 0.9}}), [](Memory& memory, double g, int t) {
    const Moments at = MomentsAt(memory, g, t);
    return 0.01 * (0.4 * g + 0.6 * at.mean) / (std::sqrt(0.1 * g * g + 0.9 * at.mean_square) + 0.1);
  });
}

TEST(QhAdam, IsAdamWhereTheMeansHaveAll) {
  ExpectFollows(With("qhadam", {{"nu1", 1.0}, {"nu2", 1.0}}), [](Memory& memory, double g, int t) {
    const Moments at = MomentsAt(memory, g, t);
    return 0.01 * at.mean / (std::sqrt(at.mean_square) + 0.1);
  });
}

TEST(Padam, RaisesItsDenominatorToAPower) {
  ExpectFollows(With("padam", {{"partial", 0.3}}), [](Memory& memory, double g, int t) {
    const Moments at = MomentsAt(memory, g, t);
    memory["w"] = std::max(memory["w"], at.v);
    return 0.01 * std::sqrt(at.second) / at.first * at.m / std::pow(memory["w"] + 0.1, 0.3);
  });
}

TEST(NadaMax, LooksAheadAndDividesByADecayingMaximum) {
  ExpectFollows(With("nadamax", {{"momentum_decay", 0.01}}), [](Memory& m, double g, int t) {
    const auto mu = [](int k) { return 0.8 * (1 - 0.5 * std::pow(0.96, k * 0.01)); };
    if (t == 1) m["P"] = 1;
    m["P"] *= mu(t);
    m["m"] = 0.8 * m["m"] + 0.2 * g;
    m["u"] = std::max(0.95 * m["u"], std::abs(g));
    const double ahead =
        (1 - mu(t)) / (1 - m["P"]) * g + mu(t + 1) / (1 - m["P"] * mu(t + 1)) * m["m"];
    return 0.01 * ahead / (m["u"] + 0.1);
  });
}

TEST(Lion, StepsAlongTheSignOfAMixOfMeanAndGradient) {
  ExpectFollows({"lion", {{"learning_rate", 1e-3}, {"beta1", 0.8}, {"beta2", 0.95}}},
                [](Memory& m, double g, int) {
                  const double step = 1e-3 * Sign(0.8 * m["m"] + 0.2 * g);
                  m["m"] = 0.95 * m["m"] + 0.05 * g;
                  return step;
                });
}

double AdaBoundsStep(Memory& memory, double g, int t, bool amsbound) {
  const Moments at = MomentsAt(memory, g, t);
  memory["w"] = amsbound ? std::max(memory["w"], at.v) : at.v;
  const double lowest = 0.002 * (1 - 1 / (0.05 * t + 1));
  const double highest = 0.002 * (1 + 1 / (0.05 * t));
  const double rate = 0.01 * std::sqrt(at.second) / at.first / (std::sqrt(memory["w"]) + 0.1);
  return std::min(std::max(rate, lowest), highest) * at.m;
}

TEST(AdaBound, KeepsItsRatesBetweenBoundsThatCloseIn) {
  for (const bool amsbound : {false, true}) {
    ExpectFollows(
        With("adabound", {{"final_rate", 0.002}, {"gamma", 0.05}, {"amsbound", amsbound}}),
        [=](Memory& m, double g, int t) { return AdaBoundsStep(m, g, t, amsbound); });
  }
}

TEST(Rprop, LengthensStepsWhileTheSignStaysAndRestsWhenItTurns) {
  ExpectFollows({"rprop",
                 {{"learning_rate", 0.01},
                  {"shrink", 0.4},
                  {"grow", 1.3},
                  {"least_step", 1e-4},
                  {"most_step", 0.02}}},
                [](Memory& m, double g, int t) {
                  if (t == 1) m["s"] = 0.01;
                  const double agreement = Sign(g * m["g"]);
                  if (agreement > 0) m["s"] *= 1.3;
                  if (agreement < 0) m["s"] *= 0.4;
                  m["s"] = std::min(std::max(m["s"], 1e-4), 0.02);
                  m["g"] = agreement < 0 ? 0 : g;
                  return m["s"] * Sign(m["g"]);
                });
}

TEST(Rprop, RefusesALeastStepAboveTheMost) {
  const auto made =
      MakeFrom(Optimizers(), "optimizer", Part{"rprop", {{"least_step", 2.0}, {"most_step", 1.0}}});

  EXPECT_EQ(made.status().message(),
            "settings[least_step]: least_step (2) must not be above most_step (1)");
}

/// Where `part` is after `steps` steps on x^2 + 2y^2 + 2xy from (3, -2).
Vector After(int64_t steps, const Part& part) {
  return testing::RunOf(
             testing::Quadratic2(),
             {.optimizer = part, .stopping = {testing::After(steps)}, .start = Point({3, -2})})
      .iterates.back()
      .x;
}

// Reference values: the papers' algorithms (for AdaBound its authors' code) in NumPy, written
// without a look at this project's.
constexpr double kRounding = 1e-12;

TEST(Lion, GoesWhereNumPyGoes) {
  const Part part{"lion", {{"learning_rate", 0.05}, {"weight_decay", 0.1}}};

  EXPECT_NEAR(After(20, part)[0], 1.7599362435700294, kRounding);
  EXPECT_NEAR(After(20, part)[1], -0.8553257632954113, kRounding);
  EXPECT_NEAR(After(60, part)[0], -0.3766075499428391, kRounding);
  EXPECT_NEAR(After(60, part)[1], 0.19625846062038343, kRounding);
}

TEST(AdaBound, GoesWhereNumPyGoes) {
  Part part{"adabound", {{"learning_rate", 0.05}, {"final_rate", 0.1}, {"gamma", 0.01}}};
  EXPECT_NEAR(After(20, part)[0], 2.0033609252316946, kRounding);
  EXPECT_NEAR(After(20, part)[1], -1.1019800003248688, kRounding);
  EXPECT_NEAR(After(200, part)[0], 0.0002433950180435366, kRounding);

  part.settings["amsbound"] = true;
  EXPECT_NEAR(After(200, part)[0], 0.0002499231685971688, kRounding);
  EXPECT_NEAR(After(200, part)[1], -0.0001460783039936035, kRounding);
}

// On a parabola Adam's steps shrink with the gradient after a while, and so does the rate that
// would be like them.
TEST(Swats, TurnsIntoGradientDescentWithMomentumAtTheRateItLearned) {
  const double tolerance = 1e-3;
  double x = 10, m = 0, v = 0, estimate = 0, rate = 0;
  const auto objective = testing::Square();
  const auto optimizer =
      MakeFrom(Optimizers(), "optimizer",
               Part{"swats", {{"learning_rate", 0.1}, {"switch_tolerance", tolerance}}});
  ASSERT_TRUE(optimizer.ok());
  Problem problem(*objective, Direction::kMinimize);
  Iterate at;
  at.x = Point({x});
  at.gradient = Vector::Zero(1);
  ASSERT_TRUE(problem.Evaluate(at).ok());

  for (int t = 1; t <= 200; ++t) {
    const double g = 2 * x;
    if (rate > 0) {
      v = 0.9 * v + g;
      x -= 0.1 * rate * v;
    } else {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const double second = 1 - std::pow(0.999, t);
      const double step = 0.1 * m / (1 - std::pow(0.9, t)) / (std::sqrt(v / second) + 1e-8);
      x -= step;
      const double projected = step * step / (step * g);
      estimate = 0.999 * estimate + 0.001 * projected;
      if (t > 1 && std::abs(estimate / second - projected) < tolerance) {
        rate = estimate / second;
        v = 0;
      }
    }
    ASSERT_TRUE((*optimizer)->Step(problem, at).ok());
    ++at.iteration;
    ASSERT_NEAR(at.x[0], x, 1e-10) << "step " << t;
  }
  EXPECT_GT(rate, 0) << "it never switched";
}

}  // namespace
}  // namespace thalweg
