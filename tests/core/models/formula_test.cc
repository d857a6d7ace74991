#include "server/core/models/formula.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/objective_spec.h"
#include "tests/support/descending.h"

namespace thalweg::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// One table, whatever its id.
class OneTable final : public data::TableSource {
 public:
  OneTable(std::vector<data::ColumnInfo> columns, const std::vector<std::vector<double>>& cells) {
    auto numbers = std::make_shared<std::vector<double>>();
    for (const auto& column : cells) numbers->insert(numbers->end(), column.begin(), column.end());
    table_ = std::make_shared<data::Table>(
        std::move(columns), static_cast<Index>(cells.front().size()), numbers->data(), numbers);
  }
  absl::StatusOr<std::shared_ptr<const data::Table>> Open(const std::string& /*id*/) override {
    return table_;
  }

 private:
  std::shared_ptr<const data::Table> table_;
};

data::ColumnInfo Number(const std::string& name) { return {.name = name}; }

/// signal = 3 exp(-time / 2) at five times.
class Decay : public ::testing::Test {
 protected:
  Decay()
      : tables_({Number("time"),
                 Number("my signal"),
                 Number("gap"),
                 {.name = "kind",
                  .type = data::ColumnType::kCategory,
                  .categories = {"a", "b"},
                  .statistics = {}}},
                {{0, 1, 2, 3, 4},
                 {3, 3 * std::exp(-0.5), 3 * std::exp(-1), 3 * std::exp(-1.5), 3 * std::exp(-2)},
                 {1, kNaN, 3, 4, 5},
                 {0, 1, 0, 1, 1}}) {}

  static ModelSpec Spec(const std::string& expression, const std::string& variables) {
    ModelSpec spec{.dataset = "s0"};
    spec.model = {"formula", {{"expression", expression}, {"variables", variables}}};
    return spec;
  }
  absl::StatusOr<std::unique_ptr<ModelObjective>> Made(const ModelSpec& spec) {
    Means means;
    means.tables = &tables_;
    return MakeFormulaObjective(spec, means);
  }
  std::string Refusal(const ModelSpec& spec) { return std::string(Made(spec).status().message()); }
  static double ValueAt(Objective& objective, std::initializer_list<double> x) {
    double value = 0;
    const absl::Status status = objective.Value(testing::Point(x), value);
    EXPECT_TRUE(status.ok()) << status;
    return value;
  }

  OneTable tables_;
};

constexpr char kFit[] = "mean((a*exp(-k*time) - my_signal)**2)";

TEST_F(Decay, IsFittedByAFormulaOfItsColumns) {
  auto objective = Made(Spec(kFit, "a, k"));
  ASSERT_TRUE(objective.ok()) << objective.status();
  EXPECT_THAT((*objective)->Remarks(),
              ElementsAre("column 'my signal' is my_signal in the formula"));
  EXPECT_EQ((*objective)->residual_count(), 5);

  const testing::Outcome outcome =
      testing::RunOf(*std::move(objective), {.optimizer = {"levenberg_marquardt", {}},
                                             .stopping = {testing::After(100)},
                                             .start = testing::Point({1, 0.1})});
  EXPECT_NEAR(outcome.best.x[0], 3, 1e-8);
  EXPECT_NEAR(outcome.best.x[1], 0.5, 1e-8);
}

TEST_F(Decay, HasTheTargetAsYAndTheFeaturesAsX) {
  ModelSpec spec = Spec("mean((X @ w - y)**2)", "w: 2");
  spec.target = "my signal";
  spec.features = {"time", "kind"};
  auto objective = Made(spec);
  ASSERT_TRUE(objective.ok()) << objective.status();

  double expected = 0;
  const double kind[] = {0, 1, 0, 1, 1};
  for (int i = 0; i < 5; ++i) {
    expected += std::pow(0.5 * i + 2 * kind[i] - 3 * std::exp(-0.5 * i), 2) / 5;
  }
  EXPECT_NEAR(ValueAt(**objective, {0.5, 2}), expected, 1e-14);
}

TEST_F(Decay, SeesTheRowsOfABatchAlone) {
  auto objective = Made(Spec("mean(a*time)", "a"));
  ASSERT_TRUE(objective.ok()) << objective.status();
  RowObjective& rows = **objective;

  ASSERT_TRUE(rows.SetRows(std::vector<int64_t>{1, 4, 4}).ok());
  EXPECT_EQ(ValueAt(rows, {2}), 6);
  Vector out = testing::Point({1});
  EXPECT_EQ(rows.AddTermGradient(3, testing::Point({2}), 0.5, out), 6);  // between batches
  EXPECT_EQ(out[0], 1 + 0.5 * 3);
  EXPECT_EQ(ValueAt(rows, {2}), 6);
  rows.UseAllRows();
  EXPECT_EQ(ValueAt(rows, {2}), 4);
  EXPECT_EQ(rows.SetRows(std::vector<int64_t>{5}).code(), absl::StatusCode::kOutOfRange);
  EXPECT_FALSE(rows.SetRows(std::vector<int64_t>{1}, std::vector<double>{2}).ok());
}

TEST_F(Decay, CountsABatchOfASumSeveralTimes) {
  ModelSpec spec = Spec("sum((a*time)**2)", "a");
  spec.sum = true;
  auto objective = Made(spec);
  ASSERT_TRUE(objective.ok()) << objective.status();
  RowObjective& rows = **objective;

  EXPECT_EQ(ValueAt(rows, {1}), 30);
  EXPECT_EQ(rows.term_scale(), 5);
  EXPECT_EQ(rows.residual_count(), 5);
  ASSERT_TRUE(rows.SetRows(std::vector<int64_t>{1, 4}).ok());
  EXPECT_EQ(ValueAt(rows, {1}), 17 * 2.5);
  EXPECT_EQ(rows.residual_count(), 0);
}

TEST_F(Decay, ValidatesWithTheRowsHeldOut) {
  ModelSpec spec = Spec("mean(a*time)", "a");
  spec.split = {.validation = 0.4, .in_order = true};
  auto objective = Made(spec);
  ASSERT_TRUE(objective.ok()) << objective.status();
  RowObjective& rows = **objective;

  EXPECT_EQ(rows.row_count(), 3);
  EXPECT_EQ(ValueAt(rows, {2}), 2);
  double validation = 0;
  ASSERT_TRUE(rows.Validation(testing::Point({2}), validation).ok());
  EXPECT_EQ(validation, 7);
  EXPECT_EQ(ValueAt(rows, {2}), 2);
  EXPECT_EQ(rows.SetRows(std::vector<int64_t>{3}).code(), absl::StatusCode::kOutOfRange);
}

TEST_F(Decay, TreatsMissingCellsOfUsedColumnsAsAsked) {
  ModelSpec spec = Spec("mean(a*gap)", "a");
  EXPECT_THAT(Refusal(spec), HasSubstr("row 2, column 'gap': no value"));
  spec.missing = Missing::kDrop;
  EXPECT_EQ(Made(spec).value()->row_count(), 4);
  spec.missing = Missing::kFill;
  EXPECT_EQ(ValueAt(*Made(spec).value(), {1}), (1 + 3 + 4 + 5) / 4.0);
}

TEST_F(Decay, RefusesWhatHasNoMeaning) {
  EXPECT_THAT(Refusal(Spec("a**2", "a")),
              HasSubstr("uses no column of the table; there are X, time"));
  EXPECT_THAT(Refusal(Spec("mean(a*tme)", "a")), HasSubstr("uses no column"));
  EXPECT_THAT(Refusal(Spec("mean(a*time) + b", "a")), HasSubstr("b"));
  EXPECT_THAT(Refusal(Spec("mean(a*time)", "")), HasSubstr("nothing names the unknowns"));
  EXPECT_THAT(Refusal(Spec("mean(a*time)", "a: 2y")), HasSubstr("is no unknown"));
  EXPECT_THAT(Refusal(Spec("a*time", "a")), HasSubstr("expression"));  // no number
  ModelSpec spec = Spec("mean(a*time)", "a");
  spec.weights = "gap";
  EXPECT_THAT(Refusal(spec), HasSubstr("a formula weighs rows itself"));
  spec = Spec("mean(a*time)", "a");
  spec.loss.kind = "squared";
  EXPECT_THAT(Refusal(spec), HasSubstr("its own loss"));
  spec = Spec("mean(a*y)", "a");
  spec.target = "tim";
  EXPECT_THAT(Refusal(spec), HasSubstr("did you mean 'time'"));
}

TEST_F(Decay, RefusesANameOfTwoColumns) {
  OneTable tables({Number("a b"), Number("a-b")}, {{1}, {2}});
  Means means;
  means.tables = &tables;
  EXPECT_THAT(std::string(MakeFormulaObjective(Spec("w*mean(a_b)", "w"), means).status().message()),
              HasSubstr("a_b could be column 'a b' or column 'a-b'"));
}

TEST(Unknowns, AreWrittenAsTheyAreRead) {
  const std::vector<Variable> variables = {
      {.name = "w", .scalar = false, .length = 3},
      {.name = "b"},
      {.name = "W", .scalar = false, .length = 6, .columns = 3}};
  EXPECT_EQ(UnknownsText(variables), "w: 3, b, W: 2x3");
  EXPECT_EQ(UnknownsOf("w: 3, b, W: 2x3").value(), variables);
  for (const char* bad : {"w: 0", "w: 3x", "w: 2x2x2", "1w", "w, w", "w: 99999999999", "w:", ","}) {
    EXPECT_FALSE(UnknownsOf(bad).ok()) << bad;
  }
}

TEST(Identifiers, AreMadeOfColumnNames) {
  EXPECT_EQ(IdentifierOf("petal length (cm)"), "petal_length__cm_");
  EXPECT_EQ(IdentifierOf("2nd"), "_2nd");
  EXPECT_EQ(IdentifierOf("age"), "age");
}

}  // namespace
}  // namespace thalweg::models
