#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/stopping_rule.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> KindsOf(const absl::StatusOr<std::vector<Part>>& rules) {
  EXPECT_TRUE(rules.ok()) << rules.status();
  std::vector<std::string> kinds;
  if (rules.ok()) {
    for (const Part& rule : *rules) kinds.push_back(rule.kind);
  }
  return kinds;
}

TEST(Safeguards, AreAllThereIsBesideTheGradientNormByDefault) {
  EXPECT_THAT(KindsOf(WithSafeguards({})),
              ElementsAre("iterations", "divergence", "non_finite", "gradient_norm"));
}

TEST(Safeguards, GiveWayToTheCallersOwn) {
  const Part mine{"iterations", {{"threshold", 5.0}}};

  const auto rules = WithSafeguards({{"step_size", {}}, mine});

  EXPECT_THAT(KindsOf(rules), ElementsAre("divergence", "non_finite", "step_size", "iterations"));
  EXPECT_EQ(rules->back(), mine);
}

TEST(Safeguards, DoNotTakeAPauseForAnEnd) {
  const auto rules = WithSafeguards({{"pause", {{"threshold", 3.0}}}});

  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ(rules->back().kind, "gradient_norm");
}

TEST(Safeguards, NameEveryRuleThatIsWrong) {
  const auto rules = WithSafeguards(
      {{"step_size", {{"threshold", 0.0}}}, {"step_size", {}}, {"stepsize", {}}, {"time", {}}});

  std::vector<std::string> fields;
  for (const auto& violation : ViolationsOf(rules.status())) fields.push_back(violation.field);
  EXPECT_THAT(fields,
              ElementsAre("[0].settings[threshold]", "[2].kind", "[3].settings[threshold]"));
}

}  // namespace
}  // namespace thalweg
