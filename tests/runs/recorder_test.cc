#include "server/runs/recorder.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/runs/codec.h"
#include "server/storage/memory_store.h"

namespace thalweg::runs {
namespace {

class Recording : public testing::Test {
 protected:
  Recording()
      : recorder_(store_, events_, memory_,
                  {[] {}, [](Trace&, const Standing&) {},
                   [](const absl::Status& status) { ADD_FAILURE() << status; }}) {}

  std::shared_ptr<Trace> Kept(const std::string& id, Retention retention = {}) {
    StoredRun key;
    key.id = id;
    key.number = ++number_;
    runs::Run run;
    run.id = id;
    RunChange change;
    change.id = id;
    change.run = key;
    EXPECT_TRUE(recorder_.Write(std::move(change)).ok());
    return std::make_shared<Trace>(key, run, retention, memory_);
  }

  /// Adds iterates up to `last` and has them made durable.
  void Record(const std::shared_ptr<Trace>& trace, int64_t last,
              RunState state = RunState::kQueued) {
    auto block = std::make_shared<IterateBlock>();
    Iterate at;
    for (at.iteration = trace->Shown().standing.iterations + 1; at.iteration <= last;
         ++at.iteration) {
      block->Append({at, static_cast<double>(at.iteration % 50), 0, 0, 0}, 0);
    }
    Trace::Addition addition;
    addition.standing = trace->Shown().standing;
    addition.standing.iterations = last;
    addition.standing.state = state;
    if (IsTerminal(state)) addition.standing.ending = std::make_shared<Ending>();
    addition.blocks.push_back(std::move(block));
    addition.checkpoint = "checkpoint";
    trace->Add(std::move(addition));
    recorder_.Notify(trace, /*urgent=*/false);
    recorder_.Flush();
  }

  std::vector<int64_t> Stored(const std::string& id) {
    std::vector<int64_t> iterations;
    const auto blocks = store_.Blocks(id, 0, INT64_MAX, SIZE_MAX);
    for (const StoredBlock& stored : *blocks) {
      const auto block = DecodeIterateBlock(stored.bytes);
      iterations.insert(iterations.end(), block->iteration.begin(), block->iteration.end());
    }
    return iterations;
  }

  storage::MemoryStore store_;
  EventSink events_;
  ResidentBudget memory_{1 << 20};
  uint64_t number_ = 0;
  Recorder recorder_;
};

TEST_F(Recording, ShowsWhatTheStoreHolds) {
  const auto trace = Kept("a");

  Record(trace, 9);

  EXPECT_EQ(trace->Shown().standing.iterations, 9);
  EXPECT_EQ(Stored("a").size(), 10U);
  EXPECT_EQ(**store_.Checkpoint("a"), "checkpoint");
  EXPECT_EQ(memory_.pending, 0);
}

TEST_F(Recording, JoinsSmallBlocksWithoutLosingOrRepeatingARow) {
  const auto trace = Kept("a");
  std::vector<int64_t> expected;

  for (int64_t last = 0; last < 300; last += 1 + last % 5) {
    Record(trace, last);
    while (static_cast<int64_t>(expected.size()) <= last) {
      expected.push_back(static_cast<int64_t>(expected.size()));
    }
    ASSERT_EQ(Stored("a"), expected);
  }

  EXPECT_LE(store_.Blocks("a", 0, INT64_MAX, SIZE_MAX)->size(), 6U);
}

TEST_F(Recording, ThinsInTheCommitThatMakesItDue) {
  const Retention retention{64, 2};
  const auto trace = Kept("a", retention);
  for (int64_t last = 15; last < 1000; last += 16) {
    Record(trace, last);

    const std::vector<int64_t> stored = Stored("a");
    const int64_t oldest = retention.OldestFull(last);
    EXPECT_EQ(trace->Shown().standing.oldest_iteration, oldest);
    EXPECT_EQ(std::count_if(stored.begin(), stored.end(), [&](int64_t i) { return i >= oldest; }),
              last - oldest + 1);
    EXPECT_LE(std::count_if(stored.begin(), stored.end(), [&](int64_t i) { return i < oldest; }),
              4 * oldest / 64);
  }
}

TEST_F(Recording, KeepsTheRecordOfARunThatIsOver) {
  const auto trace = Kept("a");

  Record(trace, 9, RunState::kFinished);

  const auto stored = store_.Get("a");
  EXPECT_TRUE(stored->finished);
  EXPECT_EQ(DecodeRunRecord(stored->record)->run.iterations, 9);
}

}  // namespace
}  // namespace thalweg::runs
