// What every line search of the catalogue must do, whatever its method.

#include <limits>

#include "gmock/gmock.h"
#include "tests/core/line_search/more_thuente_phi.h"

namespace thalweg {
namespace {

using namespace testing;  // NOLINT: the vocabulary of these tests
using ::testing::Each;
using ::testing::Le;
using ::testing::SizeIs;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// (a - 1)^2, least at 1.
Point1 Square(double a) { return {(a - 1) * (a - 1), 2 * (a - 1)}; }

class EveryLineSearch : public ::testing::TestWithParam<LineSearchEntry> {
 protected:
  std::unique_ptr<LineSearch> With(std::map<std::string, Setting> settings = {}) const {
    return MakeSearch(GetParam().name, std::move(settings));
  }
  bool has(const std::string& option) const {
    for (const OptionInfo& info : GetParam().options) {
      if (info.name == option) return true;
    }
    return false;
  }
};

TEST_P(EveryLineSearch, FindsALowerPointOnThePublishedFunctions) {
  for (const PublishedSearch& row : PublishedSearches()) {
    const Searched searched = SearchOn(row.phi, *With(), row.first);

    EXPECT_NE(searched.found, Found::kNone) << row.table << ", " << row.first;
    EXPECT_LT(searched.value, row.phi(0).value) << row.table << ", " << row.first;
    EXPECT_EQ(searched.x, searched.trial.step) << "it stands at the step found";
    EXPECT_EQ(searched.tried.back(), searched.trial.step) << "which was tried last";
  }
}

TEST_P(EveryLineSearch, FulfilsItsConditionsWhereItSaysSo) {
  for (const PublishedSearch& row : PublishedSearches()) {
    std::map<std::string, Setting> settings;
    if (has("c1")) settings["c1"] = row.c1;
    if (has("c2")) settings["c2"] = std::max(row.c2, 2 * row.c1);
    const Searched searched = SearchOn(row.phi, *With(settings), row.first);
    const Point1 start = row.phi(0);
    const Point1 end = row.phi(searched.trial.step);

    ASSERT_EQ(searched.found, Found::kStep) << row.table << ", " << row.first;
    if (has("epsilon")) {
      EXPECT_LE(end.value, start.value + 1e-6 * std::abs(start.value));
    } else {
      const double c1 = has("c1") ? row.c1 : 0;
      EXPECT_LE(end.value, start.value + c1 * searched.trial.step * start.slope);
    }
    if (has("c2")) {
      EXPECT_GE(end.slope, std::get<double>(settings["c2"]) * start.slope);
    }
  }
}

TEST_P(EveryLineSearch, NeverTriesMoreThanItsCap) {
  const Phi endless = [](double a) -> Point1 { return {-a * a - a, -2 * a - 1}; };
  const Phi uphill = [](double a) -> Point1 { return {a, -1}; };  // a slope that is a lie
  const Phi nowhere = [](double a) -> Point1 { return {a == 0 ? 0 : kNan, -1}; };
  for (const Phi& phi : {endless, uphill, nowhere, Phi2(), Phi3()}) {
    for (const double most : {1.0, 2.0, 3.0, 7.0}) {
      const Searched searched = SearchOn(phi, *With({{"max_trials", most}}), 0.001);

      EXPECT_LE(searched.trials, most);
      EXPECT_EQ(searched.trials, static_cast<int64_t>(searched.tried.size()));
    }
  }
}

TEST_P(EveryLineSearch, StaysWhereNothingIsLower) {
  const Phi uphill = [](double a) -> Point1 { return {a, -1}; };

  EXPECT_EQ(SearchOn(uphill, *With(), 1).found, Found::kNone);
}

TEST_P(EveryLineSearch, NeverGoesBeyondTheLongestStep) {
  const Searched searched = SearchOn(Square, *With(), 2, 0.25);

  EXPECT_NE(searched.found, Found::kNone);
  EXPECT_EQ(searched.x, 0.25);
  EXPECT_THAT(searched.tried, Each(Le(0.25)));
}

TEST_P(EveryLineSearch, StepsBackFromWhereTheValueIsNotFinite) {
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    // -log(1 - a) - 3a, least at 2/3, ends at 1.
    const Phi barrier = [bad](double a) -> Point1 {
      if (a >= 1) return {bad, kNan};
      return {-std::log(1 - a) - 3 * a, 1 / (1 - a) - 3};
    };
    for (const double first : {1.5, 1e3, 1e9}) {
      const Searched searched = SearchOn(barrier, *With(), first);

      EXPECT_NE(searched.found, Found::kNone) << first;
      EXPECT_LT(searched.value, 0) << first;
    }
  }
}

TEST_P(EveryLineSearch, GoesBySlopesWhereRoundingHidesTheGain) {
  // Gains of at most 1e-18 on a value of 1: the values are all the same.
  const Phi flat = [](double a) -> Point1 {
    return {1 + 1e-18 * (a - 1) * (a - 1), 2e-18 * (a - 1)};
  };
  for (const double first : {0.9, 1.2, 30.0}) {
    const Searched searched = SearchOn(flat, *With(), first);

    EXPECT_NE(searched.found, Found::kNone);
    EXPECT_LT(std::abs(searched.trial.slope), 2e-18);
  }
}

TEST_P(EveryLineSearch, EndsWhereAnEvaluationCannotBeMade) {
  Faulty gone(Make(1,
                   [](const Vector& x, Vector* g) {
                     (*g)[0] = 2 * (x[0] - 1);
                     return (x[0] - 1) * (x[0] - 1);
                   }),
              1, Fault::kStatus);
  Problem problem(gone, Direction::kMinimize);
  Iterate at;
  at.x = at.gradient = Vector::Zero(1);
  ASSERT_TRUE(problem.Evaluate(at).ok());
  const Vector direction = Vector::Ones(1);
  Place place;
  Ray ray(problem, at, direction, at.gradient[0], kInfinity, place);
  Trial trial;

  EXPECT_EQ(With()->Search(ray, 1, trial).status().code(), absl::StatusCode::kUnavailable);
}

TEST_P(EveryLineSearch, IsDescribed) {
  const LineSearchEntry& entry = GetParam();

  EXPECT_FALSE(entry.title.empty());
  EXPECT_FALSE(entry.summary.empty());
  EXPECT_FALSE(entry.formula.empty());
  EXPECT_FALSE(entry.source.empty());
  EXPECT_FALSE(entry.advice.empty());
  EXPECT_FALSE(entry.example.empty());
  for (const OptionInfo& option : entry.options) EXPECT_FALSE(option.meaning.empty());
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryLineSearch,
                         ::testing::ValuesIn(LineSearches().begin(), LineSearches().end()),
                         [](const auto& entry) { return entry.param.name; });

TEST(Exact, TakesTwoTrialsOnAQuadratic) {
  for (const double first : {1e-3, 0.4, 3.0, 1e3}) {
    const Searched searched = SearchOn(Square, *MakeSearch("exact"), first);

    EXPECT_EQ(searched.found, Found::kStep);
    EXPECT_LE(searched.trials, 2) << first;
    EXPECT_NEAR(searched.trial.step, 1, 1e-9);
  }
}

TEST(Exact, FindsTheRootOfTheSlopeElsewhere) {
  const Searched searched = SearchOn(Phi2(), *MakeSearch("exact"), 1e-3);

  EXPECT_EQ(searched.found, Found::kStep);
  EXPECT_NEAR(searched.trial.step, 1.6 - 0.004, 1e-6);  // phi2 is least at 8/5 - beta
}

TEST(Backtracking, TakesTheFirstStepThatIsLowEnough) {
  const auto halving = MakeSearch("backtracking", {{"interpolation", "halving"}});

  EXPECT_THAT(SearchOn(Square, *halving, 0.5).tried, SizeIs(1));
  EXPECT_EQ(SearchOn(Square, *halving, 6).tried, (std::vector<double>{6, 3, 1.5}));
}

TEST(Backtracking, GoesToTheMinimumOfAParabola) {
  const auto quadratic = MakeSearch("backtracking", {{"interpolation", "quadratic"}});

  EXPECT_EQ(SearchOn(Square, *quadratic, 4).tried, (std::vector<double>{4, 1}));
}

}  // namespace
}  // namespace thalweg
