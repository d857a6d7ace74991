// What every optimizer must do that passes over the rows of data by itself.

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/descent.h"
#include "server/core/models/model_objective.h"
#include "server/core/random.h"
#include "server/core/violation.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"
#include "tests/support/optimizer_names.h"
#include "tests/support/tables.h"

namespace thalweg {
namespace {

using testing::After;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Recorded;
using testing::RunOf;
using ::testing::StartsWith;

constexpr size_t kRows = 60;
constexpr double kRate = 0.05;

/// Three features of deviation 1 and one that says nothing; a number and a class that follow from
/// them but for noise.
testing::Tables& Data() {
  static testing::Tables* const tables = [] {
    std::vector<std::vector<double>> columns(6);
    for (size_t i = 0; i < kRows; ++i) {
      Random random(3, static_cast<int64_t>(i), 0);
      double sum = 0.5;
      for (size_t j = 0; j < 4; ++j) {
        columns[j].push_back(random.Normal());
        if (j < 3) sum += (1 - static_cast<double>(j)) * columns[j].back();
      }
      columns[4].push_back(sum + 0.1 * random.Normal());
      columns[5].push_back(sum + random.Normal() > 0 ? 1 : 0);
    }
    return new testing::Tables(testing::NumbersTable({{"a", columns[0]},
                                                      {"b", columns[1]},
                                                      {"c", columns[2]},
                                                      {"d", columns[3]},
                                                      {"number", columns[4]},
                                                      {"class", columns[5]}}));
  }();
  return *tables;
}

models::ModelSpec Model(const std::string& kind, const Part& penalty = {}) {
  models::ModelSpec spec{.dataset = "data"};
  spec.target = kind == "linear" ? "number" : "class";
  spec.features = {"a", "b", "c", "d"};
  spec.model.kind = kind;
  spec.penalty = penalty;
  return spec;
}

const Part kRidge{"l2", {{"strength", 0.1}}};
const Part kLasso{"l1", {{"strength", 0.1}}};

std::unique_ptr<models::ModelObjective> Learning(const models::ModelSpec& spec) {
  models::Means means;
  means.tables = &Data();
  auto made = models::MakeModelObjective(spec, means);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

models::ModelSpec Formula(const std::string& expression) {
  models::ModelSpec spec{.dataset = "data"};
  spec.model = {"formula", {{"expression", expression}, {"variables", std::string("w, v")}}};
  return spec;
}

class EveryRowOptimizer : public ::testing::TestWithParam<std::string> {
 protected:
  static const OptimizerEntry& Entry() { return *FindEntry(Optimizers(), GetParam()); }
  static Capabilities Can() { return Entry().make({GetParam(), {}}).value()->capabilities(); }

  std::vector<Part> Variants() const {
    std::vector<Part> variants = {{GetParam(), {}}};
    const Part falling{"inverse_time", {{"a", 10 * kRate}, {"b", 10.0}}};
    for (const char* counts : {"epoch", "row"}) {
      variants.push_back(
          {GetParam(),
           {{"learning_rate", std::vector<Part>{falling}}, {"schedule", std::string(counts)}}});
    }
    for (const OptionInfo& option : Entry().options) {
      if (option.name == "average_from") variants.push_back({GetParam(), {{option.name, 3.0}}});
    }
    return variants;
  }
  DescentSettings On(const Part& optimizer, int64_t epochs = 6) const {
    return {.optimizer = optimizer,
            .stopping = {After(epochs)},
            .start = Vector::Constant(5, 0.25),
            .seed = 7};
  }
  DescentSettings AtRate(double rate, int64_t epochs) const {
    return On({GetParam(), {{"learning_rate", rate}}}, epochs);
  }
};

TEST_P(EveryRowOptimizer, ComesNearTheMinimum) {
  DescentSettings exact = On({"lbfgs", {}}, 200);
  const double least = RunOf(Learning(Model("logistic", kRidge)), exact).best.value;
  const Outcome outcome = RunOf(Learning(Model("logistic", kRidge)), AtRate(kRate, 50));

  const double gap = outcome.iterates.front().value - least;
  EXPECT_LT(outcome.best.value - least, 0.01 * gap);
}

TEST_P(EveryRowOptimizer, ConvergesLinearlyWhereItsNoiseVanishes) {
  if (GetParam() == "sgd") GTEST_SKIP() << "ends in a cloud around the minimum";
  for (const Part& penalty : {kRidge, kLasso}) {
    const Outcome outcome = RunOf(Learning(Model("logistic", penalty)), AtRate(kRate, 100));

    EXPECT_LT(outcome.iterates.back().gradient_norm, 1e-6) << penalty.kind;
  }
}

TEST_P(EveryRowOptimizer, MakesCoefficientsZeroThatAnL1PenaltyDoes) {
  const Outcome outcome = RunOf(Learning(Model("linear", kLasso)), AtRate(0.02, 200));

  // Of the feature that says nothing. Where rows are noisy the last one moves it again.
  EXPECT_LE(std::abs(outcome.iterates.back().x[3]), GetParam() == "sgd" ? 0.01 : 0);
  EXPECT_NE(outcome.iterates.back().x[0], 0);
}

TEST_P(EveryRowOptimizer, AveragesAwayTheNoiseWhereItCan) {
  if (Variants().size() < 4) GTEST_SKIP() << "does not average";
  DescentSettings exact = On({"lbfgs", {}}, 200);
  const double least = RunOf(Learning(Model("logistic", kRidge)), exact).best.value;
  DescentSettings averaging = AtRate(kRate, 100);
  const double plain = RunOf(Learning(Model("logistic", kRidge)), averaging).iterates.back().value;
  averaging.optimizer.settings["average_from"] = 20.0;
  const double mean = RunOf(Learning(Model("logistic", kRidge)), averaging).iterates.back().value;

  EXPECT_LT(mean - least, 0.2 * (plain - least));
}

TEST_P(EveryRowOptimizer, GivesTheSameBitsForTheSameSeedAlone) {
  for (const Part& variant : Variants()) {
    DescentSettings settings = On(variant);
    const auto one = RunOf(Learning(Model("logistic", kLasso)), settings).iterates;
    EXPECT_TRUE(
        testing::SameBits(one, RunOf(Learning(Model("logistic", kLasso)), settings).iterates));
    settings.seed = 8;
    EXPECT_FALSE(
        testing::SameBits(one, RunOf(Learning(Model("logistic", kLasso)), settings).iterates));
  }
}

TEST_P(EveryRowOptimizer, ContinuesBitForBitFromAnyEpoch) {
  const auto learning = [] { return Learning(Model("softmax", kLasso)); };
  for (const Part& variant : Variants()) {
    DescentSettings settings = On(variant);
    settings.start = learning()->Start(1);
    const Outcome whole = RunOf(learning(), settings);
    for (int64_t k = 0; k < 6; ++k) {
      const auto first = testing::Begun(learning(), settings);
      testing::Recorder recorder;
      ASSERT_FALSE(first->Advance(k, 0, nullptr, recorder));
      State writer = State::Writer();
      first->Remember(writer);
      auto second = Descent::Create(learning(), settings);
      ASSERT_TRUE(second.ok()) << second.status();
      State reader = State::Reader(writer.TakeBytes());
      (*second)->Remember(reader);
      ASSERT_TRUE(reader.Finish().ok()) << reader.Finish();

      ASSERT_TRUE((*second)->Advance(100, 0, nullptr, recorder));
      ASSERT_TRUE(testing::SameBits(recorder.iterates, whole.iterates)) << "left at " << k;
    }
  }
}

TEST_P(EveryRowOptimizer, MaximisesAsItMinimises) {
  if (Can().linear_rows) GTEST_SKIP() << "its models are minimised";
  for (const Part& variant : Variants()) {
    DescentSettings settings = On(variant);
    settings.start = testing::Point({0, 0});
    const auto down = RunOf(Learning(Formula("mean((w*a + v - number)**2)")), settings).iterates;
    settings.direction = Direction::kMaximize;
    auto up = RunOf(Learning(Formula("-mean((w*a + v - number)**2)")), settings).iterates;
    ASSERT_EQ(up.size(), down.size());
    for (size_t k = 0; k < up.size(); ++k) {
      EXPECT_EQ(up[k].value, -down[k].value);
      EXPECT_EQ(up[k].x, down[k].x);
    }
  }
}

TEST_P(EveryRowOptimizer, LearnsASumAsItLearnsAMean) {
  models::ModelSpec spec = Model("logistic");
  const auto mean = RunOf(Learning(spec), AtRate(kRate, 5)).iterates.back();
  spec.sum = true;
  const auto sum = RunOf(Learning(spec), AtRate(kRate / kRows, 5)).iterates.back();

  EXPECT_LT((mean.x - sum.x).norm(), 1e-10 * mean.x.norm());
}

TEST_P(EveryRowOptimizer, KeepsWithinBounds) {
  DescentSettings settings = AtRate(kRate, 50);
  settings.bounds = {Vector::Constant(5, -0.3), Vector::Constant(5, 0.3)};
  const Outcome outcome = RunOf(Learning(Model("logistic", kRidge)), settings);

  for (const Recorded& iterate : outcome.iterates) {
    ASSERT_LE(iterate.x.lpNorm<Eigen::Infinity>(), 0.3);
  }
  EXPECT_EQ(outcome.iterates.back().x.maxCoeff(), 0.3);
}

TEST_P(EveryRowOptimizer, ReportsWhatIsNotFinite) {
  const Outcome outcome = RunOf(Learning(Model("linear")), AtRate(1e100, 50));

  EXPECT_NE(outcome.reason.termination, Termination::kConverged);
  EXPECT_TRUE(std::isfinite(outcome.best.value));
  EXPECT_TRUE(outcome.best.x.allFinite());
}

TEST_P(EveryRowOptimizer, IsRefusedWhereThereAreNoRows) {
  DescentSettings settings = On({GetParam(), {}});
  settings.start = testing::Point({1, 1});
  const auto violations = ViolationsOf(Descent::Create(testing::Quadratic2(), settings).status());

  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "optimizer.kind");
  EXPECT_THAT(violations[0].description, HasSubstr("it passes over rows of data"));
  EXPECT_THAT(violations[0].description, HasSubstr("lbfgs"));
  EXPECT_THAT(violations[0].description, ::testing::Not(HasSubstr("sgd,")));
}

TEST_P(EveryRowOptimizer, IsRefusedWhereItNeedsLinearScoresAndThereAreNone) {
  if (!Can().linear_rows) GTEST_SKIP() << "works on any model";
  DescentSettings settings = On({GetParam(), {}});
  settings.start = Learning(Model("mlp"))->Start(1);
  const absl::Status status = Descent::Create(Learning(Model("mlp")), settings).status();

  EXPECT_THAT(std::string(status.message()), HasSubstr("scores that are linear"));
}

TEST_P(EveryRowOptimizer, LearnsWhatIsNotLinear) {
  if (Can().linear_rows) GTEST_SKIP() << "linear scores only";
  DescentSettings settings = AtRate(kRate, 50);
  settings.start = Learning(Model("mlp"))->Start(1);
  const Outcome outcome = RunOf(Learning(Model("mlp", kRidge)), settings);

  EXPECT_LT(outcome.best.value, 0.9 * outcome.iterates.front().value);
}

TEST_P(EveryRowOptimizer, IsDescribedForPeople) {
  const OptimizerEntry& entry = Entry();
  EXPECT_FALSE(entry.title.empty() || entry.summary.empty() || entry.formula.empty() ||
               entry.source.empty() || entry.advice.empty());
  EXPECT_THAT(entry.example, StartsWith("thalweg fit "));
  EXPECT_THAT(entry.example, HasSubstr("--optimizer " + entry.name));
  EXPECT_TRUE(Can().random && Can().gradient);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryRowOptimizer,
                         ::testing::ValuesIn(testing::OptimizersThatPassOverRows(true)),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace thalweg
