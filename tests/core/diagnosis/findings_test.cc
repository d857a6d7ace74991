// What a run says about its own end.

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/diagnosis/curvature.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Outcome;
using testing::Point;
using testing::RunOf;
using ::testing::SizeIs;

Part GradientDescentAt(double rate) { return {"gradient_descent", {{"learning_rate", rate}}}; }

double SuggestedRate(const Finding& finding) {
  return std::get<double>(finding.suggested_settings.at("learning_rate"));
}

TEST(Curvature, IsTheGreatestEigenvalueOfTheHessian) {
  const auto quadratic = testing::Quadratic2();
  Problem problem(*quadratic, Direction::kMinimize);
  Probe probe(problem);
  EXPECT_NEAR(GreatestCurvature(probe, Point({3, -2})), 3 + std::sqrt(5), 1e-4);

  const auto bowl = testing::Bowl(10);
  Problem tenfold(*bowl, Direction::kMinimize);
  Probe probe10(tenfold);
  EXPECT_NEAR(GreatestCurvature(probe10, Vector::Zero(10)), 10, 0.5);  // 12 products
}

TEST(Curvature, IsUnknownOnAHilltopOrWhereNothingIsFinite) {
  const auto hill = testing::Negated(testing::Square());
  Problem problem(*hill, Direction::kMinimize);
  Probe probe(problem);
  EXPECT_EQ(GreatestCurvature(probe, Point({1})), 0);

  testing::Faulty faulty(testing::Square(), 0, testing::Fault::kNanGradient);
  Problem broken(faulty, Direction::kMinimize);
  Probe nowhere(broken);
  EXPECT_EQ(GreatestCurvature(nowhere, Point({1})), 0);
}

TEST(LearningRateTooLarge, SaysWhichRateWouldHaveWorked) {
  const Outcome outcome =
      RunOf(testing::Square(), {.optimizer = GradientDescentAt(1.1), .start = Point({10})});

  EXPECT_EQ(outcome.reason.termination, Termination::kDiverged);
  ASSERT_THAT(outcome.reason.findings, SizeIs(1));
  const Finding& finding = outcome.reason.findings[0];
  EXPECT_EQ(finding.code, "learning_rate_too_large");
  EXPECT_EQ(SuggestedRate(finding), 0.5);  // 1/L, L = 2
  EXPECT_THAT(finding.text, HasSubstr("Try 0.5."));
  EXPECT_THAT(finding.evidence, HasSubstr("greatest curvature 2, largest stable learning rate 1,"));
}

TEST(LearningRateTooLarge, IsFoundWhenMaximisingToo) {
  const Outcome outcome =
      RunOf(testing::Negated(testing::Square()), {.optimizer = GradientDescentAt(1.1),
                                                  .direction = Direction::kMaximize,
                                                  .start = Point({10})});

  ASSERT_THAT(outcome.reason.findings, SizeIs(1));
  EXPECT_EQ(SuggestedRate(outcome.reason.findings[0]), 0.5);
}

TEST(LearningRateTooLarge, KnowsTheBoundOfMomentum) {
  const Outcome outcome = RunOf(
      testing::Square(), {.optimizer = {"momentum", {{"learning_rate", 2.0}, {"momentum", 0.5}}},
                          .start = Point({10})});

  ASSERT_THAT(outcome.reason.findings, SizeIs(1));
  EXPECT_EQ(SuggestedRate(outcome.reason.findings[0]), 0.75);  // half of 2(1 + 0.5)/2
}

TEST(LearningRateTooLarge, IsFoundWhereGrowthEndedInNan) {
  const auto quartic = [](const Vector& x, Vector* g) {
    if (g != nullptr) (*g)[0] = 4 * x[0] * x[0] * x[0];
    return x[0] * x[0] * x[0] * x[0];
  };
  const Part no_guard{"divergence", {{"threshold", 1e300}}};
  const Outcome outcome =
      RunOf(testing::Make(1, quartic),
            {.optimizer = GradientDescentAt(1), .stopping = {no_guard}, .start = Point({10})});

  EXPECT_EQ(outcome.reason.termination, Termination::kNonFinite);
  ASSERT_THAT(outcome.reason.findings, SizeIs(1));
  EXPECT_EQ(outcome.reason.findings[0].code, "learning_rate_too_large");
  EXPECT_NEAR(SuggestedRate(outcome.reason.findings[0]), 1 / 1200.0, 1e-6);  // f''(10) = 1200
}

TEST(Oscillating, IsFoundWhereStepsJumpAcrossForEver) {
  const Outcome outcome =
      RunOf(testing::Square(),
            {.optimizer = GradientDescentAt(1), .stopping = {After(100)}, .start = Point({10})});

  EXPECT_EQ(outcome.reason.termination, Termination::kLimit);
  ASSERT_THAT(outcome.reason.findings, SizeIs(1));
  EXPECT_EQ(outcome.reason.findings[0].code, "oscillating");
  EXPECT_EQ(SuggestedRate(outcome.reason.findings[0]), 0.5);
}

TEST(Oscillating, IsNoConvergenceThoughTheValueNoLongerChanges) {
  const Outcome outcome =
      RunOf(testing::Square(), {.optimizer = GradientDescentAt(1),
                                .stopping = {{"value_change", {{"threshold", 1e-8}}}},
                                .start = Point({10})});

  EXPECT_EQ(outcome.reason.termination, Termination::kStalled);
  EXPECT_THAT(outcome.reason.detail, HasSubstr("two slopes of a valley"));
  ASSERT_THAT(outcome.reason.findings, SizeIs(1));
  EXPECT_EQ(SuggestedRate(outcome.reason.findings[0]), 0.5);
}

TEST(Oscillating, IsNotSeenInTheRoundingAtAMinimum) {
  const Outcome outcome =
      RunOf(testing::Square(), {.optimizer = GradientDescentAt(0.1),
                                .stopping = {{"value_change", {{"threshold", 1e-30}}}},
                                .start = Point({10})});

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_THAT(outcome.reason.findings, IsEmpty());
}

TEST(LearningRateTooSmall, IsFoundWhereTheRunHasHardlyBegun) {
  const Outcome outcome =
      RunOf(testing::Square(),
            {.optimizer = GradientDescentAt(1e-5), .stopping = {After(100)}, .start = Point({10})});

  ASSERT_THAT(outcome.reason.findings, SizeIs(2));
  EXPECT_EQ(outcome.reason.findings[0].code, "learning_rate_too_small");
  EXPECT_EQ(SuggestedRate(outcome.reason.findings[0]), 0.5);
  EXPECT_EQ(outcome.reason.findings[1].code, "budget_too_small");
}

TEST(LearningRateTooSmall, IsFoundWhereSmallStepsPassedForConvergence) {
  const Outcome outcome =
      RunOf(testing::Square(), {.optimizer = GradientDescentAt(1e-7),
                                .stopping = {{"step_size", {{"threshold", 1e-4}}}},
                                .start = Point({10})});

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  ASSERT_THAT(outcome.reason.findings, SizeIs(1));
  EXPECT_EQ(outcome.reason.findings[0].code, "learning_rate_too_small");
}

TEST(BudgetTooSmall, SaysHowFastTheValueWasStillImproving) {
  const Outcome outcome =
      RunOf(testing::Square(),
            {.optimizer = GradientDescentAt(0.1), .stopping = {After(5)}, .start = Point({10})});

  ASSERT_THAT(outcome.reason.findings, SizeIs(1));
  EXPECT_EQ(outcome.reason.findings[0].code, "budget_too_small");
  EXPECT_THAT(outcome.reason.findings[0].evidence, HasSubstr("(56.2 %)"));  // 1/0.64 - 1
}

TEST(Diagnosis, HasNothingToSayAboutARunThatConverged) {
  const Outcome outcome =
      RunOf(testing::Square(), {.optimizer = GradientDescentAt(0.1), .start = Point({10})});

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_THAT(outcome.reason.findings, IsEmpty());
}

TEST(Diagnosis, DoesNotCountItsEvaluations) {
  const Outcome outcome =
      RunOf(testing::Square(),
            {.optimizer = GradientDescentAt(1), .stopping = {After(100)}, .start = Point({10})});

  EXPECT_EQ(outcome.iterates.back().evaluations.values, 101);
}

}  // namespace
}  // namespace thalweg
