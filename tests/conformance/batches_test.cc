// What every optimizer must do with batches: work on them, with the same bits wherever it is taken
// up, or refuse them.

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/models/model_objective.h"
#include "server/core/random.h"
#include "tests/support/descending.h"
#include "tests/support/tables.h"

namespace thalweg::testing {
namespace {

std::unique_ptr<Objective> Line() {
  static Tables tables = [] {
    std::vector<double> a, y;
    Random random(2, 0, 0);
    for (int i = 0; i < 30; ++i) {
      a.push_back(random.Normal());
      y.push_back(0.5 - 2 * a.back() + 0.2 * random.Normal());
    }
    return Tables(NumbersTable({{"a", a}, {"y", y}}));
  }();
  models::ModelSpec spec;
  spec.dataset = "data";
  spec.target = "y";
  auto made = models::MakeModelObjective(spec, {.tables = &tables});
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

class EveryOptimizerOnBatches : public ::testing::TestWithParam<OptimizerEntry> {
 protected:
  static DescentSettings Settings() {
    return {.optimizer = {GetParam().name, {}},
            .stopping = {{"epochs", {{"threshold", 6.0}}}},
            .start = Vector::Zero(2),
            .seed = 7,
            .batches = {"shuffled", {{"size", 4.0}}}};
  }
};

TEST_P(EveryOptimizerOnBatches, WorksOrSaysWhyNot) {
  const auto optimizer = GetParam().make({GetParam().name, {}});
  ASSERT_TRUE(optimizer.ok()) << optimizer.status();
  const auto descent = Descent::Create(Line(), Settings());

  EXPECT_EQ(descent.ok(), (*optimizer)->capabilities().batches) << descent.status();
  if (!descent.ok()) {
    EXPECT_THAT(std::string(descent.status().message()), ::testing::HasSubstr("optimizer.kind"));
  }
}

std::vector<OptimizerEntry> ThoseThatTakeBatches() {
  std::vector<OptimizerEntry> those;
  for (const OptimizerEntry& entry : Optimizers()) {
    const auto optimizer = entry.make({entry.name, {}});
    if (optimizer.ok() && (*optimizer)->capabilities().batches) those.push_back(entry);
  }
  return those;
}

class EveryOptimizerOfBatches : public EveryOptimizerOnBatches {};

TEST_P(EveryOptimizerOfBatches, GetsBetterAndHasTheSameBitsWhereverItIsTakenUp) {
  const Outcome whole = RunOf(Line(), Settings());

  auto descent = Begun(Line(), Settings());
  Recorder recorder;
  std::optional<StopReason> reason;
  while (!(reason = descent->Advance(1, 0, nullptr, recorder))) {
    State writer = State::Writer();
    descent->Remember(writer);
    descent = *Descent::Create(Line(), Settings());
    State reader = State::Reader(writer.TakeBytes());
    descent->Remember(reader);
    ASSERT_TRUE(reader.Finish().ok()) << reader.Finish();
  }

  EXPECT_TRUE(SameBits(recorder.iterates, whole.iterates));
  EXPECT_LT(whole.best.value, whole.iterates.front().data.training_value);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryOptimizerOnBatches,
                         ::testing::ValuesIn(Optimizers().begin(), Optimizers().end()),
                         [](const auto& entry) { return entry.param.name; });

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryOptimizerOfBatches,
                         ::testing::ValuesIn(ThoseThatTakeBatches()),
                         [](const auto& entry) { return entry.param.name; });

}  // namespace
}  // namespace thalweg::testing
