// Descents that see some rows of data at a time.

#include <cmath>
#include <cstdlib>
#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/batches/batch_plan.h"
#include "server/core/models/model_objective.h"
#include "server/core/random.h"
#include "server/core/violation.h"
#include "tests/support/descending.h"
#include "tests/support/tables.h"

namespace thalweg::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kRows = 50;

// y = 1 + 2 a - b and some noise.
Tables& SmallTables() {
  static Tables tables = [] {
    std::vector<double> a, b, y;
    Random random(4, 0, 0);
    for (int i = 0; i < kRows; ++i) {
      a.push_back(random.Normal());
      b.push_back(random.Normal());
      y.push_back(1 + 2 * a.back() - b.back() + 0.3 * random.Normal());
    }
    return Tables(NumbersTable({{"a", a}, {"b", b}, {"y", y}}));
  }();
  return tables;
}

std::unique_ptr<Objective> LineThroughData(double validation = 0) {
  models::ModelSpec spec;
  spec.dataset = "data";
  spec.target = "y";
  spec.split.validation = validation;
  auto made = models::MakeModelObjective(spec, {.tables = &SmallTables()});
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

Part Shuffled(double size) { return {"shuffled", {{"size", size}}}; }
Part Epochs(double most) { return {"epochs", {{"threshold", most}}}; }

DescentSettings Batched(double size, double epochs) {
  return {.optimizer = {"gradient_descent", {{"learning_rate", 0.05}}},
          .stopping = {Epochs(epochs)},
          .start = Vector::Zero(3),
          .seed = 5,
          .batches = Shuffled(size)};
}

TEST(DescentOverRows, EvaluatesIterateKOnBatchK) {
  auto objective = LineThroughData();
  RowObjective& rows = *objective->rows();
  const auto plan = BatchPlans()[1].make(Shuffled(8));
  (*plan)->Begin(rows.row_count(), {});

  const Outcome outcome = RunOf(LineThroughData(), Batched(8, 2));

  ASSERT_EQ(outcome.iterates.size(), 15U);  // 7 batches an epoch, and the start
  Batch batch;
  for (const Recorded& at : outcome.iterates) {
    (*plan)->Fill(5, at.iteration, batch);
    ASSERT_TRUE(rows.SetRows(batch.rows, batch.factors).ok());
    double value = 0;
    ASSERT_TRUE(objective->Value(at.x, value).ok());
    EXPECT_EQ(value, at.value) << at.iteration;
    const auto [whole, part] = std::lldiv(at.iteration, 7);
    EXPECT_DOUBLE_EQ(at.data.epoch,
                     static_cast<double>(whole) + static_cast<double>(part) * 8 / 50);
    EXPECT_EQ(at.evaluations.gradients, at.iteration + 1);
  }
}

TEST(DescentOverRows, MeasuresAllRowsAtTheStartAtEachEpochsEndAndAtTheEnd) {
  DescentSettings settings = Batched(8, 100);
  settings.stopping = {After(17)};
  auto objective = LineThroughData();

  const Outcome outcome = RunOf(LineThroughData(), settings);

  for (const Recorded& at : outcome.iterates) {
    const bool measured = at.iteration % 7 == 0 || at.iteration == 17;
    ASSERT_EQ(std::isnan(at.data.training_value), !measured) << at.iteration;
    if (!measured) continue;
    double value = 0;
    ASSERT_TRUE(objective->Value(at.x, value).ok());
    EXPECT_EQ(at.data.training_value, value);
  }
}

TEST(DescentOverRows, HasTheBestTrainingValueAsItsBest) {
  const Outcome outcome = RunOf(LineThroughData(), Batched(8, 30));

  double least = INFINITY;
  for (const Recorded& at : outcome.iterates) least = std::fmin(least, at.data.training_value);
  EXPECT_EQ(outcome.best.value, least);
  EXPECT_EQ(outcome.iterates[static_cast<size_t>(outcome.best.iteration)].data.training_value,
            least);
  EXPECT_EQ(outcome.iterates.back().best_value, least);
}

TEST(DescentOverRows, OfAllRowsCountsPassesAsEpochs) {
  DescentSettings settings = Batched(8, 12);
  settings.batches = {};

  const Outcome outcome = RunOf(LineThroughData(), settings);

  EXPECT_EQ(outcome.iterates.size(), 13U);
  EXPECT_EQ(outcome.iterates[5].data.epoch, 5);
  EXPECT_TRUE(std::isnan(outcome.iterates[5].data.training_value));
  EXPECT_EQ(outcome.reason.criterion, "epochs");
}

TEST(DescentOverRows, OfOneRowAtATimeFindsTheLine) {
  DescentSettings settings = Batched(1, 60);
  settings.optimizer.settings["learning_rate"] =
      std::vector<Part>{{"inverse_time", {{"a", 5.0}, {"b", 100.0}}}};

  const Outcome outcome = RunOf(LineThroughData(), settings);
  DescentSettings exact = settings;
  exact.batches = {};
  exact.optimizer = {"lbfgs", {}};
  exact.stopping = {};
  const Outcome minimum = RunOf(LineThroughData(), exact);

  EXPECT_LT((outcome.best.x - minimum.best.x).norm(), 0.02);
}

TEST(DescentOverRows, TakenUpAtAnyIterateHasTheSameBits) {
  for (const Part& batches :
       {Shuffled(8), Part{"with_replacement", {{"size", 8.0}}}, Part{"importance", {}}}) {
    DescentSettings settings = Batched(8, 3);
    settings.batches = batches;
    settings.optimizer = {"adam", {{"learning_rate", 0.05}}};
    settings.stopping.push_back({"validation", {{"patience", 2.0}}});
    const Outcome whole = RunOf(LineThroughData(0.2), settings);

    auto descent = Begun(LineThroughData(0.2), settings);
    Recorder recorder;
    std::optional<StopReason> reason;
    while (!reason) {
      reason = descent->Advance(1, 0, nullptr, recorder);
      if (reason) break;
      State writer = State::Writer();
      descent->Remember(writer);
      descent = *Descent::Create(LineThroughData(0.2), settings);
      State reader = State::Reader(writer.TakeBytes());
      descent->Remember(reader);
      ASSERT_TRUE(reader.Finish().ok()) << reader.Finish();
    }

    EXPECT_TRUE(SameBits(recorder.iterates, whole.iterates)) << batches.kind;
    EXPECT_EQ(descent->best().x, whole.best.x);
  }
}

TEST(DescentOverRows, StopsEarlyAndKeepsTheBestWeights) {
  // Noise is all there is to learn: what fits the training rows does not fit the others.
  std::vector<std::pair<std::string, std::vector<double>>> columns;
  Random random(8, 0, 0);
  for (int c = 0; c <= 20; ++c) {
    std::vector<double> cells(40);
    for (double& cell : cells) cell = random.Normal();
    columns.emplace_back(c < 20 ? "x" + std::to_string(c) : "y", cells);
  }
  Tables tables(NumbersTable(columns));
  models::ModelSpec spec;
  spec.dataset = "data";
  spec.target = "y";
  spec.split.validation = 0.4;
  auto objective = models::MakeModelObjective(spec, {.tables = &tables});
  ASSERT_TRUE(objective.ok()) << objective.status();
  DescentSettings settings = Batched(4, 500);
  settings.start = Vector::Zero(21);
  settings.optimizer.settings["learning_rate"] = 0.01;
  settings.stopping.push_back({"validation", {{"patience", 5.0}}});

  const Outcome outcome = RunOf(*std::move(objective), settings);

  EXPECT_EQ(outcome.reason.criterion, "validation");
  EXPECT_EQ(outcome.reason.termination, Termination::kStalled);
  double least = INFINITY;
  for (const Recorded& at : outcome.iterates) least = std::fmin(least, at.data.validation_value);
  const Recorded& best = outcome.iterates[static_cast<size_t>(outcome.best.iteration)];
  EXPECT_EQ(best.data.validation_value, least);
  EXPECT_EQ(best.x, outcome.best.x);
  EXPECT_GE(outcome.iterates.back().data.epoch - best.data.epoch, 5);
}

TEST(DescentOverRows, EndsAfterAHundredEpochsWhereNothingElseIsSaid) {
  DescentSettings settings = Batched(25, 1);
  settings.stopping = {};

  const Outcome outcome = RunOf(LineThroughData(), settings);

  EXPECT_EQ(outcome.reason.criterion, "epochs");
  EXPECT_EQ(outcome.iterates.back().data.epoch, 100);
}

std::string Refusal(DescentSettings settings, double validation = 0) {
  return std::string(
      Descent::Create(LineThroughData(validation), std::move(settings)).status().message());
}

TEST(DescentOverRows, RefusesMethodsThatCompareValues) {
  for (const char* kind : {"lbfgs", "conjugate_gradient", "nelder_mead", "auto", "stages"}) {
    DescentSettings settings = Batched(8, 1);
    settings.optimizer = {kind, {}};
    const std::string refusal = Refusal(settings);
    EXPECT_THAT(refusal, HasSubstr("leave batches out")) << kind;
    EXPECT_THAT(refusal, HasSubstr("adam")) << kind;
  }
}

TEST(DescentOverRows, RefusesRulesThatMeanNothing) {
  DescentSettings settings = Batched(8, 1);
  settings.stopping = {{"gradient_norm", {}}};
  EXPECT_THAT(Refusal(settings), HasSubstr("gradient_norm means nothing where each step sees"));
  settings.stopping = {{"validation", {}}};
  EXPECT_THAT(Refusal(settings), HasSubstr("no rows are held out to validate with"));
  EXPECT_EQ(Refusal(settings, 0.2), "");
}

}  // namespace
}  // namespace thalweg::testing
