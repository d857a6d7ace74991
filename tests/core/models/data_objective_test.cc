// Objectives of tables: gradients and their kin against differences, batches, penalties, units.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/models/catalogue.h"
#include "server/core/random.h"
#include "tests/support/descending.h"
#include "tests/support/models.h"

namespace thalweg::models {
namespace {

using ::testing::AllOf;
using testing::CategoryColumn;
using ::testing::ElementsAre;
using testing::Fit;
using ::testing::HasSubstr;
using testing::NumberColumn;
using testing::NumbersTable;
using testing::Refusal;

/// 37 rows of three features in units of very different size, weights, a number, a count and a
/// class.
std::shared_ptr<const data::Table> SomeTable() {
  constexpr size_t kRows = 37;
  std::vector<double> a(kRows), b(kRows), k(kRows), w(kRows), y(kRows), count(kRows), c(kRows),
      three(kRows);
  Random random(11, 0, 0);
  for (size_t i = 0; i < kRows; ++i) {
    a[i] = 1000 + 300 * random.Normal();
    b[i] = 1e-3 * random.Normal();
    k[i] = static_cast<double>(random.Below(3));
    w[i] = random.Uniform(0.5, 2);
    y[i] = 0.01 * a[i] - 2000 * b[i] + k[i] + random.Normal();
    count[i] = static_cast<double>(random.Below(6));
    c[i] = y[i] + 3 * random.Normal() > 10 ? 1 : 0;
    three[i] = static_cast<double>(random.Below(3));
  }
  return testing::TableOf(
      {NumberColumn("a"), NumberColumn("b"), CategoryColumn("k", {"p", "q", "r"}),
       NumberColumn("w"), NumberColumn("y"), NumberColumn("count"), NumberColumn("c"),
       NumberColumn("three")},
      {a, b, k, w, y, count, c, three});
}

ModelSpec SpecOf(Part model, Part loss, std::string target) {
  return {.dataset = "data",
          .target = std::move(target),
          .features = {"a", "b", "k"},
          .weights = "w",
          .model = std::move(model),
          .loss = std::move(loss)};
}

Vector SomePoint(Index n) {
  Vector x(n);
  Random(5, 0, 0).Normal(x);
  return 0.3 * x;
}

class EveryPair : public ::testing::TestWithParam<ModelSpec> {};

TEST_P(EveryPair, HasTheGradientOfItsDifferences) {
  Fit fit(SomeTable(), GetParam());
  const Vector x = SomePoint(fit->layout().size());
  Vector gradient(x.size());
  double value = 0, alone = 0;
  ASSERT_TRUE(fit->ValueAndGradient(x, value, gradient).ok());
  ASSERT_TRUE(fit->Value(x, alone).ok());
  EXPECT_EQ(value, alone);
  constexpr double kStep = 1e-6;
  for (Index i = 0; i < x.size(); ++i) {
    Vector point = x;
    double up = 0, down = 0;
    point[i] = x[i] + kStep;
    ASSERT_TRUE(fit->Value(point, up).ok());
    point[i] = x[i] - kStep;
    ASSERT_TRUE(fit->Value(point, down).ok());
    EXPECT_NEAR(gradient[i], (up - down) / (2 * kStep), 1e-6 * std::max(1.0, std::abs(value))) << i;
  }
}

TEST_P(EveryPair, HasTheProductsOfItsGradients) {
  Fit fit(SomeTable(), GetParam());
  const Index n = fit->layout().size();
  const Vector x = SomePoint(n);
  const Vector v = Vector::LinSpaced(n, -1, 1.5);
  Vector product(n), up(n), down(n);
  const absl::Status status = fit->HessianVector(x, v, product);
  if (absl::IsUnimplemented(status)) return;
  ASSERT_TRUE(status.ok()) << status;
  constexpr double kStep = 1e-6;
  double value = 0;
  ASSERT_TRUE(fit->SmoothValueAndGradient(x + kStep * v, value, up).ok());
  ASSERT_TRUE(fit->SmoothValueAndGradient(x - kStep * v, value, down).ok());
  const Vector differences = (up - down) / (2 * kStep);
  EXPECT_LE((product - differences).cwiseAbs().maxCoeff(),
            1e-6 * std::max(1.0, differences.cwiseAbs().maxCoeff()));
}

TEST_P(EveryPair, IsTheMeanOfItsTerms) {
  ModelSpec spec = GetParam();
  spec.penalty = {};
  Fit fit(SomeTable(), spec);
  const Vector x = SomePoint(fit->layout().size());
  double value = 0, sum = 0;
  Vector gradient(x.size()), terms = Vector::Zero(x.size());
  ASSERT_TRUE(fit->ValueAndGradient(x, value, gradient).ok());
  for (Index i = 0; i < fit->row_count(); ++i) sum += fit->AddTermGradient(i, x, 1, terms);
  const double scale = fit->term_scale() / static_cast<double>(fit->row_count());
  EXPECT_NEAR(scale * sum, value, 1e-12 * std::abs(value));
  EXPECT_LE((scale * terms - gradient).cwiseAbs().maxCoeff(), 1e-12 * terms.cwiseAbs().maxCoeff());
}

TEST_P(EveryPair, HasTermsWhoseSlopesMakeTheirGradients) {
  Fit fit(SomeTable(), GetParam());
  if (fit->slopes_per_term() == 0) GTEST_SKIP() << "its scores are not linear";
  const Vector x = SomePoint(fit->layout().size());
  std::vector<double> slopes(static_cast<size_t>(fit->slopes_per_term()));
  for (Index i = 0; i < fit->row_count(); ++i) {
    Vector gradient = Vector::Ones(x.size()), of_slopes = Vector::Ones(x.size());
    const double value = fit->AddTermGradient(i, x, 0.5, gradient);
    EXPECT_EQ(fit->TermSlopes(i, x, slopes.data()), value);
    fit->AddSlopes(i, slopes.data(), 0.5, of_slopes);
    EXPECT_LE((gradient - of_slopes).cwiseAbs().maxCoeff(), 1e-13 * gradient.cwiseAbs().maxCoeff());
  }
}

TEST_P(EveryPair, IsOnAverageWhatItsBatchesAre) {
  Fit fit(SomeTable(), GetParam());
  const Vector x = SomePoint(fit->layout().size());
  double whole = 0, part = 0, sum = 0;
  Vector gradient(x.size()), mean = Vector::Zero(x.size()), of_batch(x.size());
  ASSERT_TRUE(fit->ValueAndGradient(x, whole, gradient).ok());
  for (int64_t i = 0; i < fit->row_count(); ++i) {
    ASSERT_TRUE(fit->SetRows(std::vector<int64_t>{i}, {}).ok());
    ASSERT_TRUE(fit->ValueAndGradient(x, part, of_batch).ok());
    sum += part / static_cast<double>(fit->row_count());
    mean += of_batch / static_cast<double>(fit->row_count());
  }
  EXPECT_NEAR(sum, whole, 1e-12 * std::abs(whole));
  EXPECT_LE((mean - gradient).cwiseAbs().maxCoeff(), 1e-11 * std::max(1.0, std::abs(whole)));
  fit->UseAllRows();
  ASSERT_TRUE(fit->Value(x, part).ok());
  EXPECT_EQ(part, whole);
}

std::vector<ModelSpec> Pairs() {
  std::vector<ModelSpec> specs{
      SpecOf({"linear", {}}, {}, "y"),
      SpecOf({"linear", {}}, {"huber", {{"delta", 2.0}}}, "y"),
      SpecOf({"linear", {}}, {"poisson", {}}, "count"),
      SpecOf({"linear", {{"degree", 3.0}}}, {}, "y"),
      SpecOf({"linear", {{"degree", 2.0}, {"interactions", false}, {"intercept", false}}}, {}, "y"),
      SpecOf({"logistic", {}}, {}, "c"),
      SpecOf({"logistic", {}}, {"squared", {}}, "c"),
      SpecOf({"logistic", {}}, {}, "three"),
      SpecOf({"softmax", {}}, {}, "c"),
      SpecOf({"softmax", {{"degree", 2.0}}}, {}, "three"),
      SpecOf({"softmax", {}}, {"squared_probability", {}}, "three"),
      SpecOf({"svm", {}}, {"squared_hinge", {}}, "c"),
      SpecOf({"svm", {}}, {}, "three"),
      SpecOf({"perceptron", {}}, {}, "c"),
      SpecOf({"mlp", {{"layers", std::vector<double>{4, 3}}}}, {}, "y"),
      SpecOf({"mlp", {{"activation", std::string("gelu")}}}, {}, "three"),
      SpecOf({"mlp", {{"activation", std::string("sigmoid")}}}, {"hinge", {}}, "c"),
      SpecOf({"factorization", {{"rank", 2.0}}}, {}, "y"),
  };
  specs.back().features = {"k", "three"};
  const size_t plain = specs.size();
  for (size_t i = 0; i < plain; ++i) {
    ModelSpec other = specs[i];
    other.sum = true;
    other.penalty = {"l2", {{"strength", 0.7}, {"penalise_intercept", true}}};
    specs.push_back(other);
  }
  for (const char* kind : {"l1", "elastic_net", "group"}) {
    specs.push_back(specs.front());
    specs.back().penalty = {kind, {{"strength", 0.3}}};
  }
  return specs;
}

INSTANTIATE_TEST_SUITE_P(Models, EveryPair, ::testing::ValuesIn(Pairs()), [](const auto& tested) {
  return tested.param.model.kind + "_" + std::to_string(tested.index);
});

// ---- Batches

TEST(DataObjective, WeighsRowsOfABatchByFactors) {
  const auto table = NumbersTable({{"x", {1, 2, 3}}, {"y", {1, 5, 6}}});
  Fit fit(table, {.dataset = "data", .target = "y", .scaling = Scaling::kNone});
  const Vector zero = Vector::Zero(2);
  double value = 0;
  const std::vector<int64_t> rows{2, 0, 2};
  ASSERT_TRUE(fit->SetRows(rows, {}).ok());
  ASSERT_TRUE(fit->Value(zero, value).ok());
  EXPECT_EQ(value, (36 + 1 + 36) / 3.0);
  ASSERT_TRUE(fit->SetRows(rows, std::vector<double>{0.5, 2, 1}).ok());
  ASSERT_TRUE(fit->Value(zero, value).ok());
  EXPECT_DOUBLE_EQ(value, (18 + 2 + 36) / 3.0);
}

TEST(DataObjective, RefusesRowsThatAreNotThere) {
  Fit fit(SomeTable(), SpecOf({}, {}, "y"));
  EXPECT_TRUE(absl::IsOutOfRange(fit->SetRows(std::vector<int64_t>{0, 37}, {})));
  EXPECT_TRUE(absl::IsOutOfRange(fit->SetRows(std::vector<int64_t>{-1}, {})));
  EXPECT_TRUE(absl::IsInvalidArgument(fit->SetRows({}, {})));
}

TEST(DataObjective, ValidatesWithTheRowsHeldOut) {
  const auto table = NumbersTable({{"x", {1, 2, 3, 4, 5}}, {"y", {1, 2, 3, 6, 8}}});
  Fit fit(table, {.dataset = "data",
                  .target = "y",
                  .penalty = {"l2", {{"strength", 1.0}}},
                  .scaling = Scaling::kNone,
                  .split = {.validation = 0.4, .in_order = true}});
  ASSERT_TRUE(fit->has_validation());
  Vector x(2);
  x << 1, 0;
  double value = 0;
  ASSERT_TRUE(fit->Validation(x, value).ok());
  EXPECT_EQ(value, (4 + 9) / 2.0) << "without the penalty";
}

// ---- Units

Vector Solved(Fit& fit) {
  return testing::RunOf(
             std::move(fit.objective),
             {.optimizer = {"levenberg_marquardt", {}},
              .stopping = {{"gradient_norm", {{"threshold", 1e-9}}}, testing::After(100)},
              .start = Vector::Zero(fit->layout().size())})
      .iterates.back()
      .x;
}

/// Coefficients in the table's units, of least squares.
std::vector<std::pair<std::string, double>> CoefficientsOf(ModelSpec spec, Scaling scaling) {
  spec.scaling = scaling;
  Fit fit(SomeTable(), spec);
  const ModelParts parts = fit->parts();
  std::vector<std::pair<std::string, double>> found;
  for (const CoefficientInfo& info : parts.model->Coefficients(Solved(fit))) {
    found.emplace_back(info.feature, info.value);
  }
  return found;
}

TEST(LinearModel, HasTheSameCoefficientsInTheTablesUnitsHoweverItIsScaled) {
  for (const double degree : {1.0, 2.0}) {
    const ModelSpec spec = SpecOf({"linear", {{"degree", degree}}}, {}, "y");
    const auto standard = CoefficientsOf(spec, Scaling::kStandard);
    for (const Scaling scaling : {Scaling::kMinMax, Scaling::kRobust}) {
      const auto other = CoefficientsOf(spec, scaling);
      ASSERT_EQ(other.size(), standard.size());
      for (size_t i = 0; i < other.size(); ++i) {
        EXPECT_EQ(other[i].first, standard[i].first);
        EXPECT_NEAR(other[i].second, standard[i].second,
                    1e-6 * std::max(1e-6, std::abs(standard[i].second)))
            << other[i].first;
      }
    }
  }
}

TEST(LinearModel, NamesProductsAndLeavesOutThoseThatSayNothingNew) {
  Fit fit(SomeTable(), SpecOf({"linear", {{"degree", 2.0}}}, {}, "y"));
  std::vector<std::string> names;
  const Vector x = SomePoint(fit->layout().size());
  for (const auto& info : fit->parts().model->Coefficients(x)) names.push_back(info.feature);
  EXPECT_THAT(names, ElementsAre("a", "b", "k=q", "k=r", "a^2", "a*b", "a*k=q", "a*k=r", "b^2",
                                 "b*k=q", "b*k=r", "(intercept)"));
}

TEST(LinearModel, ExplainsScoresByItsCoefficientsInTheTablesUnits) {
  const auto table = SomeTable();
  Fit fit(table, SpecOf({"linear", {{"degree", 3.0}}}, {}, "y"));
  const ModelParts parts = fit->parts();
  const Vector x = SomePoint(fit->layout().size());
  double score = 0;
  const auto scratch = parts.model->NewScratch();
  parts.model->Scores(x, {parts.design->training().features.data(), 1}, &score, scratch.get());
  const std::map<std::string, double> cells{{"a", table->cells(0)[0]},
                                            {"b", table->cells(1)[0]},
                                            {"k=q", table->cells(2)[0] == 1 ? 1 : 0},
                                            {"k=r", table->cells(2)[0] == 2 ? 1 : 0}};
  double sum = 0;
  for (const auto& info : parts.model->Coefficients(x)) {
    double product = info.value;
    if (info.feature != "(intercept)") {
      std::string left = info.feature;
      while (!left.empty()) {
        const std::string factor = left.substr(0, left.find('*'));
        left = left.size() == factor.size() ? "" : left.substr(factor.size() + 1);
        const size_t power = factor.find('^');
        const double cell = cells.at(factor.substr(0, power));
        product *=
            std::pow(cell, power == std::string::npos ? 1 : std::stod(factor.substr(power + 1)));
      }
    }
    sum += product;
  }
  EXPECT_NEAR(sum, score, 1e-6 * std::max(1.0, std::abs(score)));
}

TEST(DataObjective, IsASumOfSquaresWhereItIs) {
  ModelSpec spec = SpecOf({}, {}, "y");
  spec.penalty = {"l2", {{"strength", 2.0}}};
  Fit fit(SomeTable(), spec);
  const Vector x = SomePoint(fit->layout().size());
  double value = 0;
  Vector gradient(x.size()), residuals(fit->residual_count());
  Matrix jacobian(fit->residual_count(), x.size());
  ASSERT_TRUE(fit->ValueAndGradient(x, value, gradient).ok());
  ASSERT_TRUE(fit->ResidualsAndJacobian(x, residuals, jacobian).ok());
  EXPECT_NEAR(residuals.squaredNorm(), value, 1e-12 * value);
  EXPECT_LE((2 * jacobian.transpose() * residuals - gradient).cwiseAbs().maxCoeff(), 1e-11 * value);
  Fit other(SomeTable(), SpecOf({}, {"huber", {}}, "y"));
  EXPECT_EQ(other->residual_count(), 0);
}

// ---- Penalties

TEST(Penalties, ShrinkToTheLeastOfTheirProximalProblem) {
  for (const char* kind : {"l1", "elastic_net", "group"}) {
    const auto made = MakeFrom(Penalties(), "penalty", Part{kind, {{"strength", 0.8}}});
    ASSERT_TRUE(made.ok());
    const auto penalty = (*made)->Kinked({{0, 1}, {2}});
    ASSERT_TRUE(penalty);
    const Vector before = testing::Point({1.5, -0.2, 0.3, -9});
    Vector after = before;
    penalty->Shrink(0.7, after);
    EXPECT_EQ(after[3], -9) << "an intercept";
    const auto proximal = [&](const Vector& u) {
      return 0.7 * penalty->Value(u) + (u - before).squaredNorm() / 2;
    };
    for (int draw = 0; draw < 200; ++draw) {
      Vector near(4);
      Random(1, draw, 0).Normal(near);
      EXPECT_GE(proximal(after + 0.01 * near), proximal(after) - 1e-15) << kind;
    }
    // At the least the shortest subgradient of the problem is 0.
    Vector gradient = (after - before) / 0.7;
    penalty->AddShortest(after, gradient);
    EXPECT_LE(gradient.cwiseAbs().maxCoeff(), 1e-15) << kind;
  }
}

TEST(Penalties, OfGroupsAreNotToBeHadWithinBounds) {
  ModelSpec spec = SpecOf({}, {}, "y");
  spec.penalty = {"group", {{"strength", 0.1}}};
  Fit fit(SomeTable(), spec);
  const Index n = fit->layout().size();
  auto descent = Descent::Create(std::move(fit.objective),
                                 {.optimizer = {"fista", {}},
                                  .start = Vector::Zero(n),
                                  .bounds = {Vector::Constant(n, -1), Vector::Constant(n, 1)}});
  ASSERT_TRUE(descent.ok()) << descent.status();
  EXPECT_THAT(std::string((*descent)->Begin().message()), HasSubstr("not both at once"));
}

TEST(Penalties, MakeWholeColumnsZeroByGroups) {
  ModelSpec spec = SpecOf({}, {}, "y");
  spec.penalty = {"group", {{"strength", 0.5}}};
  Fit fit(SomeTable(), spec);
  const Index n = fit->layout().size();
  const auto outcome = testing::RunOf(
      std::move(fit.objective),
      {.optimizer = {"auto", {}},
       .stopping = {{"gradient_norm", {{"threshold", 1e-9}}}, testing::After(10'000)},
       .start = Vector::Zero(n)});
  EXPECT_EQ(outcome.reason.criterion, "gradient_norm");
  const Vector& x = outcome.iterates.back().x;
  EXPECT_EQ(x[2] == 0, x[3] == 0) << x.transpose();
  EXPECT_THAT(outcome.iterates[1].notes.front().text, HasSubstr("Chose fista"));
}

// ---- What is said and refused

TEST(DataObjective, ExplainsThatASquaredLossOfALogisticModelIsNotConvex) {
  Fit fit(SomeTable(), SpecOf({"logistic", {}}, {"squared", {}}, "c"));
  EXPECT_THAT(fit->Remarks(), ElementsAre(HasSubstr("squared loss of a logistic model is not "
                                                    "convex")));
}

TEST(DataObjective, NamesTheRowThatIsNotFinite) {
  const auto table = NumbersTable({{"x", {1, 2, 3000}}, {"y", {1, 2, 3}}});
  Fit fit(table,
          {.dataset = "data", .target = "y", .loss = {"poisson", {}}, .scaling = Scaling::kNone});
  Vector x(2);
  x << 1, 0;
  EXPECT_EQ(fit->ExplainNonFinite(x), "the loss of row 3 is inf: its score is 3000, its target 3");
}

TEST(DataObjective, RefusesWhatDoesNotFit) {
  const auto table = SomeTable();
  EXPECT_THAT(Refusal(table, SpecOf({"linear", {}}, {"hinge", {}}, "y")),
              AllOf(HasSubstr("loss.kind: hinge is a loss of classes, and a linear model predicts "
                              "numbers; these fit: squared"),
                    HasSubstr("poisson")));
  EXPECT_THAT(Refusal(table, SpecOf({"svm", {}}, {"huber", {}}, "c")),
              HasSubstr("huber is a loss of numbers"));
  EXPECT_THAT(Refusal(table, {.dataset = "data", .target = "b", .loss = {"poisson", {}}}),
              AllOf(HasSubstr("target: row "), HasSubstr("the loss poisson takes 0 and more")));
  EXPECT_THAT(Refusal(table, SpecOf({"liner", {}}, {}, "y")), HasSubstr("did you mean 'linear'"));
  EXPECT_THAT(Refusal(table, SpecOf({"linear", {{"degree", 11.0}}}, {}, "y")),
              HasSubstr("model.settings[degree]"));
  ModelSpec spec = SpecOf({}, {}, "y");
  spec.penalty = {"l2", {}};
  EXPECT_THAT(Refusal(table, spec), HasSubstr("penalty.settings[strength]"));
}

TEST(DataObjective, RefusesProductsByTheMillion) {
  std::vector<std::pair<std::string, std::vector<double>>> columns;
  for (int j = 0; j < 100; ++j) {
    columns.emplace_back("x" + std::to_string(j),
                         std::vector<double>{static_cast<double>(j), 1, 2});
  }
  columns.emplace_back("y", std::vector<double>{1, 2, 3});
  EXPECT_THAT(Refusal(NumbersTable(columns),
                      {.dataset = "data", .target = "y", .model = {"linear", {{"degree", 5.0}}}}),
              HasSubstr("model.settings[degree]: products up to degree 5 of 100 features are more "
                        "than 20000"));
}

}  // namespace
}  // namespace thalweg::models
