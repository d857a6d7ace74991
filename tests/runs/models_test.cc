// Runs that learn from data, a few rows at a time.

#include <algorithm>
#include <cmath>
#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/random.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"
#include "tests/support/tables.h"

namespace thalweg::runs {
namespace {

using ::testing::HasSubstr;

class RunsOfModels : public ::testing::Test {
 protected:
  RunsOfModels() {
    std::vector<double> a, b, y;
    Random random(4, 0, 0);
    for (int i = 0; i < 100; ++i) {
      a.push_back(random.Normal());
      b.push_back(random.Normal());
      y.push_back(1 + 2 * a.back() - b.back() + 0.3 * random.Normal());
    }
    tables_.Add("s0", thalweg::testing::NumbersTable({{"a", a}, {"b", b}, {"y", y}}));
    Open();
  }

  void Open() {
    book_.reset();
    RunBookOptions options = SmallOptions();
    options.means.tables = &tables_;
    auto book = RunBook::Open(store_, events_, options);
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
  }

  static RunSpec Spec(double epochs) {
    RunSpec spec;
    spec.objective.model.emplace();
    spec.objective.model->dataset = "s0";
    spec.objective.model->target = "y";
    spec.objective.model->split.validation = 0.2;
    spec.optimizer = WithSetting("adam", "learning_rate", 1e-3);
    spec.batches = WithSetting("shuffled", "size", 7.0);
    spec.stopping = {WithSetting("epochs", "threshold", epochs)};
    spec.seed = 3;
    return spec;
  }

  std::string Over(const absl::StatusOr<runs::Run>& run) {
    EXPECT_TRUE(run.ok()) << run.status();
    if (run.ok()) Finished(*book_, run->id);
    return run.ok() ? run->id : "";
  }

  thalweg::testing::Tables tables_;
  storage::MemoryStore store_;
  EventSink events_;
  std::unique_ptr<RunBook> book_;
};

TEST_F(RunsOfModels, ReachTheirEpochsAndKeepTheBestByValidation) {
  const std::string id = Over(book_->Create(Spec(20), "", false));

  const runs::Run run = *book_->Get(id);
  const IterateBlock trace = ReadTrace(*book_, id);
  EXPECT_EQ(run.stop_reason->criterion, "epochs");
  EXPECT_EQ(run.iterations, 240);  // 80 rows, batches of 7: 12 an epoch
  EXPECT_EQ(trace.epoch.back(), 20);
  double least = INFINITY;
  for (const double value : trace.validation_value) least = std::fmin(least, value);
  EXPECT_EQ(run.best_value, least);
  EXPECT_EQ(trace.validation_value[static_cast<size_t>(run.best_iteration)], least);
  EXPECT_EQ(run.spec.batches.settings.at("drop_last"), Setting(false));  // defaults are written
}

TEST_F(RunsOfModels, GoTheSameWayWhenLeftInTheMiddleOfAnEpoch) {
  const std::string whole = Over(book_->Create(Spec(20), "", false));
  const IterateBlock expected = ReadTrace(*book_, whole);

  for (const int64_t k : {int64_t{0}, int64_t{5}, int64_t{12}, int64_t{101}, int64_t{239}}) {
    const std::string fork = Over(book_->Fork(whole, {.iteration = k}, "", false));
    EXPECT_EQ(BitsOf(ReadTrace(*book_, fork)), BitsOf(expected.Slice(k, expected.last()))) << k;
  }
}

TEST_F(RunsOfModels, GoOnAfterARestartWithTheSameBits) {
  const std::string id = book_->Create(Spec(4000), "", false)->id;
  for (int life = 1; life <= 3; ++life) {
    WaitForIteration(*book_, id, life * 4001);
    Open();
  }
  Finished(*book_, id);
  const std::string undisturbed = Over(book_->Create(Spec(4000), "", false));

  EXPECT_EQ(BitsOf(ReadTrace(*book_, id)), BitsOf(ReadTrace(*book_, undisturbed)));
}

TEST_F(RunsOfModels, AreRefusedWithTheFieldsOfTheModel) {
  RunSpec spec = Spec(1);
  spec.objective.model->target = "z";
  EXPECT_THAT(std::string(book_->Create(spec, "", true).status().message()),
              HasSubstr("objective.model.target"));
  spec = Spec(1);
  spec.batches = WithSetting("shuffled", "size", 0.0);
  EXPECT_THAT(std::string(book_->Create(spec, "", true).status().message()),
              HasSubstr("batches.settings[size]"));
  spec = SpecOf("adam", 10);
  spec.batches = WithSetting("shuffled", "size", 4.0);
  EXPECT_THAT(std::string(book_->Create(spec, "", true).status().message()),
              HasSubstr("this objective is none"));
}

}  // namespace
}  // namespace thalweg::runs
