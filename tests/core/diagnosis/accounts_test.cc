// Each thing that may be noticed at the end of a run: where it must be, where it must not, and that
// what is suggested works when it is done.

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Outcome;
using testing::Point;
using testing::RunOf;

const Part kLbfgs{"lbfgs", {}};

Part GradientDescentAt(double rate) { return {"gradient_descent", {{"learning_rate", rate}}}; }

Outcome RunFrom(const std::string& formula, const Vector& start, const Part& optimizer,
                std::vector<Part> stopping = {After(1000), {"gradient_norm", {}}}) {
  return RunOf(FromText(formula, start.size()),
               {.optimizer = optimizer, .stopping = std::move(stopping), .start = start});
}

std::optional<Finding> Noticed(const std::string& code, const Outcome& outcome) {
  for (const Finding& finding : outcome.reason.findings) {
    if (finding.code == code) return finding;
  }
  return std::nullopt;
}

std::set<std::string> Alarms(const Outcome& outcome) {
  std::set<std::string> codes;
  for (const Finding& finding : outcome.reason.findings) {
    if (!finding.informational) codes.insert(finding.code);
  }
  return codes;
}

/// The run again with what `finding` suggests.
Outcome Following(const Finding& finding, const std::string& formula, Vector start, Part optimizer,
                  std::vector<Part> stopping = {After(1000), {"gradient_norm", {}}}) {
  if (finding.suggested_optimizer) optimizer = *finding.suggested_optimizer;
  for (const auto& [name, setting] : finding.suggested_settings) {
    optimizer.settings[name] = setting;
  }
  for (const Part& rule : finding.suggested_stopping) {
    std::erase_if(stopping, [&](const Part& old) { return old.kind == rule.kind; });
    stopping.push_back(rule);
  }
  if (!finding.suggested_start.empty()) {
    const std::vector<double>& x = finding.suggested_start.at("x");
    start = Eigen::Map<const Vector>(x.data(), static_cast<Index>(x.size()));
  }
  return RunFrom(formula, start, optimizer, std::move(stopping));
}

// --- saddles and maxima ---

TEST(Saddle, IsNoticedWhereARunEndsOnTheRidge) {
  const auto formula = "x[0]**2 - x[1]**2 + x[1]**4";  // minima -1/4 at x1 = +-sqrt(1/2)
  const Vector start = Point({1, 0});
  const Outcome outcome = RunFrom(formula, start, GradientDescentAt(0.1));

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  const auto finding = Noticed("saddle", outcome);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->text, HasSubstr("x[1] (1)"));
  EXPECT_THAT(finding->evidence, HasSubstr("curvature -2"));
  ASSERT_TRUE(finding->suggested_optimizer);
  EXPECT_EQ(finding->suggested_optimizer->kind, "escape_saddles");

  const Outcome again = Following(*finding, formula, start, GradientDescentAt(0.1));
  EXPECT_EQ(again.reason.termination, Termination::kConverged);
  EXPECT_NEAR(again.best.value, -0.25, 1e-12);
  EXPECT_THAT(Alarms(again), IsEmpty());
}

TEST(Saddle, IsNoticedAtTheStart) {
  const auto formula = "x[0]**2 - x[1]**2 + x[1]**4";
  const Outcome outcome = RunFrom(formula, Point({0, 0}), kLbfgs);

  const auto finding = Noticed("saddle", outcome);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->text, HasSubstr("The start is a saddle"));
  EXPECT_NEAR(Following(*finding, formula, Point({0, 0}), kLbfgs).best.value, -0.25, 1e-12);
}

TEST(Saddle, IsLeftFromALowerStartWhereThereIsNoCurvature) {
  const auto formula = "x[0]**3 - 3*x[0]*x[1]**2 + x[0]**4 + x[1]**4";  // a monkey's, with a bottom
  const Outcome outcome = RunFrom(formula, Point({0, 0}), kLbfgs);

  const auto finding = Noticed("saddle", outcome);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->text, HasSubstr("without curvature"));
  const Outcome again = Following(*finding, formula, Point({0, 0}), kLbfgs);
  EXPECT_LT(again.best.value, -0.1);
  EXPECT_THAT(Alarms(again), IsEmpty());
}

TEST(Maximum, IsNoticedAtTheTopOfAHill) {
  const Outcome outcome = RunFrom("cos(x[0])", Point({0}), kLbfgs);

  const auto finding = Noticed("maximum", outcome);
  ASSERT_TRUE(finding);
  EXPECT_NEAR(Following(*finding, "cos(x[0])", Point({0}), kLbfgs).best.value, -1, 1e-12);
}

TEST(Saddle, IsNotSeenInADegenerateMinimum) {
  for (const auto* formula : {"x[0]**4 + x[1]**4", "(x[0]+x[1])**2", "x[0]**2 + 1e-30*x[1]**2"}) {
    EXPECT_THAT(Alarms(RunFrom(formula, Point({0, 0}), kLbfgs)), IsEmpty()) << formula;
  }
}

// --- ravines ---

TEST(Ravine, IsNoticedWhereOneRateCannotSuitAllCurvatures) {
  const auto formula = "x[0]**2/2 + 2000*x[1]**2";
  const Outcome outcome = RunFrom(formula, Point({10, 1}), GradientDescentAt(4e-4));

  EXPECT_EQ(outcome.reason.termination, Termination::kLimit);
  const auto finding = Noticed("ravine", outcome);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->text, HasSubstr("4e+03 times as much"));
  EXPECT_THAT(finding->text, HasSubstr("x[1] curves 4e+03 times as much as x[0]"));
  EXPECT_THAT(finding->evidence, HasSubstr("curvature 1 to 4000"));
  const Outcome again = Following(*finding, formula, Point({10, 1}), GradientDescentAt(4e-4));
  EXPECT_EQ(again.reason.termination, Termination::kConverged);
  EXPECT_THAT(Alarms(again), IsEmpty());
}

TEST(Ravine, IsNotBlamedOnScalesWhereTheVariablesAreNotItsAxes) {
  const Outcome outcome =
      RunFrom("(x[0]-x[1])**2 + 1e-3*(x[0]+x[1]-2)**2", Point({3, 4}), GradientDescentAt(0.4));

  const auto finding = Noticed("ravine", outcome);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->text, ::testing::Not(HasSubstr("like scale")));
}

TEST(Ravine, IsNotSeenInARoundValley) {
  const Outcome outcome = RunFrom("x[0]**2 + 3*x[1]**2", Point({10, 1}), GradientDescentAt(0.1),
                                  {After(10), {"gradient_norm", {}}});

  EXPECT_FALSE(Noticed("ravine", outcome));
}

// --- plateaus ---

TEST(Plateau, IsNoticedWhereTheGradientHasVanishedFarFromTheMinimum) {
  const auto formula = "1 - exp(-(x[0]-10)**2)";
  const Outcome outcome = RunFrom(formula, Point({0}), kLbfgs);

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);  // by its rule
  const auto finding = Noticed("plateau", outcome);
  ASSERT_TRUE(finding);
  const Outcome again = Following(*finding, formula, Point({0}), kLbfgs);
  EXPECT_NEAR(again.best.value, 0, 1e-12);
  EXPECT_THAT(Alarms(again), IsEmpty());
}

TEST(Plateau, IsNotSeenAtAFlatMinimum) {
  EXPECT_THAT(Alarms(RunFrom("x[0]**4", Point({1}), kLbfgs)), IsEmpty());
  EXPECT_THAT(Alarms(RunFrom("max(0, x[0])**2", Point({1}), kLbfgs)), IsEmpty());
  EXPECT_THAT(Alarms(RunFrom("exp(-x[0])", Point({1}), kLbfgs)), IsEmpty());
}

// --- no bottom ---

TEST(Unbounded, IsNoticedWhereTheValueFallsForEver) {
  for (const auto& [formula, start] : std::map<std::string, double>{
           {"x[0]**3", -1}, {"-log(x[0])", 1}, {"x[0]", 1}, {"x[0]*abs(x[0])", -1}}) {
    const Outcome outcome = RunFrom(formula, Point({start}), GradientDescentAt(0.1));

    ASSERT_TRUE(Noticed("unbounded", outcome)) << formula;
    EXPECT_FALSE(Noticed("learning_rate_too_large", outcome)) << formula;
    EXPECT_FALSE(Noticed("budget_too_small", outcome)) << formula;
  }
}

TEST(Unbounded, IsNotClaimedOfWhatLevelsOff) {
  for (const auto* formula : {"exp(-x[0])", "1/x[0]", "x[0]**2", "-tanh(x[0])", "sin(x[0])"}) {
    const Outcome outcome =
        RunFrom(formula, Point({0.5}), GradientDescentAt(0.1), {After(20), {"gradient_norm", {}}});

    EXPECT_FALSE(Noticed("unbounded", outcome)) << formula;
  }
}

TEST(Unbounded, IsNotClaimedWithinBounds) {
  const Outcome outcome = RunOf(FromText("x[0]**3", 1), {.optimizer = GradientDescentAt(0.001),
                                                         .stopping = {After(50)},
                                                         .start = Point({-1}),
                                                         .bounds = {Point({-2}), Point({2})}});

  EXPECT_FALSE(Noticed("unbounded", outcome));
}

// --- kinks and noise ---

TEST(Kink, IsNoticedWhereStepsJumpOverIt) {
  const auto formula = "abs(x[0] - 0.3)";
  const Outcome outcome = RunFrom(formula, Point({2}), GradientDescentAt(0.1));

  const auto finding = Noticed("kink", outcome);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->text, HasSubstr("across x[0]"));
  EXPECT_THAT(finding->evidence, HasSubstr("jumps from -1 to 1"));
  EXPECT_FALSE(Noticed("oscillating", outcome));
  const Outcome again = Following(*finding, formula, Point({2}), GradientDescentAt(0.1));
  EXPECT_LT(again.best.value, 1e-6);
}

TEST(Kink, IsNotSeenInASmoothValley) {
  for (const auto* formula : {"(x[0]-0.3)**2", "cosh(10*x[0]-3)", "sqrt((x[0]-0.3)**2 + 1e-4)"}) {
    const Outcome outcome = RunFrom(formula, Point({0.5}), GradientDescentAt(1e-4),
                                    {After(100), {"gradient_norm", {}}});

    EXPECT_FALSE(Noticed("kink", outcome)) << formula;
  }
}

TEST(Noise, IsNoticedWhereNeighbouringValuesScatter) {
  const auto formula = "x[0]**2 + x[1]**2 + 1e-10*sin(1e12*x[0])";
  const std::vector<Part> long_enough = {After(1000)};
  const Outcome outcome = RunFrom(formula, Point({1, 1}), GradientDescentAt(0.1), long_enough);

  const auto finding = Noticed("noise", outcome);
  ASSERT_TRUE(finding);
  EXPECT_EQ(Alarms(outcome), std::set<std::string>{"noise"});
  ASSERT_TRUE(finding->suggested_optimizer);
  const Outcome again =
      Following(*finding, formula, Point({1, 1}), GradientDescentAt(0.1), long_enough);
  EXPECT_EQ(again.reason.termination, Termination::kConverged);
  EXPECT_LT(again.best.value, 1e-8);
}

TEST(Noise, IsNotSeenInTheRoundingOfASmoothFunction) {
  for (const auto* formula :
       {"x[0]**2 + x[1]**2", "exp(x[0]) - x[0] + x[1]**4", "1e8 + (x[0]-1)**2 + x[1]**2",
        "x[0]**2 - 2*x[0]*x[1] + x[1]**2 + 1e-3*x[0]**2"}) {
    const Outcome outcome =
        RunFrom(formula, Point({0.7, 0.3}), GradientDescentAt(0.01), {After(5)});

    EXPECT_FALSE(Noticed("noise", outcome)) << formula;
  }
}

// --- gradients ---

TEST(WrongGradient, IsNoticedByDifferencesOfValues) {
  const auto wrong = [](const Vector& x, Vector* g) {
    if (g != nullptr) *g = Point({2 * x[0], -8 * x[1]});
    return x[0] * x[0] + 4 * x[1] * x[1];
  };
  const Outcome outcome = RunOf(
      testing::Make(2, wrong),
      {.optimizer = GradientDescentAt(0.01), .stopping = {After(50)}, .start = Point({1, 1})});

  ASSERT_TRUE(Noticed("wrong_gradient", outcome));
  EXPECT_THAT(Noticed("wrong_gradient", outcome)->text, HasSubstr("x[1]"));
}

TEST(ToleranceUnreachable, SaysWhichTolerancesCanBeMet) {
  const auto formula = "1e6*(exp(x[0])-2)**2 + 1e3*(x[0]-0.7)**2 + 1e6*(x[0]*x[1]-0.7)**2";
  const std::vector<Part> strict = {After(200), {"gradient_norm", {{"threshold", 1e-16}}}};
  const Outcome outcome = RunFrom(formula, Point({2, 3}), GradientDescentAt(1e-7), strict);
  // Too few steps of that rate: nothing to do with rounding.
  EXPECT_FALSE(Noticed("tolerance_unreachable", outcome));

  const Outcome there = RunFrom(formula, Point({2, 3}), kLbfgs, strict);
  const auto finding = Noticed("tolerance_unreachable", there);
  ASSERT_TRUE(finding) << there.reason.criterion;
  const Outcome again = Following(*finding, formula, Point({2, 3}), kLbfgs, strict);
  EXPECT_EQ(again.reason.termination, Termination::kConverged);
}

// --- budgets ---

TEST(BudgetTooSmall, ForeseesALinearCourse) {
  const auto formula = "x[0]**2 + 2*x[1]**2";
  const std::vector<Part> few = {After(30), {"gradient_norm", {}}};
  const Outcome outcome = RunFrom(formula, Point({1, 1}), GradientDescentAt(0.05), few);

  const auto finding = Noticed("budget_too_small", outcome);
  ASSERT_TRUE(finding);
  // |g| = 2 * 0.9^k < 1e-8 from k = 182 on.
  const double needed =
      std::get<double>(finding->suggested_stopping.at(0).settings.at("threshold"));
  EXPECT_GE(needed, 182);
  EXPECT_LE(needed, 300);
  EXPECT_EQ(
      Following(*finding, formula, Point({1, 1}), GradientDescentAt(0.05), few).reason.termination,
      Termination::kConverged);
}

TEST(BudgetTooSmall, ForeseesASlackeningCourse) {
  // x' = -4 r x^3: x ~ (8 r k)^(-1/2), |g| = 4 x^3 < 1e-4 from about k = 1460 on.
  const std::vector<Part> few = {After(300), {"gradient_norm", {{"threshold", 1e-4}}}};
  const Outcome outcome = RunFrom("x[0]**4", Point({1}), GradientDescentAt(0.1), few);

  const auto finding = Noticed("budget_too_small", outcome);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->evidence, HasSubstr("no longer linearly"));
  EXPECT_EQ(
      Following(*finding, "x[0]**4", Point({1}), GradientDescentAt(0.1), few).reason.termination,
      Termination::kConverged);
}

// --- notes ---

TEST(StartOptimal, IsNotedWhereNothingWasDone) {
  const Outcome outcome = RunFrom("x[0]**2", Point({0}), kLbfgs);

  const auto finding = Noticed("start_optimal", outcome);
  ASSERT_TRUE(finding);
  EXPECT_TRUE(finding->informational);
  EXPECT_THAT(Alarms(outcome), IsEmpty());
}

TEST(ActiveBounds, AreNotedWithWhatTheyCost) {
  const Outcome outcome =
      RunOf(FromText("(x[0]-3)**2 + x[1]**2", 2), {.optimizer = GradientDescentAt(0.2),
                                                   .start = Point({0, 1}),
                                                   .bounds = {Point({-1, -1}), Point({2, 2})}});

  const auto finding = Noticed("active_bounds", outcome);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->text, HasSubstr("x[0] (upper bound 2) is held"));
  EXPECT_THAT(finding->evidence, HasSubstr("f would improve by 2 a unit"));
  EXPECT_THAT(Alarms(outcome), IsEmpty());
}

TEST(AtRounding, IsNotedWhereAMethodStopsBelowWhatValuesTell) {
  const Outcome outcome = RunFrom("1e8 + (x[0]-1)**2 + x[0]*x[1] + x[1]**2", Point({5, 7}), kLbfgs,
                                  {After(1000), {"gradient_norm", {{"threshold", 1e-300}}}});

  if (outcome.reason.termination == Termination::kStalled) {
    EXPECT_TRUE(Noticed("at_rounding", outcome) || Noticed("tolerance_unreachable", outcome));
  }
}

}  // namespace
}  // namespace thalweg
