// Formulas over some rows of their data: the same bits as the formula with those rows alone.

#include "server/core/expression/batch.h"

#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

using testing::HasSubstr;

std::vector<double> Wave(int count, double step) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(std::sin(1 + step * i));
  return values;
}

Source Fit(const std::string& text) {
  return {text,
          {VectorOf("b", 2)},
          {{"t", {false, Wave(100, 0.7)}}, {"y", {false, Wave(100, 0.3)}}, {"c", {false, {2, 5}}}}};
}
Source Only(Source source, const std::vector<int64_t>& rows) {
  for (const char* name : {"t", "y"}) {
    std::vector<double> some;
    for (const int64_t row : rows) {
      some.push_back(source.parameters[name].values[static_cast<size_t>(row)]);
    }
    source.parameters[name].values = some;
  }
  return source;
}

std::unique_ptr<BatchObjective> Batches(const Source& source) {
  auto made = MakeBatchObjective(source, {"t", "y"});
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

void ExpectSame(Objective& a, Objective& b, const Vector& x) {
  double value_a = 0;
  double value_b = 0;
  Vector gradient_a(x.size());
  Vector gradient_b(x.size());
  ASSERT_TRUE(a.ValueAndGradient(x, value_a, gradient_a).ok());
  ASSERT_TRUE(b.ValueAndGradient(x, value_b, gradient_b).ok());
  EXPECT_EQ(value_a, value_b);
  EXPECT_EQ(gradient_a, gradient_b);
  const Matrix points = x.replicate(1, 9);
  Vector values_a(9);
  Vector values_b(9);
  Matrix gradients_a(x.size(), 9);
  Matrix gradients_b(x.size(), 9);
  ASSERT_TRUE(a.ValuesAndGradients(points, values_a, gradients_a).ok());
  ASSERT_TRUE(b.ValuesAndGradients(points, values_b, gradients_b).ok());
  EXPECT_EQ(values_a, values_b);
  EXPECT_EQ(gradients_a, gradients_b);
  ASSERT_TRUE(a.HessianVector(x, x, gradient_a).ok());
  ASSERT_TRUE(b.HessianVector(x, x, gradient_b).ok());
  EXPECT_EQ(gradient_a, gradient_b);
  ASSERT_EQ(a.residual_count(), b.residual_count());
  if (a.residual_count() == 0) return;
  Vector residuals_a(a.residual_count());
  Vector residuals_b(a.residual_count());
  Matrix jacobian_a(a.residual_count(), x.size());
  Matrix jacobian_b(a.residual_count(), x.size());
  ASSERT_TRUE(a.ResidualsAndJacobian(x, residuals_a, jacobian_a).ok());
  ASSERT_TRUE(b.ResidualsAndJacobian(x, residuals_b, jacobian_b).ok());
  EXPECT_EQ(residuals_a, residuals_b);
  EXPECT_EQ(jacobian_a, jacobian_b);
}

TEST(Batch, HasTheBitsOfTheFormulaWithItsRowsAlone) {
  const std::vector<std::vector<int64_t>> batches = {
      {3, 1, 4, 15, 92, 65, 35}, {89, 79}, {0}, {7, 7, 99, 7, 2, 3, 84}, {3, 1, 4, 15, 92, 65, 35}};
  for (const char* text :
       {"mean((y - b[0]*exp(-b[1]*t))**2)", "sum(softplus(-y*(b[0] + b[1]*t))) + 0.1*dot(b, b)",
        "mean((y[i] - b[0]*t[i] - b[1])**2 for i in range(len(y))) + c[0]",
        "r = y - b[0]*t\nmax(r) - min(r) + b[1]*c[1]"}) {
    const Source source = Fit(text);
    const auto batch = Batches(source);
    for (const auto& rows : batches) {
      ASSERT_TRUE(batch->SetRows(rows).ok());
      const auto alone = Compile(Only(source, rows));
      ASSERT_TRUE(alone.ok());
      ExpectSame(*batch, *MakeObjective(*alone), Point({0.7, -0.4}));
    }
  }
}

TEST(Batch, TakesRowsOfMatrices) {
  Source source{"mean((X @ w - y)**2) + 0.1*least_squares(w)",
                {VectorOf("w", 3)},
                {{"X", {false, Wave(60, 0.9), 3}}, {"y", {false, Wave(20, 0.4)}}}};
  auto batch = MakeBatchObjective(source, {"X", "y"});
  ASSERT_TRUE(batch.ok()) << batch.status();
  const std::vector<int64_t> rows = {4, 19, 0, 4, 7};
  ASSERT_TRUE((*batch)->SetRows(rows).ok());

  Source some = source;
  std::vector<double> x;
  std::vector<double> y;
  for (const int64_t row : rows) {
    for (int64_t c = 0; c < 3; ++c) {
      x.push_back(source.parameters["X"].values[static_cast<size_t>(3 * row + c)]);
    }
    y.push_back(source.parameters["y"].values[static_cast<size_t>(row)]);
  }
  some.parameters["X"].values = x;
  some.parameters["y"].values = y;
  ExpectSame(**batch, *MakeObjective(*Compile(some)), Point({0.7, -0.4, 0.2}));
}

TEST(Batch, SeesAllRowsAtFirst) {
  const Source source = Fit("mean((y - b[0]*exp(-b[1]*t))**2)");
  const auto batch = Batches(source);

  EXPECT_EQ(batch->row_count(), 100);
  ExpectSame(*batch, *MakeObjective(*Compile(source)), Point({0.7, -0.4}));
}

TEST(Batch, StaysRightWhenManySizesComeAndGo) {
  const Source source = Fit("mean((y - b[0]*exp(-b[1]*t))**2)");
  const auto batch = Batches(source);
  for (int64_t round = 0; round < 2; ++round) {
    for (int64_t size = 1; size < 20; ++size) {
      std::vector<int64_t> rows;
      for (int64_t i = 0; i < size; ++i) rows.push_back((7 * i + round) % 100);
      ASSERT_TRUE(batch->SetRows(rows).ok());
      ExpectSame(*batch, *MakeObjective(*Compile(Only(source, rows))), Point({0.7, -0.4}));
    }
  }
}

TEST(Batch, RefusesRowsThatDoNotExistAndKeepsThoseItHad) {
  const auto batch = Batches(Fit("mean((y - b[0]*t)**2) + b[1]"));
  double before = 0;
  double after = 0;
  ASSERT_TRUE(batch->Value(Point({1, 2}), before).ok());

  const absl::Status above = batch->SetRows(std::vector<int64_t>{3, 100});
  const absl::Status below = batch->SetRows(std::vector<int64_t>{-1});
  const absl::Status none = batch->SetRows({});

  EXPECT_EQ(above.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(above.message(), "row 100 of a table with rows 0 to 99");
  EXPECT_EQ(below.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(none.message(), "a batch needs at least one row");
  ASSERT_TRUE(batch->Value(Point({1, 2}), after).ok());
  EXPECT_EQ(before, after);
}

TEST(Batch, SaysWhereAFormulaNamesRowsThatABatchLacks) {
  const auto batch = Batches(Fit("mean((y - b[0]*t)**2) + b[1]*y[20]"));

  const absl::Status status = batch->SetRows(std::vector<int64_t>{3, 100 - 1});

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("for a batch of 2 rows: "));
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 1, column "));
}

TEST(Batch, NamesTablesThatDoNotFit) {
  Source source = Fit("mean((y - b[0]*t)**2) + b[1]");
  EXPECT_THAT(std::string(MakeBatchObjective(source, {"y", "q"}).status().message()),
              HasSubstr("'q' is no vector or matrix with values among the parameters"));
  source.parameters["t"].values = {};
  EXPECT_THAT(std::string(MakeBatchObjective(source, {"t"}).status().message()),
              HasSubstr("'t' is no vector"));
  EXPECT_THAT(std::string(MakeBatchObjective(source, {"y", "c"}).status().message()),
              HasSubstr("'c' has 2 rows, 'y' has 100"));
}

}  // namespace
}  // namespace thalweg::expression
