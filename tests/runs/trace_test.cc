#include "server/runs/trace.h"

#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "server/runs/run_watcher.h"
#include "server/storage/memory_store.h"

namespace thalweg::runs {
namespace {

using storage::MemoryStore;

/// A trace beside its store, written to by hand.
struct Written {
  explicit Written(size_t memory = 1 << 20, Retention retention = {})
      : budget(memory), trace(std::make_shared<Trace>(Key(), RunOf(), retention, budget)) {
    RunChange change;
    change.id = "r";
    change.run = Key();
    EXPECT_TRUE(store.Commit({change}).ok());
  }

  static StoredRun Key() {
    StoredRun key;
    key.id = "r";
    key.number = 1;
    return key;
  }
  static Run RunOf() {
    Run run;
    run.id = "r";
    return run;
  }

  /// Adds iterates up to `last`, not yet durable.
  void Add(int64_t last, RunState state = RunState::kRunning) {
    auto block = std::make_shared<IterateBlock>();
    Iterate at;
    for (at.iteration = standing.iterations + 1; at.iteration <= last; ++at.iteration) {
      block->Append({at, static_cast<double>(at.iteration), 0, 0, 0}, 0);
    }
    standing.iterations = last;
    standing.state = state;
    Trace::Addition addition;
    if (!block->empty()) addition.blocks.push_back(block);
    addition.standing = standing;
    trace->Add(std::move(addition));
  }

  void Commit() {
    const Trace::Batch batch = trace->Take();
    RunChange change;
    change.id = "r";
    for (const auto& block : batch.blocks) {
      change.append.push_back({block->first(), block->last(), Encode(*block)});
    }
    if (batch.replaced) {
      change.replace = {{batch.replaced->first(), batch.replaced->last(), change.append}};
      change.append.clear();
    }
    EXPECT_TRUE(store.Commit({change}).ok());
    trace->Committed(batch);
  }

  std::unique_ptr<RunWatcher> Watch(const WatchOptions& options = {}) {
    return std::make_unique<RunWatcher>(trace, store, options, [this] { ++wakes; });
  }

  MemoryStore store;
  ResidentBudget budget;
  std::shared_ptr<Trace> trace;
  Standing standing;
  int wakes = 0;
};

const SteadyTime kNow = std::chrono::steady_clock::now();

WatchOptions Live(double per_second) {
  WatchOptions options;
  options.mode = WatchMode::kLive;
  options.max_updates_per_second = per_second;
  return options;
}

// "run", "3-7", "gap 1-4 live" or "nothing".
std::string Told(const absl::StatusOr<WatchStep>& step) {
  if (!step.ok()) return step.status().ToString();
  if (!step->update) return step->not_before ? "later" : "nothing";
  const auto& what = step->update->what;
  if (const auto* run = std::get_if<Run>(&what)) {
    return std::string(RunStateName(run->state)) + (step->update->last ? ", the end" : "");
  }
  if (const auto* gap = std::get_if<Gap>(&what)) {
    return "gap " + std::to_string(gap->from) + "-" + std::to_string(gap->to) + " " + gap->reason;
  }
  const auto& block = std::get<std::shared_ptr<const IterateBlock>>(what);
  return std::to_string(block->first()) + "-" + std::to_string(block->last());
}

TEST(Watcher, IsShownOnlyWhatIsDurable) {
  Written written;
  const auto watcher = written.Watch();
  EXPECT_EQ(Told(watcher->Next(kNow)), "queued");

  written.Add(9);
  EXPECT_EQ(Told(watcher->Next(kNow)), "nothing");

  written.Commit();
  EXPECT_EQ(Told(watcher->Next(kNow)), "running");
  EXPECT_EQ(Told(watcher->Next(kNow)), "0-9");
  EXPECT_EQ(Told(watcher->Next(kNow)), "nothing");
}

TEST(Watcher, IsWokenOnceForWhatIsNewAndNotBeforeItHasAskedInVain) {
  Written written;
  const auto watcher = written.Watch();
  watcher->Next(kNow).IgnoreError();
  written.Add(1);
  written.Commit();
  EXPECT_EQ(written.wakes, 0);  // it has not come to the end yet

  while (Told(watcher->Next(kNow)) != "nothing") {
  }
  written.Add(2);
  written.Commit();
  written.Add(3);
  written.Commit();

  EXPECT_EQ(written.wakes, 1);
  EXPECT_EQ(Told(watcher->Next(kNow)), "2-3");
}

TEST(Watcher, IsNotWokenAfterItIsGone) {
  Written written;
  auto watcher = written.Watch();
  while (Told(watcher->Next(kNow)) != "nothing") {
  }
  watcher.reset();

  written.Add(1);
  written.Commit();

  EXPECT_EQ(written.wakes, 0);
}

TEST(Watcher, IsNotPutToSleepWhenSomethingNewWasShownSinceItLooked) {
  Written written;
  const auto subscription = std::make_shared<Subscription>([] {});
  written.Add(4);
  written.Commit();
  const uint64_t changes = written.trace->Shown().changes;

  EXPECT_FALSE(written.trace->Arm(subscription, /*next_iteration=*/4, changes));
  EXPECT_FALSE(written.trace->Arm(subscription, /*next_iteration=*/5, changes - 1));
  EXPECT_TRUE(written.trace->Arm(subscription, /*next_iteration=*/5, changes));
}

TEST(Watcher, EndsWithTheRunAfterItsLastIterate) {
  Written written;
  const auto watcher = written.Watch();
  written.Add(3);
  written.Commit();
  written.standing.ending = std::make_shared<Ending>();
  written.Add(5, RunState::kFinished);
  written.Commit();

  EXPECT_EQ(Told(watcher->Next(kNow)), "finished");
  EXPECT_EQ(Told(watcher->Next(kNow)), "0-5");
  EXPECT_EQ(Told(watcher->Next(kNow)), "finished, the end");
  EXPECT_EQ(Told(watcher->Next(kNow)), "nothing");
}

TEST(Watcher, TellsEachChangeOfState) {
  Written written;
  const auto watcher = written.Watch();
  EXPECT_EQ(Told(watcher->Next(kNow)), "queued");
  for (const RunState state : {RunState::kRunning, RunState::kPaused, RunState::kRunning}) {
    written.Add(written.standing.iterations, state);
    written.Commit();
    EXPECT_EQ(Told(watcher->Next(kNow)), RunStateName(state));
    EXPECT_EQ(Told(watcher->Next(kNow)), "nothing");
  }
}

TEST(Watcher, GoesOnFromTheIterationItWasToldToResumeFrom) {
  Written written;
  written.Add(99);
  written.Commit();
  WatchOptions options;
  options.max_block_bytes = 7 * IterateBlock().bytes_per_row();
  int64_t next = 0;
  std::string told;
  for (int life = 0; life < 15; ++life) {  // a new watcher after every block
    options.from_iteration = next;
    const auto watcher = written.Watch(options);
    watcher->Next(kNow).IgnoreError();
    const auto step = watcher->Next(kNow);
    told += Told(step) + " ";
    next = step->update->next_iteration;
  }
  EXPECT_EQ(told.substr(0, 18), "0-6 7-13 14-20 21-");
  EXPECT_TRUE(told.ends_with("84-90 91-97 98-99 ")) << told;
}

TEST(LiveWatcher, IsGivenTheFirstThenTheNewestAtItsPaceAndEveryGapExactly) {
  Written written;
  const auto watcher = written.Watch(Live(/*per_second=*/10));
  written.Add(4);
  written.Commit();
  EXPECT_EQ(Told(watcher->Next(kNow)), "running");
  EXPECT_EQ(Told(watcher->Next(kNow)), "0-0");
  EXPECT_EQ(Told(watcher->Next(kNow)), "later");

  written.Add(20);
  written.Commit();
  EXPECT_EQ(Told(watcher->Next(kNow + std::chrono::milliseconds(99))), "later");
  EXPECT_EQ(Told(watcher->Next(kNow + std::chrono::milliseconds(100))), "gap 1-19 live");
  EXPECT_EQ(Told(watcher->Next(kNow + std::chrono::milliseconds(100))), "20-20");
  EXPECT_EQ(Told(watcher->Next(kNow + std::chrono::milliseconds(100))), "nothing");

  written.standing.ending = std::make_shared<Ending>();
  written.Add(23, RunState::kFinished);
  written.Commit();
  EXPECT_EQ(written.wakes, 1);
  EXPECT_EQ(Told(watcher->Next(kNow + std::chrono::milliseconds(101))), "gap 21-22 live");
  EXPECT_EQ(Told(watcher->Next(kNow + std::chrono::milliseconds(101))), "23-23");
  EXPECT_EQ(Told(watcher->Next(kNow + std::chrono::milliseconds(101))), "finished, the end");
}

TEST(LiveWatcher, MissesNothingOfARunThatIsSlowerThanItsPace) {
  Written written;
  const auto watcher = written.Watch(Live(10));
  watcher->Next(kNow).IgnoreError();
  SteadyTime now = kNow;
  written.Add(0);
  written.Commit();
  EXPECT_EQ(Told(watcher->Next(now)), "running");
  EXPECT_EQ(Told(watcher->Next(now)), "0-0");
  for (int64_t iteration = 1; iteration < 5; ++iteration) {
    now += std::chrono::milliseconds(150);
    written.Add(iteration);
    written.Commit();
    EXPECT_EQ(Told(watcher->Next(now)),
              std::to_string(iteration) + "-" + std::to_string(iteration));
    EXPECT_EQ(Told(watcher->Next(now)), "nothing");
  }
}

TEST(Watcher, ReadsWhatMemoryNoLongerHoldsFromTheStore) {
  Written written(/*memory=*/1);  // nothing stays
  for (int64_t last = 9; last < 100; last += 10) {
    written.Add(last);
    written.Commit();
  }
  EXPECT_EQ(written.budget.used(), 0);
  const auto watcher = written.Watch();

  EXPECT_EQ(Told(watcher->Next(kNow)), "running");
  EXPECT_EQ(Told(watcher->Next(kNow)), "0-99");
}

TEST(Watcher, SaysWhereATraceIsThinned) {
  Written written(/*memory=*/1);
  written.Add(63);
  written.Commit();
  IterateBlock thinned =
      Thinned((*DecodeIterateBlock(written.store.Blocks("r", 0, 63, SIZE_MAX)->front().bytes)),
              32);  // values only grow
  RunChange change;
  change.id = "r";
  change.replace = {{0, 63, {{0, 63, Encode(thinned)}}}};
  ASSERT_TRUE(written.store.Commit({change}).ok());
  written.Add(70);
  written.Commit();
  const auto watcher = written.Watch();

  EXPECT_EQ(Told(watcher->Next(kNow)), "running");
  EXPECT_EQ(Told(watcher->Next(kNow)), "gap 1-62 thinned");
  const auto step = watcher->Next(kNow);
  const auto rows = std::get<std::shared_ptr<const IterateBlock>>(step->update->what);
  EXPECT_EQ(rows->iteration, (std::vector<int64_t>{0, 31, 32, 63, 64, 65, 66, 67, 68, 69, 70}));
  EXPECT_EQ(Told(watcher->Next(kNow)), "nothing");
}

TEST(Watcher, OfAllSeesEveryIterateOnceAndInOrderWhileTheTraceGrows) {
  for (const size_t memory : {size_t{1}, size_t{1} << 20}) {
    Written written(memory);
    std::thread writer([&] {
      for (int64_t last = 0; last < 20'000; last += 1 + last % 7) {
        written.Add(last);
        if (last % 3 == 0) written.Commit();
      }
      written.standing.ending = std::make_shared<Ending>();
      written.Add(20'000, RunState::kFinished);
      written.Commit();
    });
    std::vector<std::thread> readers;
    for (int reader = 0; reader < 3; ++reader) {
      readers.emplace_back([&written] {
        std::atomic<int> wakes{0};
        RunWatcher watcher(written.trace, written.store, {}, [&wakes] { ++wakes; });
        int64_t next = 0;
        while (true) {
          const auto step = watcher.Next(std::chrono::steady_clock::now());
          ASSERT_TRUE(step.ok()) << step.status();
          if (!step->update) {
            while (wakes == 0) std::this_thread::yield();
            ASSERT_EQ(wakes.exchange(0), 1);
            continue;
          }
          if (const auto* block =
                  std::get_if<std::shared_ptr<const IterateBlock>>(&step->update->what)) {
            for (const int64_t iteration : (*block)->iteration) ASSERT_EQ(iteration, next++);
          }
          if (step->update->last) break;
        }
        EXPECT_EQ(next, 20'001);
      });
    }
    writer.join();
    for (std::thread& reader : readers) reader.join();
  }
}

TEST(Trace, JoinsTheSmallBlocksOfASlowRun) {
  Written written;
  for (int64_t last = 0; last < 1000; ++last) {
    written.Add(last);
    written.Commit();
  }

  const auto stored = written.store.Blocks("r", 0, 999, SIZE_MAX);
  EXPECT_EQ(stored->size(), 16U);  // 64 rows each
  EXPECT_EQ(written.trace->ResidentFrom(0, 1000).size(), 16U);
  const auto watcher = written.Watch();
  EXPECT_EQ(Told(watcher->Next(kNow)), "running");
  EXPECT_EQ(Told(watcher->Next(kNow)), "0-861");  // 64 KiB
  EXPECT_EQ(Told(watcher->Next(kNow)), "862-999");
}

TEST(ResidentBudget, ForgetsTheOldestBlocksOfAllTracesFirst) {
  Written written(/*memory=*/8000);
  for (int64_t last = 9; last < 100; last += 10) {
    written.Add(last);
    written.Commit();
  }

  EXPECT_LE(written.budget.used(), 8000);
  EXPECT_TRUE(written.trace->ResidentFrom(0, 1).empty());
  EXPECT_EQ(written.trace->ResidentFrom(95, 1).size(), 1U);

  const size_t none = 0;
  written.trace.reset();
  EXPECT_EQ(written.budget.used(), none);
}

}  // namespace
}  // namespace thalweg::runs
