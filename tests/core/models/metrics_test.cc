// Figures that scikit-learn 1.2.1 gives for the same rows (sklearn.metrics: accuracy_score,
// balanced_accuracy_score, roc_auc_score, confusion_matrix, r2_score, mean_squared_error,
// mean_absolute_error), with and without sample_weight.

#include "server/core/models/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace thalweg::models {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr double kRounding = 1e-14;
const double kNaN = std::numeric_limits<double>::quiet_NaN();

const std::vector<double> kClasses = {0, 0, 1, 1, 0, 1, 1, 0, 1, 0};
const std::vector<double> kScores = {.1, .4, .35, .8, .4, .4, .9, .2, .55, .7};  // three are equal
const std::vector<double> kTaken = {0, 0, 0, 1, 0, 0, 1, 0, 1, 1};               // above 0.5
const std::vector<double> kWeights = {1, 2, 1, .5, 1, 3, 1, 1, 2, .25};

TEST(ClassMetrics, AreThoseOfScikitLearn) {
  Metrics metrics;
  AddClassMetrics({kTaken, kClasses, {}}, 2, metrics);
  EXPECT_THAT(metrics, UnorderedElementsAre(Pair("accuracy", DoubleNear(0.7, kRounding)),
                                            Pair("error_rate", DoubleNear(0.3, kRounding)),
                                            Pair("balanced_accuracy", DoubleNear(0.7, kRounding))));
  AddClassMetrics({kTaken, kClasses, kWeights}, 2, metrics);
  EXPECT_NEAR(metrics["accuracy"], 0.6666666666666666, kRounding);
  EXPECT_NEAR(metrics["balanced_accuracy"], 0.7095238095238094, kRounding);
}

TEST(ClassMetrics, BalanceTheClassesThatThereAre) {
  Metrics metrics;
  AddClassMetrics(
      {std::vector<double>{0, 2, 2, 2, 1, 1, 0}, std::vector<double>{0, 1, 2, 2, 1, 0, 2}, {}},
      /*classes=*/4, metrics);
  EXPECT_NEAR(metrics["accuracy"], 0.5714285714285714, kRounding);
  EXPECT_NEAR(metrics["balanced_accuracy"], 0.5555555555555555, kRounding);
}

TEST(Confusion, CountsRowsOfEachClassByTheClassTheyAreTakenFor) {
  EXPECT_THAT(Confusion({kTaken, kClasses, kWeights}, 2), ElementsAre(4, 1, 2, 3));
  EXPECT_THAT(Confusion({std::vector<double>{kNaN, 1}, std::vector<double>{0, 1}, {}}, 2),
              ElementsAre(0, 0, 0, 1))
      << "a row without a prediction is taken for none";
}

TEST(AreaUnderCurve, CountsEqualScoresHalf) {
  Metrics metrics;
  AddAreaUnderCurve({kScores, kClasses, {}}, metrics);
  EXPECT_NEAR(metrics["auc"], 0.76, kRounding);
  AddAreaUnderCurve({kScores, kClasses, kWeights}, metrics);
  EXPECT_NEAR(metrics["auc"], 0.7714285714285715, kRounding);
}

TEST(AreaUnderCurve, HasNoMeaningWithOneClass) {
  Metrics metrics;
  AddAreaUnderCurve({std::vector<double>{.1, .2}, std::vector<double>{1, 1}, {}}, metrics);
  AddAreaUnderCurve({std::vector<double>{kNaN, .2}, std::vector<double>{0, 1}, {}}, metrics);
  EXPECT_TRUE(metrics.empty());
}

TEST(RegressionMetrics, AreThoseOfScikitLearn) {
  const std::vector<double> targets = {3, -.5, 2, 7, 4.25}, predictions = {2.5, 0, 2, 8, 5};
  Metrics metrics;
  AddRegressionMetrics({predictions, targets, {}}, metrics);
  EXPECT_THAT(metrics, UnorderedElementsAre(Pair("r2", DoubleNear(0.9328175895765473, kRounding)),
                                            Pair("rmse", DoubleNear(0.6422616289332564, kRounding)),
                                            Pair("mae", DoubleNear(0.55, kRounding))));
  AddRegressionMetrics({predictions, targets, std::vector<double>{1, 2, .5, 1, 3}}, metrics);
  EXPECT_NEAR(metrics["r2"], 0.9247468758551491, kRounding);
  EXPECT_NEAR(metrics["rmse"], 0.67700320038633, kRounding);
  EXPECT_NEAR(metrics["mae"], 0.6333333333333333, kRounding);
}

TEST(RegressionMetrics, ExplainNothingOfATargetThatNeverChanges) {
  Metrics metrics;
  AddRegressionMetrics({std::vector<double>{1, 3}, std::vector<double>{2, 2}, {}}, metrics);
  EXPECT_FALSE(metrics.contains("r2"));
  EXPECT_EQ(metrics["rmse"], 1);
}

TEST(LogLoss, OfARowThatWasThoughtImpossibleIsFinite) {
  EXPECT_NEAR(LogLoss(0.5), std::log(2), kRounding);
  EXPECT_NEAR(LogLoss(0), 36.04365338911715, 1e-12);  // -log(2^-52)
  EXPECT_GE(LogLoss(1), 0);
}

}  // namespace
}  // namespace thalweg::models
