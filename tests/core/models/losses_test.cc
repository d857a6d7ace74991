#include <cmath>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/models/catalogue.h"

namespace thalweg::models {
namespace {

std::unique_ptr<Loss> Made(const Part& part) {
  auto loss = MakeFrom(Losses(), "loss", part);
  EXPECT_TRUE(loss.ok()) << loss.status();
  return *std::move(loss);
}

double ValueOf(const Loss& loss, Index k, const std::vector<double>& scores, double target) {
  double value = 0;
  loss.Evaluate(1, k, scores.data(), &target, &value, nullptr);
  return value;
}

double ValueOf(const Part& part, double score, double target) {
  return ValueOf(*Made(part), 1, {score}, target);
}

TEST(Losses, AreWhatTheirFormulasSay) {
  EXPECT_EQ(ValueOf({"squared", {}}, 5, 2), 9);
  EXPECT_EQ(ValueOf({"absolute", {}}, 2, 5), 3);
  EXPECT_EQ(ValueOf({"huber", {{"delta", 2.0}}}, 1, 0), 0.5);
  EXPECT_EQ(ValueOf({"huber", {{"delta", 2.0}}}, -5, 0), 2 * (5 - 1));
  EXPECT_EQ(ValueOf({"quantile", {{"q", 0.75}}}, 1, 5), 3);
  EXPECT_EQ(ValueOf({"quantile", {{"q", 0.75}}}, 5, 1), 1);
  EXPECT_DOUBLE_EQ(ValueOf({"poisson", {}}, 2, 3), std::exp(2) - 6);
  EXPECT_DOUBLE_EQ(ValueOf({"cross_entropy", {}}, 2, 1), std::log1p(std::exp(-2)));
  EXPECT_DOUBLE_EQ(ValueOf({"cross_entropy", {}}, 2, 0), 2 + std::log1p(std::exp(-2)));
  EXPECT_EQ(ValueOf({"hinge", {}}, 0.25, 1), 0.75);
  EXPECT_EQ(ValueOf({"hinge", {}}, 0.25, 0), 1.25);
  EXPECT_EQ(ValueOf({"squared_hinge", {}}, 0.5, 1), 0.25);
  EXPECT_EQ(ValueOf({"perceptron", {}}, 0.5, 0), 0.5);
  EXPECT_EQ(ValueOf({"perceptron", {}}, 0.5, 1), 0);
  EXPECT_DOUBLE_EQ(ValueOf({"squared_probability", {}}, 0, 1), 0.25);
}

TEST(Losses, OfManyClassesAddUpOrAreLikelihoods) {
  const std::vector<double> scores{1, 3, -2};
  const double sum = std::exp(1) + std::exp(3) + std::exp(-2);
  EXPECT_DOUBLE_EQ(ValueOf(*Made({"cross_entropy", {}}), 3, scores, 2), std::log(sum) + 2);
  EXPECT_EQ(ValueOf(*Made({"hinge", {}}), 3, scores, 2), (1 + 1) + (1 + 3) + (1 + 2));
}

TEST(Losses, OfLargeScoresDoNotOverflow) {
  EXPECT_EQ(ValueOf({"cross_entropy", {}}, 1e4, 0), 1e4);
  EXPECT_EQ(ValueOf({"cross_entropy", {}}, -1e4, 0), 0);
  EXPECT_EQ(ValueOf(*Made({"cross_entropy", {}}), 3, {1e4, 0, -1e4}, 2), 2e4);
}

TEST(Losses, LetNanThrough) {
  for (const auto& entry : Losses()) {
    EXPECT_TRUE(std::isnan(ValueOf({entry.name, {}}, std::nan(""), 1))) << entry.name;
  }
}

TEST(Losses, AtAKinkTakeTheSlopeOfTheField) {
  const auto slope = [](const char* name, double score, double target) {
    double value = 0, found = 0;
    Made({name, {}})->Evaluate(1, 1, &score, &target, &value, &found);
    return found;
  };
  EXPECT_EQ(slope("hinge", 1, 1), 0);
  EXPECT_EQ(slope("absolute", 3, 3), 0);
  EXPECT_EQ(slope("quantile", 3, 3), 0);
  EXPECT_EQ(slope("perceptron", 0, 1), -1) << "else nothing would be learnt from 0";
}

TEST(Losses, TakeRangesOfOptions) {
  EXPECT_FALSE(MakeFrom(Losses(), "loss", Part{"huber", {{"delta", 0.0}}}).ok());
  EXPECT_FALSE(MakeFrom(Losses(), "loss", Part{"quantile", {{"q", 1.0}}}).ok());
  EXPECT_FALSE(MakeFrom(Losses(), "loss", Part{"squared", {{"delta", 1.0}}}).ok());
}

/// Every loss, with as many scores as it may have.
struct Case {
  Part part;
  Index k = 1;
};

class EveryLoss : public ::testing::TestWithParam<Case> {};

// Eleven rows, so that the last lanes are not full; no score is at a kink.
constexpr Index kRows = 11;

std::vector<double> ScoresOf(Index k) {
  std::vector<double> scores;
  for (Index i = 0; i < kRows * k; ++i) {
    scores.push_back(0.37 * static_cast<double>((7 * i) % 13) - 2.1);
  }
  return scores;
}

std::vector<double> TargetsOf(const Loss& loss, Index k) {
  std::vector<double> targets;
  for (Index i = 0; i < kRows; ++i) {
    const bool numbers = loss.task() == Task::kRegression;
    targets.push_back(numbers ? 0.61 * static_cast<double>((5 * i) % 7)
                              : static_cast<double>(i % std::max<Index>(k, 2)));
  }
  return targets;
}

TEST_P(EveryLoss, HasTheSlopesOfItsDifferences) {
  const auto& [part, k] = GetParam();
  const auto loss = Made(part);
  const std::vector<double> targets = TargetsOf(*loss, k);
  std::vector<double> scores = ScoresOf(k), values(kRows), slopes(scores.size());
  loss->Evaluate(kRows, k, scores.data(), targets.data(), values.data(), slopes.data());
  constexpr double kStep = 1e-6;
  for (size_t i = 0; i < scores.size(); ++i) {
    const size_t row = i / static_cast<size_t>(k);
    std::vector<double> up(kRows), down(kRows);
    const double here = scores[i];
    scores[i] = here + kStep;
    loss->Evaluate(kRows, k, scores.data(), targets.data(), up.data(), nullptr);
    scores[i] = here - kStep;
    loss->Evaluate(kRows, k, scores.data(), targets.data(), down.data(), nullptr);
    scores[i] = here;
    EXPECT_NEAR(slopes[i], (up[row] - down[row]) / (2 * kStep), 1e-7) << i;
  }
}

TEST_P(EveryLoss, HasTheCurvaturesOfItsSlopes) {
  const auto& [part, k] = GetParam();
  const auto loss = Made(part);
  const std::vector<double> targets = TargetsOf(*loss, k);
  const std::vector<double> scores = ScoresOf(k);
  std::vector<double> directions(scores.size()), products(scores.size());
  for (size_t i = 0; i < directions.size(); ++i) directions[i] = i % 3 == 0 ? 1.5 : -0.5;
  if (!loss->CurvatureTimes(kRows, k, scores.data(), targets.data(), directions.data(),
                            products.data())) {
    return;  // it has none
  }
  constexpr double kStep = 1e-6;
  std::vector<double> up = scores, down = scores, values(kRows);
  std::vector<double> slopes_up(scores.size()), slopes_down(scores.size());
  for (size_t i = 0; i < scores.size(); ++i) {
    up[i] += kStep * directions[i];
    down[i] -= kStep * directions[i];
  }
  loss->Evaluate(kRows, k, up.data(), targets.data(), values.data(), slopes_up.data());
  loss->Evaluate(kRows, k, down.data(), targets.data(), values.data(), slopes_down.data());
  for (size_t i = 0; i < scores.size(); ++i) {
    EXPECT_NEAR(products[i], (slopes_up[i] - slopes_down[i]) / (2 * kStep), 1e-7) << i;
  }
}

TEST_P(EveryLoss, GivesARowTheSameBitsWhateverItsNeighbours) {
  const auto& [part, k] = GetParam();
  const auto loss = Made(part);
  const std::vector<double> targets = TargetsOf(*loss, k);
  const std::vector<double> scores = ScoresOf(k);
  std::vector<double> values(kRows), slopes(scores.size()), alone(static_cast<size_t>(k));
  loss->Evaluate(kRows, k, scores.data(), targets.data(), values.data(), slopes.data());
  for (Index i = 0; i < kRows; ++i) {
    double value = 0;
    loss->Evaluate(1, k, scores.data() + i * k, targets.data() + i, &value, alone.data());
    EXPECT_EQ(value, values[static_cast<size_t>(i)]);
    for (Index j = 0; j < k; ++j) {
      EXPECT_EQ(alone[static_cast<size_t>(j)], slopes[static_cast<size_t>(i * k + j)]);
    }
  }
}

TEST_P(EveryLoss, OfProbabilitiesAddsThemUpToOne) {
  const auto& [part, k] = GetParam();
  const auto loss = Made(part);
  if (!loss->has_probabilities()) return;
  const std::vector<double> scores = ScoresOf(k);
  const auto classes = static_cast<size_t>(std::max<Index>(k, 2));
  std::vector<double> probabilities(kRows * classes);
  loss->Probabilities(kRows, k, scores.data(), probabilities.data());
  for (size_t i = 0; i < kRows; ++i) {
    double sum = 0;
    for (size_t j = 0; j < classes; ++j) sum += probabilities[i * classes + j];
    EXPECT_NEAR(sum, 1, 1e-15);
  }
}

std::vector<Case> Cases() {
  std::vector<Case> cases{{{"hinge", {{"smoothing", 0.5}}}, 1},
                          {{"hinge", {{"smoothing", 0.5}}}, 3}};
  for (const auto& entry : Losses()) {
    cases.push_back({{entry.name, {}}, 1});
    if ((*entry.make({entry.name, {}}))->task() == Task::kClassification) {
      cases.push_back({{entry.name, {}}, 2});
      cases.push_back({{entry.name, {}}, 5});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryLoss, ::testing::ValuesIn(Cases()),
                         [](const auto& tested) {
                           return tested.param.part.kind + "_" + std::to_string(tested.param.k) +
                                  (tested.param.part.settings.empty() ? "" : "_smoothed");
                         });

}  // namespace
}  // namespace thalweg::models
