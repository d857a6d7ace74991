// Predict and PredictPoints: rows of the model's own table and of others, points at several x.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "server/rpc/handlers/predict.h"
#include "server/rpc/handlers/predict_points.h"
#include "tests/rpc/support/a_model.h"
#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNan;
using ::testing::SizeIs;
using thalweg::testing::CategoryColumn;
using thalweg::testing::kNoValue;
using thalweg::testing::NumberColumn;
using thalweg::testing::TableOf;

class PredictingModel : public AModel {
 protected:
  /// All messages of a prediction, one after the other.
  absl::StatusOr<std::vector<v1::PredictResponse>> Predicted(const v1::PredictRequest& request) {
    const auto next = OpenPredict(*book_, means_, request, kNobodyInterrupts);
    if (!next.ok()) return next.status();
    std::vector<v1::PredictResponse> messages;
    while (true) {
      v1::PredictResponse message;
      const auto more = (*next)(message);
      if (!more.ok()) return more.status();
      if (!*more) return messages;
      messages.push_back(std::move(message));
    }
  }
  absl::StatusOr<v1::PredictPointsResponse> AtPoints(const v1::PredictPointsRequest& request) {
    return PredictPoints(*book_, means_, request, kNobodyInterrupts);
  }
  static v1::PredictPointsRequest Heights(const std::vector<double>& heights) {
    v1::PredictPointsRequest request;
    *request.mutable_model() = TrueModel();
    request.add_columns("height");
    request.mutable_points()->Add(heights.begin(), heights.end());
    return request;
  }
};

TEST_F(PredictingModel, PredictsTheRowsOfItsOwnTable) {
  v1::PredictRequest request;
  *request.mutable_model() = TrueModel();
  request.set_row(1);
  request.set_row_count(3);
  const auto messages = Predicted(request);
  ASSERT_TRUE(messages.ok()) << messages.status();
  ASSERT_THAT(*messages, SizeIs(1));
  EXPECT_EQ(messages->front().row(), 1);
  EXPECT_EQ(messages->front().predictions().count(), 3);
  EXPECT_THAT(messages->front().predictions().values(), ElementsAre(4.5, 5, 2.5));
  EXPECT_THAT(messages->front().predictions().classes(), IsEmpty());

  request.set_row(kRows + 1);
  EXPECT_THAT(Predicted(request).status(), ViolatesAt("row", Reason::kInvalidValue));
  request.set_row(0);
  request.set_row_count(-1);
  EXPECT_THAT(Predicted(request).status(), ViolatesAt("row_count", Reason::kInvalidValue));
}

TEST_F(PredictingModel, ThatIsAFormulaPredictsNothing) {
  v1::PredictRequest request;
  *request.mutable_model() = OfRun(Over(FormulaSpec()));
  EXPECT_THAT(Predicted(request).status(), ViolatesAt("model", Reason::kInvalidValue));
}

TEST_F(PredictingModel, FindsItsColumnsInAnotherTableByNameAndItsCategoriesByText) {
  tables_.Add("others",
              TableOf({CategoryColumn("kind", {"elm", "oak", "beech"}), NumberColumn("height")},
                      {{1, 2, 0, kNoValue, 1}, {1, 1, 1, 1, kNoValue}}));
  v1::PredictRequest request;
  *request.mutable_model() = TrueModel();
  request.set_dataset("datasets/others");
  const auto messages = Predicted(request);
  ASSERT_TRUE(messages.ok()) << messages.status();
  ASSERT_THAT(*messages, SizeIs(1));
  EXPECT_THAT(messages->front().predictions().values(),
              ElementsAre(6, 3, IsNan(), IsNan(), IsNan()))
      << "an oak, a beech; what it has never seen; without a kind; without a height";

  tables_.Add("bare", TableOf({NumberColumn("height")}, {{1}}));
  request.set_dataset("datasets/bare");
  const auto status = Predicted(request).status();
  EXPECT_THAT(status, ViolatesAt("dataset.features[kind]", Reason::kMissingField));
}

TEST_F(PredictingModel, OfClassesPredictsOneWithItsProbability) {
  v1::Model model = YieldModel();
  model.set_target("age");
  model.mutable_model()->set_kind("logistic");
  v1::PredictRequest request;
  *request.mutable_model() = Fitted(model, At(2, 0, -1));
  request.set_row(1);
  request.set_row_count(3);
  const auto messages = Predicted(request);
  ASSERT_TRUE(messages.ok()) << messages.status();
  const v1::Predictions& said = messages->front().predictions();
  EXPECT_THAT(said.classes(), ElementsAre("old", "young"));
  EXPECT_TRUE(said.probabilities());
  EXPECT_EQ(said.scores_per_row(), 1);
  ASSERT_THAT(said.scores(), SizeIs(3));
  EXPECT_NEAR(said.scores(0), 1 / (1 + std::exp(0.5)), 1e-12);
  EXPECT_NEAR(said.scores(1), 0.5, 1e-12);
  EXPECT_EQ(said.values(0), 0);
  EXPECT_EQ(said.values(2), 1);
}

TEST_F(PredictingModel, PredictsManyRowsInMessagesOfAtMostOneMebibyte) {
  constexpr int kMany = 250'000;
  std::vector<double> height(kMany), kind(kMany, 0);
  for (int i = 0; i < kMany; ++i) height[static_cast<size_t>(i)] = i;
  tables_.Add("many",
              TableOf({NumberColumn("height"), CategoryColumn("kind", {"beech"})}, {height, kind}));
  v1::PredictRequest request;
  *request.mutable_model() = TrueModel();
  request.set_dataset("datasets/many");
  const auto messages = Predicted(request);
  ASSERT_TRUE(messages.ok()) << messages.status();
  EXPECT_GT(messages->size(), 1);
  int64_t row = 0;
  for (const v1::PredictResponse& message : *messages) {
    EXPECT_LE(message.ByteSizeLong(), 1 << 20);
    ASSERT_EQ(message.row(), row) << "none is left out, none comes twice";
    ASSERT_EQ(message.predictions().values(0), 2.0 * static_cast<double>(row) + 1);
    row += message.predictions().count();
  }
  EXPECT_EQ(row, kMany);

  Interruption interruption;
  const auto next = OpenPredict(*book_, means_, request, interruption);
  ASSERT_TRUE(next.ok()) << next.status();
  v1::PredictResponse first, second;
  EXPECT_TRUE(*(*next)(first));
  interruption.Cancel();
  EXPECT_EQ((*next)(second).status().code(), absl::StatusCode::kCancelled) << "in the middle";
}

TEST_F(PredictingModel, PredictsAtPointsForSeveralXWithOtherColumnsAsUsual) {
  auto request = Heights({1, 2});
  *request.add_xs() = Truth();
  *request.add_xs() = At(0, 0, 5);
  const auto response = AtPoints(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_THAT(response->predictions(), SizeIs(2));
  EXPECT_THAT(response->predictions(0).values(), ElementsAre(6, 8)) << "most trees are oaks";
  EXPECT_THAT(response->predictions(1).values(), ElementsAre(5, 5));
  EXPECT_THAT(AtPoints(Heights({0}))->predictions(0).values(), ElementsAre(4)) << "at its own x";
}

TEST_F(PredictingModel, RefusesPointsThatAreTooManyOrNone) {
  EXPECT_THAT(AtPoints(Heights({})).status(), ViolatesAt("points", Reason::kInvalidValue));
  EXPECT_TRUE(AtPoints(Heights(std::vector<double>(65'536))).ok());
  EXPECT_THAT(AtPoints(Heights(std::vector<double>(65'537))).status(),
              ViolatesAt("points", Reason::kInvalidValue));
  auto request = Heights(std::vector<double>(1000));
  for (int i = 0; i < 1000; ++i) *request.add_xs() = Truth();
  EXPECT_THAT(AtPoints(request).status(), ViolatesAt("points", Reason::kInvalidValue));
  *request.add_xs() = Truth();
  EXPECT_THAT(AtPoints(request).status(), ViolatesAt("xs", Reason::kInvalidValue));

  request = Heights({1, 2, 3});
  request.add_columns("kind");
  EXPECT_THAT(AtPoints(request).status(), ViolatesAt("points", Reason::kInvalidValue))
      << "a point and a half";
  request = Heights({1});
  request.clear_columns();
  EXPECT_THAT(AtPoints(request).status(), ViolatesAt("columns", Reason::kMissingField));
}

TEST_F(PredictingModel, RefusesColumnsAndXThatItDoesNotHave) {
  auto request = Heights({1});
  request.set_columns(0, "hight");
  const auto column = AtPoints(request).status();
  EXPECT_THAT(column, ViolatesAt("columns[0]", Reason::kUnknownName));
  EXPECT_THAT(std::string(column.message()), HasSubstr("did you mean 'height'"));

  request = Heights({1});
  *request.add_xs() = Truth();
  *request.add_xs() = Truth();
  request.mutable_xs(1)->mutable_values()->erase("intercept");
  const auto x = AtPoints(request).status();
  EXPECT_EQ(x.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ViolationsOf(x).front().field, HasSubstr("xs[1]"));
}

}  // namespace
}  // namespace thalweg::rpc
