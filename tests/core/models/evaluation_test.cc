// How good a model is, against sums by hand.

#include "server/core/models/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "server/core/models/points_table.h"
#include "server/core/models/predictor.h"
#include "tests/support/models.h"

namespace thalweg::models {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
namespace testing = thalweg::testing;
using ::testing::DoubleNear;
using testing::Fit;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

const Interrupted kNobody = [] { return absl::OkStatus(); };

ModelSpec Unscaled(const std::string& target, Part model = {}) {
  ModelSpec spec;
  spec.target = target;
  spec.model = std::move(model);
  spec.scaling = Scaling::kNone;
  return spec;
}

/// y = 1, 3, 2, 6 of x = 0, 1, 2, 3.
Fit Line() {
  return {testing::NumbersTable({{"x", {0, 1, 2, 3}}, {"y", {1, 3, 2, 6}}}), Unscaled("y")};
}

/// Classes a and b of x, which overlap.
Fit Classes(Part model = {"logistic", {}}) {
  return {
      testing::TableOf({testing::NumberColumn("x"), testing::CategoryColumn("class", {"a", "b"})},
                       {{-2, -1, 0.5, 1, -0.5, 2}, {0, 0, 0, 1, 1, 1}}),
      Unscaled("class", std::move(model))};
}

/// The point with this coefficient and intercept, whichever comes first.
Vector At(const Objective& objective, double coefficient, double intercept) {
  const auto x = objective.layout().Flatten({{"coef", {coefficient}}, {"intercept", {intercept}}});
  EXPECT_TRUE(x.ok()) << x.status();
  return *x;
}

TEST(EvaluateModel, OfALineHasItsErrors) {
  Fit line = Line();
  const auto& parts = line->parts();

  const auto quality =
      Evaluate(parts, parts.design->training(), At(*line.objective, 1, 1), kNobody);

  ASSERT_TRUE(quality.ok()) << quality.status();
  // Predictions 1, 2, 3, 4; errors 0, -1, 1, -2; y has mean 3 and sum of squares 14.
  EXPECT_EQ(quality->rows, 4);
  EXPECT_DOUBLE_EQ(quality->loss, 6.0 / 4);
  EXPECT_DOUBLE_EQ(quality->metrics.at("r2"), 1 - 6.0 / 14);
  EXPECT_DOUBLE_EQ(quality->metrics.at("rmse"), std::sqrt(1.5));
  EXPECT_DOUBLE_EQ(quality->metrics.at("mae"), 1);
  EXPECT_THAT(quality->confusion, IsEmpty());
}

TEST(EvaluateModel, OfTwoClassesCountsWhoIsTakenForWhom) {
  Fit classes = Classes();
  const auto& parts = classes->parts();

  const auto quality =
      Evaluate(parts, parts.design->training(), At(*classes.objective, 1, 0), kNobody);

  ASSERT_TRUE(quality.ok()) << quality.status();
  EXPECT_THAT(quality->confusion, ElementsAre(2, 1, 1, 2));
  EXPECT_DOUBLE_EQ(quality->metrics.at("accuracy"), 4.0 / 6);
  // Of nine pairs only (0.5, -0.5) stands the wrong way round.
  EXPECT_DOUBLE_EQ(quality->metrics.at("auc"), 8.0 / 9);
  double log_loss = 0;
  for (const double margin : {2.0, 1.0, -0.5, 1.0, -0.5, 2.0})
    log_loss += std::log1p(std::exp(-margin));
  EXPECT_NEAR(quality->metrics.at("log_loss"), log_loss / 6, 1e-12);
  EXPECT_NEAR(quality->loss, log_loss / 6, 1e-12) << "which cross entropy is";
}

TEST(EvaluateModel, OfMarginsHasNoProbabilities) {
  Fit classes = Classes({"svm", {}});
  const auto& parts = classes->parts();
  const auto quality =
      Evaluate(parts, parts.design->training(), At(*classes.objective, 1, 0), kNobody);
  ASSERT_TRUE(quality.ok()) << quality.status();
  EXPECT_THAT(quality->metrics, Contains(Key("auc")));
  EXPECT_THAT(quality->metrics, Not(Contains(Key("log_loss"))));
}

TEST(EvaluateModel, EndsWhenNobodyWaits) {
  Fit line = Line();
  const auto& parts = line->parts();
  const auto quality = Evaluate(parts, parts.design->training(), At(*line.objective, 1, 1),
                                [] { return absl::CancelledError("gone"); });
  EXPECT_EQ(quality.status().code(), absl::StatusCode::kCancelled);
}

TEST(GradientNoise, IsTheSpreadOfTheRowsGradientsOverTheirMean) {
  Fit line = Line();

  const auto figures = MeasureGradient(*line.objective, At(*line.objective, 1, 1), kNobody);

  ASSERT_TRUE(figures.ok()) << figures.status();
  // Of a row: 2 * error * (x, 1), that is (0, 0), (-2, -2), (4, 2), (-12, -4).
  const double mean_squared = 2.5 * 2.5 + 1;
  const double squares = 0 + 8 + 20 + 160;
  EXPECT_NEAR(figures->noise_scale, (squares - 4 * mean_squared) / 3 / mean_squared, 1e-12);
  EXPECT_THAT(figures->norms,
              ::testing::UnorderedElementsAre(DoubleNear(2.5, 1e-12), DoubleNear(1, 1e-12)));
}

TEST(Predictor, SaysNothingOfRowsWithMissingFeatures) {
  Fit classes = Classes();
  Predictor predictor(classes->parts(), At(*classes.objective, 1, 0));
  std::vector<double> scores(3);
  Predictions predictions;
  predictor.Scores(std::vector<double>{-1, testing::kNoValue, 3}.data(), 3, scores.data());
  predictor.AddPredictions(scores.data(), 3, predictions);
  EXPECT_THAT(predictions.values, ElementsAre(0, ::testing::IsNan(), 1));
  EXPECT_THAT(predictions.scores,
              ElementsAre(DoubleNear(1 / (1 + std::exp(1)), 1e-12), ::testing::IsNan(),
                          DoubleNear(1 / (1 + std::exp(-3)), 1e-12)));
  EXPECT_TRUE(predictor.probabilities());
}

TEST(PointsTable, KeepsOtherColumnsAtWhatIsUsual) {
  auto columns = std::vector<data::ColumnInfo>{testing::NumberColumn("x"),
                                               testing::CategoryColumn("kind", {"p", "q"}),
                                               testing::NumberColumn("y")};
  columns[0].statistics.mean = 7;
  columns[1].statistics.counts = {1, 2};
  Fit fit(testing::TableOf(columns, {{1, 2, 3}, {0, 1, 1}, {1, 2, 3}}), Unscaled("y"));
  const auto table = *fit.tables.Open("data");

  auto by_x = PointsTable::Make(*table, *fit->parts().design, {"x"});
  ASSERT_TRUE(by_x.ok()) << by_x.status();
  const std::vector<double> points = {10, 20};
  const data::Table made = by_x->Fill(points.data(), 2);
  EXPECT_THAT(made.cells(0), ElementsAre(10, 20));
  EXPECT_THAT(made.cells(1), ElementsAre(1, 1)) << "q is the more frequent";

  auto by_kind = PointsTable::Make(*table, *fit->parts().design, {"kind"});
  ASSERT_TRUE(by_kind.ok());
  const std::vector<double> kinds = {0, 2};
  EXPECT_THAT(by_kind->Fill(kinds.data(), 2).cells(1), ElementsAre(0, ::testing::IsNan()))
      << "there is no third category";
  EXPECT_FALSE(PointsTable::Make(*table, *fit->parts().design, {"y"}).ok()) << "the target";
  EXPECT_FALSE(PointsTable::Make(*table, *fit->parts().design, {"x", "x"}).ok());
}

}  // namespace
}  // namespace thalweg::models
