#include "tests/core/line_search/more_thuente_phi.h"

namespace thalweg {
namespace {

using namespace testing;  // NOLINT: the vocabulary of these tests

TEST(MoreThuente, GivesTheStepsAndCountsThatThePaperPrints) {
  for (const PublishedSearch& row : PublishedSearches()) {
    const auto search =
        MakeSearch("more_thuente", {{"c1", row.c1}, {"c2", row.c2}, {"max_trials", 50.0}});
    // The paper's limits of the step: section 5.
    const Searched searched = SearchOn(row.phi, *search, row.first, 4 * std::max(1.0, row.first));

    EXPECT_EQ(searched.found, Found::kStep) << row.table << ", " << row.first;
    EXPECT_EQ(searched.trials, row.trials) << row.table << ", " << row.first;
    EXPECT_NEAR(searched.trial.step, row.step, row.unit) << row.table << ", " << row.first;
  }
}

TEST(MoreThuente, RefusesACurvatureConditionWeakerThanTheDecrease) {
  const auto search =
      MakeFrom(LineSearches(), "line search", {"more_thuente", {{"c1", 0.5}, {"c2", 0.4}}});

  ASSERT_FALSE(search.ok());
  EXPECT_EQ(ViolationsOf(search.status())[0].field, "settings[c2]");
}

}  // namespace
}  // namespace thalweg
