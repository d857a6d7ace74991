#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/stopping_rule.h"
#include "tests/support/descending.h"

namespace thalweg {
namespace {

using ::testing::HasSubstr;
using testing::Point;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kLess = -std::numeric_limits<double>::infinity();

double Below(double value) { return std::nextafter(value, kLess); }
double Above(double value) { return std::nextafter(value, kInf); }

std::unique_ptr<StoppingRule> Rule(const std::string& kind,
                                   std::map<std::string, Setting> settings) {
  auto rule = MakeFrom(StoppingRules(), "stopping rule", Part{kind, std::move(settings)});
  EXPECT_TRUE(rule.ok()) << rule.status();
  return rule.ok() ? *std::move(rule) : nullptr;
}

// A moment of a run, made of what the rule under test looks at.
struct Moment {
  int64_t iteration = 1;
  double value = 0;
  double previous_value = 0;
  double start_value = 0;
  double best_value = 0;
  double gradient_norm = 1;
  double gradient_max = 1;
  double step_norm = 1;
  double elapsed_seconds = 0;
  int64_t evaluations = 1;
  Direction direction = Direction::kMinimize;
};

std::optional<StopReason> Ask(StoppingRule& rule, const Moment& moment) {
  Iterate at;
  at.iteration = moment.iteration;
  at.x = Point({0});
  at.value = moment.value;
  at.step_norm = moment.step_norm;
  at.evaluations = {.values = moment.evaluations, .gradients = moment.evaluations};
  const bool finite = std::isfinite(moment.value) && std::isfinite(moment.gradient_max);
  at.flags = finite ? 0 : static_cast<uint32_t>(kNonFinite);
  const Best best{.value = moment.best_value, .x = Point({0})};
  return rule.Check({at, moment.previous_value, moment.start_value, moment.gradient_norm,
                     moment.gradient_max, best, moment.elapsed_seconds, moment.direction});
}

std::optional<StopReason> Ask(const std::string& kind, std::map<std::string, Setting> settings,
                              const Moment& moment) {
  return Ask(*Rule(kind, std::move(settings)), moment);
}

TEST(GradientNormRule, IsMetStrictlyBelowItsThreshold) {
  const auto reason = Ask("gradient_norm", {{"threshold", 0.1}}, {.gradient_norm = Below(0.1)});

  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->termination, Termination::kConverged);
  EXPECT_EQ(reason->criterion, "gradient_norm");
  EXPECT_EQ(reason->measured, Below(0.1));
  EXPECT_EQ(reason->threshold, 0.1);
  EXPECT_THAT(reason->detail, HasSubstr("Euclidean norm"));
  EXPECT_FALSE(Ask("gradient_norm", {{"threshold", 0.1}}, {.gradient_norm = 0.1}));
}

TEST(GradientNormRule, CanMeasureTheLargestCoordinate) {
  const std::map<std::string, Setting> settings = {{"threshold", 0.1}, {"norm", "max"}};

  EXPECT_TRUE(Ask("gradient_norm", settings, {.gradient_norm = 1, .gradient_max = 0.05}));
  EXPECT_FALSE(Ask("gradient_norm", settings, {.gradient_norm = 0, .gradient_max = 0.1}));
}

TEST(GradientNormRule, IsMetAtTheStartToo) {
  EXPECT_TRUE(Ask("gradient_norm", {}, {.iteration = 0, .gradient_norm = 0, .gradient_max = 0}));
}

TEST(StepSizeRule, IsMetStrictlyBelowItsThresholdFromTheFirstStepOn) {
  EXPECT_TRUE(Ask("step_size", {{"threshold", 0.1}}, {.step_norm = Below(0.1)}));
  EXPECT_FALSE(Ask("step_size", {{"threshold", 0.1}}, {.step_norm = 0.1}));
  EXPECT_FALSE(Ask("step_size", {{"threshold", 0.1}}, {.iteration = 0, .step_norm = 0}));
}

TEST(ValueChangeRule, IsMetStrictlyBelowItsThresholdFromTheFirstStepOn) {
  const std::map<std::string, Setting> settings = {{"threshold", 0.25}};

  EXPECT_TRUE(Ask("value_change", settings, {.value = Above(1.75), .previous_value = 2}));
  EXPECT_TRUE(Ask("value_change", settings, {.value = 2, .previous_value = Above(1.75)}));
  EXPECT_FALSE(Ask("value_change", settings, {.value = 1.75, .previous_value = 2}));
  EXPECT_FALSE(Ask("value_change", settings, {.iteration = 0}));
}

TEST(RelativeValueChangeRule, MeasuresAgainstTheLargerValue) {
  const std::map<std::string, Setting> settings = {{"threshold", 0.25}};

  EXPECT_TRUE(Ask("relative_value_change", settings, {.value = 3.5, .previous_value = 4}));
  EXPECT_FALSE(Ask("relative_value_change", settings, {.value = 3, .previous_value = 4}));
  EXPECT_FALSE(Ask("relative_value_change", settings, {.value = 4, .previous_value = 3}));
  EXPECT_FALSE(Ask("relative_value_change", settings, {.value = 1e-9, .previous_value = 2e-9}));
  EXPECT_FALSE(Ask("relative_value_change", settings, {.value = 1e308, .previous_value = -1e308}));
}

TEST(RelativeValueChangeRule, TakesTwoZerosForNoChange) {
  const auto reason = Ask("relative_value_change", {}, {.value = 0, .previous_value = -0.0});

  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->measured, 0);
}

TEST(TargetValueRule, IsMetAtTheTargetAndBelowWhenMinimising) {
  const std::map<std::string, Setting> settings = {{"threshold", -1.5}};

  EXPECT_TRUE(Ask("target_value", settings, {.iteration = 0, .value = -1.5}));
  EXPECT_TRUE(Ask("target_value", settings, {.value = -2}));
  EXPECT_FALSE(Ask("target_value", settings, {.value = Above(-1.5)}));
}

TEST(TargetValueRule, IsMetAtTheTargetAndAboveWhenMaximising) {
  const std::map<std::string, Setting> settings = {{"threshold", 1.5}};
  // The problem minimises -f: f = 1.5 is a value of -1.5.
  const auto reason =
      Ask("target_value", settings, {.value = -1.5, .direction = Direction::kMaximize});

  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->measured, 1.5);
  EXPECT_EQ(reason->threshold, 1.5);
  EXPECT_FALSE(
      Ask("target_value", settings, {.value = Above(-1.5), .direction = Direction::kMaximize}));
}

TEST(StallRule, WaitsForAFullWindowThenStopsWhenNothingImproves) {
  const auto rule = Rule("stall", {{"threshold", 0.01}, {"window", 2.0}});

  EXPECT_FALSE(Ask(*rule, {.iteration = 0, .best_value = 5}));
  EXPECT_FALSE(Ask(*rule, {.iteration = 1, .best_value = 5}));
  const auto reason = Ask(*rule, {.iteration = 2, .best_value = 4.99});

  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->termination, Termination::kStalled);
  EXPECT_NEAR(reason->measured, 0.002, 1e-15);
  EXPECT_EQ(reason->threshold, 0.01);
  EXPECT_THAT(reason->detail, HasSubstr("over the last 2 iterations"));
}

TEST(StallRule, CountsAgainFromEachImprovement) {
  const auto rule = Rule("stall", {{"threshold", 0.125}, {"window", 2.0}});

  EXPECT_FALSE(Ask(*rule, {.iteration = 0, .best_value = 1}));
  EXPECT_FALSE(Ask(*rule, {.iteration = 1, .best_value = 0.9375}));
  EXPECT_FALSE(Ask(*rule, {.iteration = 2, .best_value = 0.875}));  // small gains add up
  EXPECT_FALSE(Ask(*rule, {.iteration = 3, .best_value = 0.875}));
  EXPECT_TRUE(Ask(*rule, {.iteration = 4, .best_value = 0.875}));
}

TEST(StallRule, LetsAnyGainCountWhereTheThresholdIsZero) {
  const auto rule = Rule("stall", {{"threshold", 0.0}, {"window", 1.0}});

  EXPECT_FALSE(Ask(*rule, {.iteration = 0, .best_value = 1}));
  EXPECT_FALSE(Ask(*rule, {.iteration = 1, .best_value = Below(1)}));
  EXPECT_TRUE(Ask(*rule, {.iteration = 2, .best_value = Below(1)}));
}

TEST(StallRule, GoesOnCountingAfterARestart) {
  const std::map<std::string, Setting> settings = {{"threshold", 0.1}, {"window", 2.0}};
  const auto before = Rule("stall", settings);
  EXPECT_FALSE(Ask(*before, {.iteration = 0, .best_value = 1}));
  EXPECT_FALSE(Ask(*before, {.iteration = 1, .best_value = 0.5}));
  State writer = State::Writer();
  before->Remember(writer);

  const auto after = Rule("stall", settings);
  State reader = State::Reader(writer.TakeBytes());
  after->Remember(reader);

  EXPECT_FALSE(Ask(*after, {.iteration = 2, .best_value = 0.5}));
  EXPECT_TRUE(Ask(*after, {.iteration = 3, .best_value = 0.5}));
}

TEST(IterationsRule, IsMetAtItsLimit) {
  const auto reason = Ask("iterations", {{"threshold", 10.0}}, {.iteration = 10});

  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->termination, Termination::kLimit);
  EXPECT_EQ(reason->measured, 10);
  EXPECT_EQ(reason->detail, "the limit of 10 iterations was reached");
  EXPECT_FALSE(Ask("iterations", {{"threshold", 10.0}}, {.iteration = 9}));
}

TEST(EvaluationsRule, IsMetAtItsLimitOrBeyond) {
  EXPECT_FALSE(Ask("evaluations", {{"threshold", 10.0}}, {.evaluations = 9}));
  EXPECT_TRUE(Ask("evaluations", {{"threshold", 10.0}}, {.evaluations = 10}));
  EXPECT_TRUE(Ask("evaluations", {{"threshold", 10.0}}, {.evaluations = 15}));
}

TEST(EvaluationsRule, CountsGradientsTooWhereAsked) {
  const std::map<std::string, Setting> settings = {{"threshold", 10.0}, {"count", "all"}};

  EXPECT_FALSE(Ask("evaluations", settings, {.evaluations = 4}));  // and as many gradients
  EXPECT_TRUE(Ask("evaluations", settings, {.evaluations = 5}));
}

TEST(PauseRule, HaltsOnceAtOrBeyondEachCount) {
  const auto rule = Rule("pause", {{"threshold", std::vector<double>{2, 5}}});

  std::vector<int64_t> halts;
  for (int64_t k = 0; k < 10; ++k) {
    const auto reason = Ask(*rule, {.iteration = k});
    if (!reason) continue;
    EXPECT_EQ(reason->termination, Termination::kPaused);
    halts.push_back(k);
  }
  EXPECT_THAT(halts, ::testing::ElementsAre(2, 5));
}

TEST(PauseRule, PassesCountsThatOneIterationJumpsOverTogether) {
  const auto rule = Rule(
      "pause", {{"threshold", std::vector<double>{10, 20, 100}}, {"count", std::string("all")}});

  EXPECT_FALSE(Ask(*rule, {.evaluations = 4}));
  EXPECT_EQ(Ask(*rule, {.evaluations = 15})->threshold, 20);  // 30 of both kinds
  EXPECT_FALSE(Ask(*rule, {.evaluations = 40}));
  EXPECT_TRUE(Ask(*rule, {.evaluations = 50}));
}

TEST(PauseRule, RemembersWhatItPassed) {
  const auto rule = Rule("pause", {{"threshold", 2.0}});
  EXPECT_TRUE(Ask(*rule, {.iteration = 2}));
  State writer = State::Writer();
  rule->Remember(writer);

  const auto restored = Rule("pause", {{"threshold", 2.0}});
  State reader = State::Reader(writer.TakeBytes());
  restored->Remember(reader);

  EXPECT_TRUE(reader.Finish().ok());
  EXPECT_FALSE(Ask(*restored, {.iteration = 3}));
}

TEST(PauseRule, WantsIncreasingWholeCounts) {
  using Counts = std::vector<double>;
  for (const Counts& counts : {Counts{}, Counts{2, 2}, Counts{3, 1}, Counts{1.5}, Counts{-1}}) {
    EXPECT_FALSE(
        MakeFrom(StoppingRules(), "stopping rule", Part{"pause", {{"threshold", counts}}}).ok());
  }
}

TEST(TimeRule, IsMetAtItsLimit) {
  EXPECT_FALSE(Ask("time", {{"threshold", 0.5}}, {.elapsed_seconds = Below(0.5)}));
  const auto reason = Ask("time", {{"threshold", 0.5}}, {.elapsed_seconds = 0.5});

  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->termination, Termination::kLimit);
}

TEST(DivergenceRule, IsMetWhereTheValueIsWorseByMoreThanItsFactor) {
  const std::map<std::string, Setting> settings = {{"threshold", 8.0}};

  EXPECT_FALSE(Ask("divergence", settings, {.value = 36, .start_value = 4}));
  const auto reason = Ask("divergence", settings, {.value = 40, .start_value = 4});

  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->termination, Termination::kDiverged);
  EXPECT_EQ(reason->measured, 9);
  EXPECT_EQ(reason->threshold, 8);
}

TEST(DivergenceRule, MeasuresSmallStartsAgainstOne) {
  EXPECT_FALSE(Ask("divergence", {{"threshold", 8.0}}, {.value = 8, .start_value = 1e-9}));
  EXPECT_TRUE(Ask("divergence", {{"threshold", 8.0}}, {.value = 8.5, .start_value = 1e-9}));
}

TEST(DivergenceRule, SeesAnObjectiveWithoutABottom) {
  const auto below = Ask("divergence", {}, {.value = -2e20, .start_value = 1});
  const auto above =
      Ask("divergence", {}, {.value = -2e20, .start_value = 1, .direction = Direction::kMaximize});

  ASSERT_TRUE(below);
  ASSERT_TRUE(above);
  EXPECT_THAT(below->detail, HasSubstr("unbounded below"));
  EXPECT_THAT(above->detail, HasSubstr("to 2e+20"));
  EXPECT_THAT(above->detail, HasSubstr("unbounded above"));
  EXPECT_FALSE(Ask("divergence", {}, {.value = -1e19, .start_value = 1}));
}

TEST(NonFiniteRule, IsMetByNanAndInfinity) {
  for (const double value : {kNan, kInf, -kInf}) {
    const auto reason = Ask("non_finite", {}, {.value = value});
    ASSERT_TRUE(reason);
    EXPECT_EQ(reason->termination, Termination::kNonFinite);
    EXPECT_TRUE(Ask("non_finite", {}, {.gradient_norm = value, .gradient_max = value}));
  }
  EXPECT_FALSE(Ask("non_finite", {}, {.value = std::numeric_limits<double>::max()}));
}

TEST(NonFiniteRule, CountsOnlyThoseInARow) {
  const auto rule = Rule("non_finite", {{"threshold", 2.0}});

  EXPECT_FALSE(Ask(*rule, {.value = kNan}));
  EXPECT_FALSE(Ask(*rule, {.value = 1}));
  EXPECT_FALSE(Ask(*rule, {.value = kNan}));
  EXPECT_TRUE(Ask(*rule, {.value = kNan}));
}

TEST(ConvergenceRules, AreNeverMetByNan) {
  for (const std::string kind :
       {"gradient_norm", "step_size", "value_change", "relative_value_change", "target_value"}) {
    for (const double value : {kNan, kInf, -kInf}) {
      // All else looks like convergence.
      const Moment moment{.value = value,
                          .previous_value = value,
                          .gradient_norm = 0,
                          .gradient_max = 0,
                          .step_norm = 0};
      EXPECT_FALSE(Ask(kind, {{"threshold", 1.0}}, moment)) << kind << " at " << value;
    }
    const Moment moment{.value = 2,
                        .previous_value = kNan,
                        .gradient_norm = kNan,
                        .gradient_max = kNan,
                        .step_norm = kNan};
    EXPECT_FALSE(Ask(kind, {{"threshold", 1.0}}, moment)) << kind;
  }
}

}  // namespace
}  // namespace thalweg
