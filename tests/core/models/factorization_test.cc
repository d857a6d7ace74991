#include "server/core/models/factorization.h"

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/random.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::shared_ptr<const Factorization> Matrix34(int64_t rank = 2) {
  auto made = Factorization::Make({.rank = rank}, Places({10, 20, 30}), Places({0, 1, 2, 3}), 2.5);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

Vector ScoresOf(const Factorization& model, const Vector& x, const std::vector<double>& cells) {
  Vector scores(static_cast<Index>(cells.size() / 2));
  const auto scratch = model.NewScratch();
  model.Scores(x, {cells.data(), scores.size()}, scores.data(), scratch.get());
  return scores;
}

TEST(Places, KnowsWholeNumbersCloseTogetherAndFarApart) {
  for (const double step : {1.0, 1e9}) {
    const Places places({7 * step, 3 * step, 5 * step, 3 * step});
    EXPECT_EQ(places.count(), 3);
    EXPECT_EQ(places.Of(3 * step), 0);
    EXPECT_EQ(places.Of(5 * step), 1);
    EXPECT_EQ(places.Of(7 * step), 2);
    for (const double other : {2 * step, 4 * step, 8 * step, 3 * step + 0.5, kNaN}) {
      EXPECT_EQ(places.Of(other), -1) << other;
    }
  }
}

TEST(Factorization, NamesItsUnknowns) {
  const auto model = Matrix34();
  std::vector<std::string> shapes;
  for (const Variable& variable : model->layout().variables()) {
    shapes.push_back(variable.name + " " + variable.shape().Text());
  }
  EXPECT_THAT(shapes, ElementsAre("mean ()", "row_bias (3,)", "column_bias (4,)", "rows (3, 2)",
                                  "columns (4, 2)"));
}

TEST(Factorization, StartsWithTheMeanWithoutBiasesAndWithDrawnFactors) {
  const Vector start = Matrix34()->Start(1);

  EXPECT_EQ(start[0], 2.5);
  EXPECT_EQ(start.segment(1, 7), Vector::Zero(7));
  EXPECT_GT(start.tail(14).cwiseAbs().minCoeff(), 0);
  EXPECT_NE(start, Matrix34()->Start(2));
}

TEST(Factorization, HasTheGradientThatDifferencesShow) {
  const auto model = Matrix34();
  const Index n = model->layout().size();
  Vector x(n);
  Random(1, 0, 0).Normal(x);
  const std::vector<double> cells{10, 0, 20, 3, 20, 1, 99, 1, 30, 99, 99, 99};
  Vector slopes(6);
  Random(1, 0, 1).Normal(slopes);

  Vector gradient = Vector::Zero(n);
  Vector scores(6);
  const auto scratch = model->NewScratch();
  model->Scores(x, {cells.data(), 6}, scores.data(), scratch.get());
  model->AddGradient(x, {cells.data(), 6}, slopes.data(), gradient.data(), scratch.get());

  constexpr double kStep = 1e-6;
  for (Index i = 0; i < n; ++i) {
    Vector right = x, left = x;
    right[i] += kStep;
    left[i] -= kStep;
    const double expected =
        slopes.dot(ScoresOf(*model, right, cells) - ScoresOf(*model, left, cells)) / (2 * kStep);
    EXPECT_NEAR(gradient[i], expected, 1e-8) << model->layout().CoordinateName(i);
  }
}

TEST(Factorization, PredictsWhatItNeverSawByTheBiasesOfTheRest) {
  const auto model = Matrix34();
  Vector x(model->layout().size());
  Random(1, 0, 0).Normal(x);

  const Vector scores = ScoresOf(*model, x, {99, 2, 20, 99, 99, 99});
  EXPECT_EQ(scores[0], x[0] + x[4 + 2]);
  EXPECT_EQ(scores[1], x[0] + x[1 + 1]);
  EXPECT_EQ(scores[2], x[0]);
}

TEST(Factorization, ScoresNoNumberForAMissingCell) {
  const auto model = Matrix34();
  const Vector scores = ScoresOf(*model, model->Start(1), {kNaN, 2, 20, kNaN});
  EXPECT_TRUE(std::isnan(scores[0]));
  EXPECT_TRUE(std::isnan(scores[1]));
}

TEST(Factorization, PenalisesBiasesAndFactorsButNotTheMean) {
  const auto groups = Matrix34()->PenalisedGroups();

  ASSERT_EQ(groups.size(), 7u + 7u);
  EXPECT_THAT(groups.front(), ElementsAre(1));
  EXPECT_THAT(groups[7], ElementsAre(8, 9));
  EXPECT_THAT(groups.back(), ElementsAre(20, 21));
}

// 30 x 20 of rank 2, four of five cells known: 480 cells for 151 unknowns, so that the rest follows
// from them.
TEST(Factorization, RecoversTheUnknownCellsOfAMatrixOfItsRank) {
  constexpr Index kRows = 30, kColumns = 20;
  Matrix u(kRows, 2), v(kColumns, 2);
  Random random(4, 0, 0);
  for (double& number : u.reshaped()) number = random.Normal();
  for (double& number : v.reshaped()) number = random.Normal();
  const Matrix whole = (u * v.transpose()).array() + 3;
  std::vector<double> known, unknown, targets;
  std::vector<double> rows(kRows), columns(kColumns);
  for (Index i = 0; i < kRows; ++i) {
    for (Index j = 0; j < kColumns; ++j) {
      rows[static_cast<size_t>(i)] = static_cast<double>(i);
      columns[static_cast<size_t>(j)] = static_cast<double>(j);
      auto& cells = (7 * i + 3 * j) % 5 == 0 ? unknown : known;
      cells.insert(cells.end(), {static_cast<double>(i), static_cast<double>(j)});
      if (&cells == &known) targets.push_back(whole(i, j));
    }
  }
  auto made = Factorization::Make({.rank = 2}, Places(rows), Places(columns), 3);
  ASSERT_TRUE(made.ok());
  const std::shared_ptr<const Factorization> model = *std::move(made);
  const auto loss = [&, scratch = std::shared_ptr<Scratch>(model->NewScratch())](const Vector& x,
                                                                                 Vector* gradient) {
    const auto count = static_cast<Index>(targets.size());
    Vector scores(count);
    model->Scores(x, {known.data(), count}, scores.data(), scratch.get());
    const Vector residuals = scores - Eigen::Map<const Vector>(targets.data(), count);
    if (gradient != nullptr) {
      const Vector slopes = 2 * residuals;
      gradient->setZero();
      model->AddGradient(x, {known.data(), count}, slopes.data(), gradient->data(), scratch.get());
    }
    return residuals.squaredNorm();
  };

  const testing::Outcome outcome =
      testing::RunOf(testing::Make(model->layout().size(), loss),
                     {.optimizer = {"lbfgs", {}},
                      .stopping = {testing::After(5000), {"target_value", {{"threshold", 1e-16}}}},
                      .start = model->Start(1)});

  const Vector found = ScoresOf(*model, outcome.best.x, unknown);
  for (size_t cell = 0; cell < unknown.size(); cell += 2) {
    const auto i = static_cast<Index>(unknown[cell]);
    const auto j = static_cast<Index>(unknown[cell + 1]);
    EXPECT_NEAR(found[static_cast<Index>(cell / 2)], whole(i, j), 1e-5) << i << ", " << j;
  }
}

TEST(Factorization, RefusesMoreUnknownsThanItMayHave) {
  std::vector<double> many(200'000);
  for (size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  const auto made = Factorization::Make({}, Places(many), Places({0}), 0);
  EXPECT_THAT(std::string(made.status().message()), HasSubstr("at most 1000000 are allowed"));
}

}  // namespace
}  // namespace thalweg::models
