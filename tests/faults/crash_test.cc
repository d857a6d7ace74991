#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/optimizer.h"
#include "server/runs/run_book.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"
#include "tests/support/optimizer_names.h"

// Crashes at every commit, one after the other, in process: what the store held at that moment is
// all that the next book knows.
namespace thalweg::runs {
namespace {

/// A store that loses power at a given commit: that one and all later ones fail and leave no trace.
class MortalStore : public RunStore {
 public:
  MortalStore(RunStore& kept, int commits_left) : kept_(kept), commits_left_(commits_left) {}

  absl::Status Commit(const std::vector<RunChange>& changes) override {
    if (--commits_left_ < 0) return absl::InternalError("power is gone");
    return kept_.Commit(changes);
  }
  absl::StatusOr<StoredRun> Get(const std::string& id) override { return kept_.Get(id); }
  absl::StatusOr<std::optional<StoredRun>> FindRequest(const std::string& id) override {
    return kept_.FindRequest(id);
  }
  absl::StatusOr<std::vector<StoredRun>> List(const StoredRunQuery& query) override {
    return kept_.List(query);
  }
  absl::StatusOr<std::vector<StoredRun>> Unfinished() override { return kept_.Unfinished(); }
  absl::StatusOr<uint64_t> LastNumber() override { return kept_.LastNumber(); }
  absl::StatusOr<std::optional<std::string>> Checkpoint(const std::string& id) override {
    return kept_.Checkpoint(id);
  }
  absl::StatusOr<std::optional<std::string>> Events(const std::string& id) override {
    return kept_.Events(id);
  }
  absl::StatusOr<std::optional<StoredBlock>> LastBlock(const std::string& id) override {
    return kept_.LastBlock(id);
  }
  absl::StatusOr<std::vector<StoredBlock>> Blocks(const std::string& id, int64_t from, int64_t to,
                                                  size_t max_bytes) override {
    return kept_.Blocks(id, from, to, max_bytes);
  }

  absl::Status PutDocument(const StoredDocument&) override {
    return absl::UnimplementedError("no documents here");
  }
  absl::Status RemoveDocument(const std::string& kind, const std::string& id) override {
    return kept_.RemoveDocument(kind, id);
  }
  absl::StatusOr<StoredDocument> GetDocument(const std::string& kind,
                                             const std::string& id) override {
    return kept_.GetDocument(kind, id);
  }
  absl::StatusOr<std::optional<StoredDocument>> FindDocument(
      const std::string& kind, const std::string& request_id) override {
    return kept_.FindDocument(kind, request_id);
  }
  absl::StatusOr<std::vector<StoredDocument>> ListDocuments(
      const StoredDocumentQuery& query) override {
    return kept_.ListDocuments(query);
  }

 private:
  RunStore& kept_;
  std::atomic<int> commits_left_;
};

constexpr int64_t kIterations = 3000;

RunSpec SpecFor(const std::string& optimizer) {
  RunSpec spec = SpecOf(optimizer, kIterations);
  spec.seed = 1;
  for (const OptimizerEntry& entry : Optimizers()) {
    if (entry.name != optimizer) continue;
    for (const OptionInfo& option : entry.options) {
      if (option.name == "learning_rate") return spec;
    }
  }
  spec.optimizer.settings.clear();
  return spec;
}

// Lives until the store dies under it or the run is over; true in the second case.
bool Live(RunStore& store, const std::string& optimizer, const RunBookOptions& given) {
  EventSink events;
  std::mutex mutex;
  std::condition_variable changed;
  bool broken = false;
  RunBookOptions options = given;
  options.on_broken_store = [&](const absl::Status&) {
    const std::lock_guard lock(mutex);
    broken = true;
    changed.notify_all();
  };
  auto book = RunBook::Open(store, events, options);
  if (!book.ok()) return false;
  const auto run = (*book)->Create(SpecFor(optimizer), "the one", false);
  if (!run.ok()) return false;
  auto watcher = (*book)->Watch(run->id, {}, [&] {
    const std::lock_guard lock(mutex);
    changed.notify_all();
  });
  while (true) {
    std::unique_lock lock(mutex);
    if (broken) return false;
    lock.unlock();
    const auto step = (*watcher)->Next(std::chrono::steady_clock::now());
    if (step->update && step->update->last) return true;
    lock.lock();
    if (!step->update && !broken) changed.wait_for(lock, std::chrono::milliseconds(20));
  }
}

std::string TraceIn(RunStore& store) {
  EventSink events;
  const auto book = RunBook::Open(store, events, SmallOptions(1));
  const auto page = (*book)->List({});
  EXPECT_EQ(page->runs.size(), 1U);
  EXPECT_EQ(page->runs[0].state, RunState::kFinished)
      << (page->runs[0].stop_reason ? page->runs[0].stop_reason->detail : "");
  EXPECT_GT(page->runs[0].iterations, 0);  // some methods are done before kIterations
  return BitsOf(ReadTrace(**book, page->runs[0].id));
}

RunBookOptions ShortSlices(size_t trace_bytes = size_t{1} << 30) {
  RunBookOptions options = SmallOptions(1);
  options.slice = std::chrono::microseconds(100);
  options.max_trace_bytes_per_run = trace_bytes;
  return options;
}

class Crash : public ::testing::TestWithParam<std::string> {};

TEST_P(Crash, AtAnyCommitLeavesATraceThatEndsUpTheSame) {
  storage::MemoryStore undisturbed;
  ASSERT_TRUE(Live(undisturbed, GetParam(), ShortSlices()));
  const std::string expected = TraceIn(undisturbed);

  for (int commits = 0; commits < 12; ++commits) {
    storage::MemoryStore kept;
    bool over = false;
    for (int life = 0; life < 100 && !over;
         ++life) {  // each gets a little further, or dies at once
      MortalStore store(kept, commits + life / 10);
      over = Live(store, GetParam(), ShortSlices());
    }
    ASSERT_TRUE(over || Live(kept, GetParam(), ShortSlices()));
    EXPECT_EQ(TraceIn(kept), expected) << "crashing at commit " << commits;
  }
}

TEST_P(Crash, ThinsTheSameIteratesAsWithoutOne) {
  const RunBookOptions little = ShortSlices(/*trace_bytes=*/40'000);
  storage::MemoryStore undisturbed;
  ASSERT_TRUE(Live(undisturbed, GetParam(), little));
  const std::string expected = TraceIn(undisturbed);

  storage::MemoryStore kept;
  bool over = false;
  for (int life = 0; life < 100 && !over; ++life) {
    MortalStore store(kept, 2 + life / 5);
    over = Live(store, GetParam(), little);
  }
  ASSERT_TRUE(over || Live(kept, GetParam(), little));
  EXPECT_EQ(TraceIn(kept), expected);
}

INSTANTIATE_TEST_SUITE_P(Every, Crash, ::testing::ValuesIn(testing::OptimizersOfAnyObjective()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace thalweg::runs
