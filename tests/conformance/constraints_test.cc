// What every optimizer that honours constraints must do, whatever its method.

#include <algorithm>
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/constraint_spec.h"
#include "server/core/descent.h"
#include "server/core/violation.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::FromText;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Point;
using testing::Recorder;
using testing::Watched;

// Published optima to the accuracy that the default rules promise: |gradient| < 1e-8 where
// curvatures are near 1, violation < 1e-8.
constexpr double kTolerance = 1e-6;

std::vector<std::string> ThatHonourConstraints() {
  std::vector<std::string> names;
  for (const OptimizerEntry& entry : Optimizers()) {
    const auto optimizer = entry.make({entry.name, {}});
    if (optimizer.ok() && (*optimizer)->capabilities().constraints) names.push_back(entry.name);
  }
  return names;
}

Constraints Where(const std::vector<std::string>& texts, Index n) {
  ObjectiveSpec spec;
  for (const std::string& text : texts) spec.constraints.push_back({.expression = text});
  const Layout layout = *Layout::Of({{.name = "x", .scalar = false, .length = n}});
  auto constraints = BuildConstraints(spec, layout);
  EXPECT_TRUE(constraints.ok()) << constraints.status();
  return *std::move(constraints);
}

std::unique_ptr<Descent> Begun(std::unique_ptr<Objective> f, DescentSettings settings,
                               Constraints constraints) {
  auto descent = Descent::Create(std::move(f), std::move(settings), std::move(constraints));
  EXPECT_TRUE(descent.ok()) << descent.status();
  const absl::Status begun = (*descent)->Begin();
  EXPECT_TRUE(begun.ok()) << begun;
  return *std::move(descent);
}

class UnderConstraints : public ::testing::TestWithParam<std::string> {
 protected:
  DescentSettings From(Vector start) const {
    return {.optimizer = {GetParam(), {}}, .start = std::move(start)};
  }
  Outcome Run(const std::string& f, const std::vector<std::string>& constraints,
              const DescentSettings& settings) const {
    const Index n = settings.start.size();
    return testing::RunOf(*Begun(FromText(f, n), settings, Where(constraints, n)));
  }
};

TEST_P(UnderConstraints, ReachesTheNearestPointOfADisc) {
  const Outcome outcome =
      Run("(x[0]-2)**2 + (x[1]-1)**2", {"x[0]**2 + x[1]**2 <= 1"}, From(Point({0, 0})));

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << outcome.reason.detail;
  EXPECT_NEAR(outcome.best.x[0], 2 / std::sqrt(5), kTolerance);
  EXPECT_NEAR(outcome.best.x[1], 1 / std::sqrt(5), kTolerance);
  EXPECT_LE(outcome.best.violation, kFeasibilityTolerance);
}

TEST_P(UnderConstraints, IgnoresConstraintsThatHoldAnyway) {
  const Outcome outcome =
      Run("(x[0]-2)**2 + (x[1]-1)**2", {"x[0]**2 + x[1]**2 <= 100"}, From(Point({0, 0})));

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << outcome.reason.detail;
  EXPECT_NEAR(outcome.best.x[0], 2, kTolerance);
}

TEST_P(UnderConstraints, MeetsEquations) {
  // On the plane the nearest point to the origin is (1, 1, 1); the second equation moves it.
  const Outcome outcome =
      Run("sum(x**2)", {"x[0] + x[1] + x[2] == 3", "x[0] - x[1] == 1"}, From(Point({10, 0, -4})));

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << outcome.reason.detail;
  EXPECT_NEAR(outcome.best.x[0], 1.5, kTolerance);
  EXPECT_NEAR(outcome.best.x[1], 0.5, kTolerance);
  EXPECT_NEAR(outcome.best.x[2], 1, kTolerance);
}

TEST_P(UnderConstraints, GoesUphillWhereAsked) {
  DescentSettings settings = From(Point({0.5, 0.5}));
  settings.direction = Direction::kMaximize;
  const Outcome outcome = Run("x[0] + 2*x[1]", {"x[0]**2 + x[1]**2 <= 5"}, settings);

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << outcome.reason.detail;
  EXPECT_NEAR(outcome.best.x[0], 1, kTolerance);
  EXPECT_NEAR(outcome.best.x[1], 2, kTolerance);
}

TEST_P(UnderConstraints, NeverEvaluatesOutsideTheBounds) {
  DescentSettings settings = From(Point({0.5, 0.5}));
  settings.bounds = {Point({0, -1}), Point({0.75, 5})};
  int outside = 0;
  auto f = std::make_unique<Watched>(
      FromText("(x[0]-2)**2 + 100*(x[1]-x[0]**2)**2", 2),
      [&](const Vector& x) { outside += settings.bounds.Contains(x) ? 0 : 1; });
  const Outcome outcome =
      testing::RunOf(*Begun(std::move(f), settings, Where({"x[0]**2 + x[1]**2 <= 1"}, 2)));

  EXPECT_EQ(outside, 0);
  EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << outcome.reason.detail;
  EXPECT_NEAR(outcome.best.x[0], 0.75, kTolerance);
}

TEST_P(UnderConstraints, SaysThatConstraintsContradictEachOther) {
  const Outcome outcome =
      Run("x[0]**2 + x[1]**2", {"x[0] >= 1", "x[0] <= -1"}, From(Point({5, 3})));

  EXPECT_EQ(outcome.reason.termination, Termination::kStalled) << outcome.reason.detail;
  EXPECT_EQ(outcome.reason.criterion, "infeasible") << outcome.reason.detail;
  EXPECT_NEAR(outcome.reason.measured, 1, 1e-3);  // in the middle, both are missed by 1
}

TEST_P(UnderConstraints, SurvivesConstraintsThatAreNotFiniteEverywhere) {
  // log is not finite for x[0] <= 0, where the first step wants to go.
  const Outcome outcome =
      Run("10*x[0] + x[1]**2", {"log(x[0]) + x[1] >= 0"}, From(Point({0.5, 2})));

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << outcome.reason.detail;
  // At the minimum 10 x0 = 2 x1 (both multiples of the multiplier), log(x0) = -x1.
  EXPECT_NEAR(10 * outcome.best.x[0], 2 * outcome.best.x[1], 1e-5);
}

TEST_P(UnderConstraints, ContinuesBitForBitFromAnyIteration) {
  const std::string f = "100*(x[1]-x[0]**2)**2 + (1-x[0])**2";
  const std::vector<std::string> texts = {"x[0]**2 + x[1]**2 <= 1", "x[0] >= x[1]"};
  DescentSettings settings = From(Point({-1.2, 1}));
  const auto whole = Run(f, texts, settings).iterates;
  const auto last = static_cast<int64_t>(whole.size()) - 1;

  for (int64_t k = 0; k < std::min<int64_t>(last, 40); ++k) {
    Recorder recorder;
    const auto first = Begun(FromText(f, 2), settings, Where(texts, 2));
    ASSERT_FALSE(first->Advance(k, 0, nullptr, recorder)) << k;
    State writer = State::Writer();
    first->Remember(writer);
    auto second = Descent::Create(FromText(f, 2), settings, Where(texts, 2));
    ASSERT_TRUE(second.ok());
    State reader = State::Reader(writer.TakeBytes());
    (*second)->Remember(reader);
    ASSERT_TRUE(reader.Finish().ok()) << reader.Finish();
    (*second)->Advance(1'000'000, 0, nullptr, recorder);
    ASSERT_EQ(recorder.iterates, whole) << "after iteration " << k;
  }
}

TEST_P(UnderConstraints, CertifiesAConstraintThatHoldsFromBelow) {
  // At (2, 2): (4, 4) - m (1, 1) = 0 with m = 4; there is no upper side.
  const Outcome outcome = Run("sum(x**2)", {"x[0] + x[1] >= 4"}, From(Point({3, 2})));

  ASSERT_TRUE(outcome.reason.certificate);
  const Certificate& made = *outcome.reason.certificate;
  EXPECT_NE(made.verdict, Verdict::kNotStationary) << made.text;
  ASSERT_EQ(made.active_bound_count, 1);
  EXPECT_FALSE(made.active_bounds[0].upper);
  EXPECT_NEAR(std::abs(made.active_bounds[0].multiplier), 4, 1e-4);
}

TEST_P(UnderConstraints, CertifiesTheConditionsOfKarushKuhnAndTucker) {
  // At (-1, -1): (1, 1) + m (-2, -2) = 0 with m = 1/2.
  const Outcome outcome = Run("x[0] + x[1]", {"x[0]**2 + x[1]**2 <= 2"}, From(Point({0.5, 0.3})));

  ASSERT_TRUE(outcome.reason.certificate);
  const Certificate& made = *outcome.reason.certificate;
  EXPECT_EQ(made.verdict, Verdict::kStationary) << made.text;
  ASSERT_EQ(made.active_bound_count, 1);
  EXPECT_TRUE(made.active_bounds[0].upper);
  EXPECT_NEAR(made.active_bounds[0].multiplier, 0.5, 1e-4);
  for (const Finding& finding : outcome.reason.findings) {
    EXPECT_TRUE(finding.informational) << finding.code << ": " << finding.text;
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, UnderConstraints, ::testing::ValuesIn(ThatHonourConstraints()),
                         [](const auto& test) { return test.param; });

TEST(Pairing, NamesMethodsThatHonourConstraintsWhereOneDoesNot) {
  const auto descent =
      Descent::Create(FromText("sum(x**2)", 2), {.optimizer = {"adam", {}}, .start = Point({1, 1})},
                      Where({"x[0] >= 1"}, 2));

  const auto violations = ViolationsOf(descent.status());
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].field, "optimizer.kind");
  EXPECT_THAT(violations[0].description, HasSubstr("adam does not fit: it cannot honour "
                                                   "constraints"));
  EXPECT_THAT(violations[0].description, HasSubstr("sqp, augmented_lagrangian"));
  EXPECT_THAT(violations[0].description, Not(HasSubstr("momentum")));
}

TEST(Constraints, MustBeFiniteAtTheStart) {
  auto descent =
      Descent::Create(FromText("sum(x**2)", 2), {.optimizer = {"sqp", {}}, .start = Point({-1, 1})},
                      Where({"log(x[0]) >= 1"}, 2));
  ASSERT_TRUE(descent.ok()) << descent.status();

  const auto violations = ViolationsOf((*descent)->Begin());
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].reason, Reason::kInitialPointNotFinite);
  EXPECT_THAT(violations[0].description, HasSubstr("constraint 'log(x[0]) >= 1'"));
}

TEST(Best, ViolatesLeastBeforeItsValueCounts) {
  // The start has the lowest value of all, but misses the constraint.
  const auto descent =
      Begun(FromText("x[0]**2 + x[1]**2", 2), {.optimizer = {"sqp", {}}, .start = Point({0, 0})},
            Where({"x[0] >= 1"}, 2));
  EXPECT_EQ(descent->at().violation, 1);
  const Outcome outcome = testing::RunOf(*descent);

  EXPECT_NEAR(outcome.best.x[0], 1, kTolerance);
  EXPECT_EQ(outcome.best.violation, 0);
}

}  // namespace
}  // namespace thalweg
