#include "server/core/optimizers/first_order.h"

#include <cmath>

#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::Point;

// A plane of gradient (3, -4): what a step does to it is plain to see.
std::unique_ptr<Objective> Plane() {
  return testing::Make(2, [](const Vector& x, Vector* g) {
    if (g != nullptr) *g = Point({3, -4});
    return 3 * x[0] - 4 * x[1];
  });
}

/// One step on the plane from (10, 20).
Iterate OneStep(std::map<std::string, Setting> settings, const std::string& kind) {
  const auto plane = Plane();
  Problem problem(*plane, Direction::kMinimize);
  Iterate at;
  at.x = Point({10, 20});
  at.gradient = Vector::Zero(2);
  EXPECT_TRUE(problem.Evaluate(at).ok());
  const auto optimizer = MakeFrom(Optimizers(), "optimizer", Part{kind, std::move(settings)});
  EXPECT_TRUE(optimizer.ok()) << optimizer.status();
  EXPECT_TRUE((*optimizer)->Step(problem, at).ok());
  return at;
}

Iterate OneStep(std::map<std::string, Setting> settings) {
  settings["learning_rate"] = 1.0;
  return OneStep(std::move(settings), "gradient_descent");
}

TEST(FirstOrder, StepsFreelyUnlessToldOtherwise) {
  const Iterate at = OneStep({});

  EXPECT_EQ(at.x, Point({7, 24}));
  EXPECT_EQ(at.learning_rate, 1);
  EXPECT_EQ(at.flags & kClipped, 0U);
  EXPECT_EQ(at.gradient, Point({3, -4}));  // as evaluated, whatever the step did to it
}

TEST(FirstOrder, ClipsEachCoordinateByValue) {
  const Iterate at = OneStep({{"clip_value", 3.5}});

  EXPECT_EQ(at.x, Point({7, 23.5}));
  EXPECT_NE(at.flags & kClipped, 0U);
}

TEST(FirstOrder, LeavesAloneWhatIsAtTheBound) {
  const Iterate at = OneStep({{"clip_value", 4.0}});

  EXPECT_EQ(at.x, Point({7, 24}));
  EXPECT_EQ(at.flags & kClipped, 0U);
}

TEST(FirstOrder, ScalesALongGradientDownAsTorchDoes) {
  const Iterate at = OneStep({{"clip_norm", 1.0}});

  const double factor = 1 / (5 + 1e-6);  // torch.nn.utils.clip_grad_norm_
  EXPECT_DOUBLE_EQ(at.x[0], 10 - 3 * factor);
  EXPECT_DOUBLE_EQ(at.x[1], 20 + 4 * factor);
  EXPECT_NE(at.flags & kClipped, 0U);
}

TEST(FirstOrder, ClipsByValueBeforeByNorm) {
  const Iterate at = OneStep({{"clip_value", 3.0}, {"clip_norm", 1.0}});

  const double factor = 1 / (3 * std::sqrt(2) + 1e-6);
  EXPECT_DOUBLE_EQ(at.x[0], 10 - 3 * factor);
  EXPECT_DOUBLE_EQ(at.x[1], 20 + 3 * factor);
}

TEST(FirstOrder, AddsDecayToTheGradientAfterClipping) {
  const Iterate at = OneStep({{"clip_value", 1.0}, {"weight_decay", 0.25}});

  EXPECT_EQ(at.x, Point({10 - (1 + 2.5), 20 - (-1 + 5)}));
}

TEST(FirstOrder, ForgetsAClippingOnceAStepIsFree) {
  const auto outcome = testing::RunOf(
      testing::Square(),
      {.optimizer = {"gradient_descent", {{"learning_rate", 0.5}, {"clip_value", 19.0}}},
       .stopping = {testing::After(2)},
       .start = Point({10})});

  ASSERT_EQ(outcome.iterates.size(), 3U);
  EXPECT_NE(outcome.iterates[1].flags & kClipped, 0U);
  EXPECT_EQ(outcome.iterates[2].flags & kClipped, 0U);
}

TEST(FirstOrder, IsProjectedOntoTheBounds) {
  const auto outcome =
      testing::RunOf(testing::ShiftedSquare(),
                     {.optimizer = {"gradient_descent", {{"learning_rate", 0.25}}},
                      .stopping = {testing::After(100), {"gradient_norm", {{"threshold", 1e-9}}}},
                      .start = Point({0}),
                      .bounds = {Point({-1}), Point({2})}});

  // The minimum, 2.5, is outside: the answer is the bound, where P(x - g) - x is zero.
  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_EQ(outcome.best.x, Point({2}));
  EXPECT_EQ(outcome.iterates.back().gradient_norm, 0);
}

TEST(FirstOrder, FollowsASchedule) {
  const Part halving{"step", {{"initial", 1.0}, {"factor", 0.5}, {"every", 2.0}}};
  const auto outcome = testing::RunOf(
      Plane(), {.optimizer = {"gradient_descent", {{"learning_rate", std::vector<Part>{halving}}}},
                .stopping = {testing::After(5)},
                .start = Point({0, 0})});

  std::vector<double> rates;
  for (const auto& iterate : outcome.iterates) rates.push_back(iterate.learning_rate);
  EXPECT_EQ(rates, (std::vector<double>{0, 1, 1, 0.5, 0.5, 0.25}));
}

TEST(AdamW, ShrinksXApartFromTheGradient) {
  const Iterate at =
      OneStep({{"learning_rate", 0.1}, {"weight_decay", 0.5}, {"epsilon", 1e-12}}, "adamw");

  // The first step of Adam is the rate against the gradient's sign.
  EXPECT_NEAR(at.x[0], 10 * (1 - 0.05) - 0.1, 1e-12);
  EXPECT_NEAR(at.x[1], 20 * (1 - 0.05) + 0.1, 1e-12);
}

// One coordinate of curvature L, stepped just below and just above the bound that is claimed.
TEST(FirstOrder, KnowsItsLargestStableRate) {
  constexpr double kCurvature = 5;
  const std::vector<Part> parts = {
      {"gradient_descent", {}},          {"gradient_descent", {{"weight_decay", 2.0}}},
      {"momentum", {{"momentum", 0.7}}}, {"momentum", {{"momentum", 0.7}, {"dampening", 0.4}}},
      {"nesterov", {{"momentum", 0.7}}},
  };
  for (Part part : parts) {
    const auto unknown = MakeFrom(Optimizers(), "optimizer", part);
    ASSERT_TRUE(unknown.ok());
    const double bound = (*unknown)->LargestStableRate(kCurvature);
    for (const double factor : {0.98, 1.02}) {
      part.settings["learning_rate"] = bound * factor;
      const auto descent = testing::Begun(
          testing::Square(kCurvature / 2),
          {.optimizer = part, .stopping = {testing::After(10'000)}, .start = Point({1})});
      testing::Discard nowhere;
      const auto reason = descent->Advance(2000, 0, nullptr, nowhere);
      const bool diverged = reason && reason->termination == Termination::kDiverged;
      EXPECT_EQ(diverged, factor > 1) << part.kind << ", " << factor << " of " << bound;
      EXPECT_TRUE(factor > 1 || std::abs(descent->at().x[0]) < 1e-6) << part.kind;
    }
  }
}

}  // namespace
}  // namespace thalweg
