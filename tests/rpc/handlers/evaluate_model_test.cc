// EvaluateModel, with real runs over a table at hand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "server/core/data/tenant_tables.h"
#include "server/rpc/handlers/evaluate_model.h"
#include "server/runs/tenant_runs.h"
#include "tests/rpc/support/a_model.h"
#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class EvaluatedModel : public AModel {
 protected:
  absl::StatusOr<v1::EvaluateModelResponse> Evaluate(const v1::FittedModel& model,
                                                     v1::Rows rows = v1::ROWS_UNSPECIFIED) {
    v1::EvaluateModelRequest request;
    *request.mutable_model() = model;
    request.set_rows(rows);
    return EvaluateModel(*book_, means_, request, kNobodyInterrupts);
  }
};

TEST_F(EvaluatedModel, IsEvaluatedAtAnyX) {
  const auto truth = Evaluate(TrueModel());
  ASSERT_TRUE(truth.ok()) << truth.status();
  EXPECT_EQ(truth->row_count(), kRows);
  EXPECT_EQ(truth->loss(), 0);
  EXPECT_EQ(truth->metrics().at("r2"), 1);
  std::map<std::string, double> values;
  for (const auto& coefficient : truth->coefficients()) {
    values[coefficient.feature()] = coefficient.value();
  }
  EXPECT_EQ(values,
            (std::map<std::string, double>{{"height", 2}, {"kind=oak", 3}, {"(intercept)", 1}}));
  EXPECT_EQ(Evaluate(Fitted(YieldModel(), At(2, 3, 1.5)))->loss(), 0.25);
}

TEST_F(EvaluatedModel, IsEvaluatedAtTheBestXOfARunThatIsOver) {
  const auto fitted = Evaluate(OfRun(Over(YieldSpec())));
  ASSERT_TRUE(fitted.ok()) << fitted.status();
  EXPECT_LT(fitted->loss(), 1e-12);
  for (const auto& coefficient : fitted->coefficients()) {
    const std::string& name = coefficient.feature();
    const double truth = name == "height" ? 2 : name == "kind=oak" ? 3 : 1;
    EXPECT_NEAR(coefficient.value(), truth, 1e-6) << name;
  }
}

TEST_F(EvaluatedModel, IsEvaluatedAtTheNewestXOfARunThatIsPaused) {
  const runs::Run run = Paused();
  runs::IterateQuery newest;
  newest.from = newest.to = run.iterations;
  const auto page = book_->ListIterates(run.id, newest);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->block.x.size(), 3);
  const auto& x = page->block.x;

  const auto paused = Evaluate(OfRun(run.id));
  ASSERT_TRUE(paused.ok()) << paused.status();
  EXPECT_EQ(paused->loss(), Evaluate(Fitted(YieldModel(), At(x[0], x[1], x[2])))->loss());
  EXPECT_GT(paused->loss(), 0.01) << "it is far from the end";
}

TEST_F(EvaluatedModel, OfARunThatKeepsAPartOfXIsKnownAtItsEndAlone) {
  const auto status = Evaluate(OfRun(Paused(/*traced=*/1).id)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("1 of the 3 numbers"));
}

TEST_F(EvaluatedModel, IsEvaluatedOverEachPartOfItsRows) {
  v1::Model model = YieldModel();
  model.mutable_split()->set_validation(0.25);
  model.mutable_split()->set_test(0.1);
  for (const auto& [rows, count] :
       {std::pair(v1::ROWS_TRAINING, 26), std::pair(v1::ROWS_VALIDATION, 10),
        std::pair(v1::ROWS_TEST, 4)}) {
    const auto response = Evaluate(Fitted(model, Truth()), rows);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->row_count(), count);
  }
}

TEST_F(EvaluatedModel, WithoutRowsHeldOutSaysWhichSettingHoldsThemOut) {
  const auto validation = Evaluate(TrueModel(), v1::ROWS_VALIDATION).status();
  EXPECT_THAT(validation, ViolatesAt("rows", Reason::kInvalidValue));
  EXPECT_THAT(std::string(validation.message()), HasSubstr("split.validation"));
  const auto test = Evaluate(TrueModel(), v1::ROWS_TEST).status();
  EXPECT_THAT(std::string(test.message()), HasSubstr("split.test"));
}

TEST_F(EvaluatedModel, ThatIsAFormulaHasALossAndNoCoefficients) {
  const std::string id = Over(FormulaSpec());
  const auto response = Evaluate(OfRun(id));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->row_count(), kRows);
  EXPECT_NEAR(response->loss(), book_->Get(id)->best_value, 1e-9);
  EXPECT_THAT(response->coefficients(), IsEmpty());
  EXPECT_THAT(Evaluate(OfRun(id), v1::ROWS_TEST).status(),
              ViolatesAt("rows", Reason::kInvalidValue));
}

TEST_F(EvaluatedModel, ThatIsAFormulaHasItsValueOverTheRowsAlsoWhereThatIsNoMean) {
  v1::Model model = YieldModel();
  model.clear_target();
  model.clear_features();
  model.mutable_split()->set_validation(0.25);
  model.mutable_model()->set_kind("formula");
  auto& settings = *model.mutable_model()->mutable_settings();
  settings["expression"].set_text("sqrt(mean((yield - b)**2))");
  settings["variables"].set_text("b");
  v1::Point x;
  (*x.mutable_values())["b"] = Numbers({3});
  const auto training = Evaluate(Fitted(model, x), v1::ROWS_TRAINING);
  ASSERT_TRUE(training.ok()) << training.status();
  const auto validation = Evaluate(Fitted(model, x), v1::ROWS_VALIDATION);
  ASSERT_TRUE(validation.ok()) << validation.status();
  double squares = 0;
  const auto table = Trees();
  for (const double yield : table->cells(3)) squares += (yield - 3) * (yield - 3);
  EXPECT_NEAR(30 * std::pow(training->loss(), 2) + 10 * std::pow(validation->loss(), 2), squares,
              1e-9);
}

TEST_F(EvaluatedModel, ThatIsNoneIsRefusedWhereItIsNamed) {
  EXPECT_THAT(Evaluate({}).status(), ViolatesAt("model", Reason::kMissingField));
  EXPECT_THAT(Evaluate(OfRun("None!")).status(), ViolatesAt("model.run", Reason::kInvalidValue));
  EXPECT_EQ(Evaluate(OfRun("none")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Evaluate(Fitted(YieldModel(), {})).status(),
              ViolatesAt("model.x", Reason::kMissingField));
  v1::FittedModel formula;
  formula.mutable_objective()->set_expression("x**2");
  (*formula.mutable_x()->mutable_values())["x"] = Numbers({1});
  EXPECT_THAT(Evaluate(formula).status(),
              ViolatesAt("model.objective.model", Reason::kMissingField));
  v1::Model wrong = YieldModel();
  wrong.set_target("yeild");
  EXPECT_THAT(Evaluate(Fitted(wrong, Truth())).status(),
              ViolatesAt("model.objective.model.target", Reason::kUnknownName));
}

TEST_F(EvaluatedModel, OfAnotherTenantIsNotThere) {
  const std::string id = Over(YieldSpec());
  const auto evaluate = [&](const std::string& tenant, const v1::FittedModel& model) {
    runs::TenantRuns runs(*book_, tenant, runs::TenantRuns::Sight::kOwn);
    data::TenantTables tables(tables_, tenant);
    v1::EvaluateModelRequest request;
    *request.mutable_model() = model;
    return EvaluateModel(runs, {.tables = &tables}, request, kNobodyInterrupts).status();
  };
  EXPECT_TRUE(evaluate("vision", OfRun(id)).ok());
  EXPECT_TRUE(evaluate("vision", TrueModel()).ok());
  EXPECT_EQ(evaluate("speech", OfRun(id)).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(evaluate("speech", TrueModel()).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace thalweg::rpc
