// What stands behind the flags of fit, and the learning rate it suggests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "client/cli/arguments/model_options.h"
#include "client/cli/arguments/part_argument.h"
#include "client/cli/arguments/setting_text.h"
#include "client/cli/commands/rate_finder.h"
#include "client/cli/output/table_text.h"

namespace thalweg::cli {
namespace {

std::string PartOf(const std::string& text, const std::string& main = "") {
  const auto read = ParsePart("--model", text, main);
  return read.ok() ? PartText(*read) : read.error().text;
}

TEST(PartArgument, HasSettingsInParenthesesOrBehindAColon) {
  EXPECT_EQ(PartOf("mlp"), "mlp");
  EXPECT_EQ(PartOf("linear(degree=2)"), "linear(degree=2)");
  EXPECT_EQ(PartOf("linear:degree=2"), "linear(degree=2)");
  EXPECT_EQ(PartOf("mlp:layers=[20,10],activation=relu"),
            PartOf("mlp(activation=relu,layers=[20,10])"));
}

TEST(PartArgument, KnowsTheOptionThatMattersMost) {
  EXPECT_EQ(PartOf("l2=0.1", "strength"), "l2(strength=0.1)");
  EXPECT_THAT(PartOf("l2=0.1"), ::testing::HasSubstr("expected the end"));
  EXPECT_THAT(PartOf("l2:"), ::testing::HasSubstr("l2"));
  EXPECT_THAT(PartOf("l2:0.1", "strength"), ::testing::HasSubstr("expected an option"));
}

TEST(Batches, AreASizeOrAKind) {
  EXPECT_EQ(PartText(BatchesOf({.batch = "32"})), "shuffled(size=32)");
  EXPECT_EQ(PartText(BatchesOf({.batch = "importance=8"})), "importance(size=8)");
  EXPECT_EQ(BatchesOf({}).kind(), "");
}

TEST(UsualOptimizer, FitsTheModel) {
  const auto usual = [](const ModelOptions& options) {
    return UsualOptimizer(ModelOf(options, "datasets/a"), BatchesOf(options)).kind();
  };
  EXPECT_EQ(usual({}), "lbfgs");
  EXPECT_EQ(usual({.penalty = "l2=1"}), "lbfgs");
  EXPECT_EQ(usual({.penalty = "l1=1"}), "fista");
  EXPECT_EQ(usual({.batch = "32"}), "adam");
  EXPECT_EQ(usual({.batch = "full"}), "lbfgs");
  EXPECT_EQ(usual({.model = "svm"}), "adam") << "the hinge has a kink";
  EXPECT_EQ(usual({.model = "svm", .loss = "squared_hinge"}), "lbfgs");
}

/// A step with each rate: flat, then falling, then off.
std::vector<TriedRate> Tried() {
  std::vector<TriedRate> tried;
  for (int i = 0; i < 100; ++i) {
    const double rate = std::pow(10, -6 + 0.08 * i);  // up to some 100
    const double fall = 1 / (1 + std::pow(rate / 0.01, -2));
    tried.push_back({rate, 10 - 9 * fall + std::max(0.0, rate - 1) * 50});
  }
  return tried;
}

TEST(SuggestRate, TakesTheRateAtWhichTheLossFallsFastest) {
  auto tried = Tried();
  const RateAdvice advice = SuggestRate(tried, /*noisy=*/false);
  EXPECT_NEAR(std::log10(advice.steepest), -2, 0.15);
  EXPECT_GT(advice.least, advice.steepest);
  EXPECT_LE(advice.least, 1.3) << "where it rises again";
  EXPECT_LT(tried.size(), 100u) << "what is off the scale is left out";
}

TEST(SuggestRate, HasNoneWhereNothingFalls) {
  std::vector<TriedRate> rising = {{.01, 1}, {.1, 2}, {1, 9}, {10, 1e9}};
  EXPECT_EQ(SuggestRate(rising, false).steepest, 0);
  std::vector<TriedRate> lost = {{.01, std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_EQ(SuggestRate(lost, true).steepest, 0);
  EXPECT_TRUE(lost.empty());
}

TEST(Table, AlignsCellsByTheirCharacters) {
  Table table(1);
  table.Add({"", "é"});
  table.Add({"name", "12"});
  EXPECT_EQ(table.Text(), "         é\n  name  12\n");
}

}  // namespace
}  // namespace thalweg::cli
