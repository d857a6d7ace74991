#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/state.h"
#include "server/runs/codec.h"
#include "server/runs/crc32c.h"
#include "server/runs/run_book.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"

// What a book makes of a store that an earlier one has left: whole, damaged, or full.
namespace thalweg::runs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Recovery : public testing::Test {
 protected:
  void Open(const RunBookOptions& options = SmallOptions()) {
    book_.reset();
    auto book = RunBook::Open(store_, events_, options);
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
  }
  std::string Made(const RunSpec& spec) { return book_->Create(spec, "", false)->id; }

  /// Changes one byte of the stored checkpoint, iterates or record.
  static std::string Damaged(std::string bytes) {
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    return bytes;
  }

  storage::MemoryStore store_;
  EventSink events_;
  std::unique_ptr<RunBook> book_;
};

TEST_F(Recovery, GoesOnWithEveryUnfinishedRun) {
  Open();
  std::vector<std::string> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(Made(EndlessSpec()));
  for (const std::string& id : ids) WaitForIteration(*book_, id, 100);
  book_.reset();
  Open();

  for (const std::string& id : ids) {
    const int64_t iterations = book_->Get(id)->iterations;
    EXPECT_GE(iterations, 100);
    WaitForIteration(*book_, id, iterations + 100);
  }
}

TEST_F(Recovery, GoesOnWithARunThatTodaysLimitsWouldRefuse) {
  Open();
  const std::string id = Made(EndlessSpec());
  WaitForIteration(*book_, id, 100);
  RunBookOptions strict = SmallOptions();
  strict.limits.text_bytes = 1;
  strict.limits.coordinates = 1;
  Open(strict);

  WaitForIteration(*book_, id, book_->Get(id)->iterations + 100);
  EXPECT_FALSE(book_->Create(EndlessSpec(), "", false).ok());
}

TEST_F(Recovery, LeavesAPausedRunPausedAndACancelStillFindsItsBest) {
  Open();
  const std::string id = Made(EndlessSpec());
  WaitForIteration(*book_, id, 100);
  const runs::Run paused = *book_->Pause(id);
  Open();

  const runs::Run found = *book_->Get(id);
  EXPECT_EQ(found.state, RunState::kPaused);
  EXPECT_EQ(found.iterations, paused.iterations);
  EXPECT_EQ(found.best_iteration, paused.best_iteration);
  EXPECT_EQ(found.best_value, paused.best_value);
  const auto cancelled = book_->Cancel(id);
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->best->iteration, paused.best_iteration);
  const IterateBlock best =
      ReadTrace(*book_, id).Slice(paused.best_iteration, paused.best_iteration);
  EXPECT_EQ(cancelled->best->gradient_norm, best.gradient_norm.at(0));
  EXPECT_EQ(cancelled->last->iteration, paused.iterations);
}

TEST_F(Recovery, CountsTheTimeOfEarlierLives) {
  Open();
  const std::string id = Made(EndlessSpec());
  WaitForIteration(*book_, id, 10'000);
  book_->Drain();
  const double before = book_->Get(id)->elapsed_seconds;
  Open();
  WaitForIteration(*book_, id, book_->Get(id)->iterations + 1000);

  EXPECT_GT(before, 0);
  EXPECT_GE(book_->Get(id)->elapsed_seconds, before);
}

TEST_F(Recovery, FailsARunWhoseTraceDiffersFromWhatItComputesNow) {
  Open();
  const std::string id = Made(EndlessSpec());
  WaitForIteration(*book_, id, 5000);
  book_.reset();
  // Back to the start, so that the trace is computed again; one bit of it is another one.
  std::vector<StoredBlock> blocks = *store_.Blocks(id, 0, INT64_MAX, SIZE_MAX);
  IterateBlock block = *DecodeIterateBlock(blocks[1].bytes);
  block.value.back() = std::nextafter(block.value.back(), 0);
  RunChange change;
  change.id = id;
  change.checkpoint = "";
  change.replace = {
      {blocks[1].first, blocks[1].last, {{blocks[1].first, blocks[1].last, Encode(block)}}}};
  ASSERT_TRUE(store_.Commit({change}).ok());
  Open();

  const runs::Run run = Finished(*book_, id);

  EXPECT_EQ(run.state, RunState::kFailed);
  EXPECT_EQ(run.stop_reason->criterion, "data_corrupt");
  EXPECT_THAT(run.stop_reason->detail,
              HasSubstr("iteration " + std::to_string(block.last()) + " "));
}

TEST_F(Recovery, ComputesATraceAgainWhereTheCheckpointIsMissing) {
  Open();
  RunSpec spec = SpecOf("adam", 20'000);
  const std::string id = Made(spec);
  WaitForIteration(*book_, id, 3000);
  book_.reset();
  RunChange change;
  change.id = id;
  change.checkpoint = "";
  ASSERT_TRUE(store_.Commit({change}).ok());
  Open();

  EXPECT_EQ(Finished(*book_, id).state, RunState::kFinished);
  EXPECT_EQ(ReadTrace(*book_, id).rows(), 20'001U);
}

TEST_F(Recovery, FailsDamagedRunsAndServesTheOthers) {
  Open();
  const std::string whole = Made(EndlessSpec());
  const std::string bad_record = Made(EndlessSpec());
  const std::string bad_checkpoint = Made(EndlessSpec());
  const std::string bad_trace = Made(EndlessSpec());
  for (const std::string& id : {whole, bad_record, bad_checkpoint, bad_trace}) {
    WaitForIteration(*book_, id, 100);
  }
  book_.reset();
  RunChange record;
  record.id = bad_record;
  record.run = *store_.Get(bad_record);
  record.run->record = Damaged(record.run->record);
  RunChange checkpoint;
  checkpoint.id = bad_checkpoint;
  checkpoint.checkpoint = Damaged(**store_.Checkpoint(bad_checkpoint));
  const StoredBlock newest = **store_.LastBlock(bad_trace);
  RunChange trace;
  trace.id = bad_trace;
  trace.replace = {
      {newest.first, newest.last, {{newest.first, newest.last, Damaged(newest.bytes)}}}};
  ASSERT_TRUE(store_.Commit({record, checkpoint, trace}).ok());
  Open();

  for (const std::string& id : {bad_record, bad_trace, bad_checkpoint}) {
    // Not watched: who reads the damaged trace is told so by a status.
    runs::Run run = *book_->Get(id);
    for (; !IsTerminal(run.state); run = *book_->Get(id)) std::this_thread::yield();
    EXPECT_EQ(run.state, RunState::kFailed);
    EXPECT_EQ(run.stop_reason->criterion, "data_corrupt");
  }
  WaitForIteration(*book_, whole, book_->Get(whole)->iterations + 100);
  EXPECT_EQ(book_->List({})->runs.size(), 4U);
  EXPECT_TRUE(book_->Delete(bad_record).ok());
}

/// `bytes` of a record or a checkpoint as a server of the next version may write them.
std::string OfVersion(int64_t version, std::string bytes) {
  State state = State::Writer();
  state.Keep("version", version);
  const std::string head = state.TakeBytes();
  bytes.resize(bytes.size() - sizeof(uint32_t));
  bytes.replace(0, head.size(), head);
  const uint32_t checksum = Crc32c(bytes);
  return bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
}

TEST_F(Recovery, RefusesWhatANewerServerHasWrittenAndLeavesItAlone) {
  Open();
  const std::string id = Made(EndlessSpec());
  WaitForIteration(*book_, id, 100);
  book_.reset();
  const StoredRun before = *store_.Get(id);
  RunChange change;
  change.id = id;
  change.checkpoint = OfVersion(99, **store_.Checkpoint(id));
  ASSERT_TRUE(store_.Commit({change}).ok());

  const absl::Status newer_checkpoint = RunBook::Open(store_, events_, SmallOptions()).status();
  change.run = before;
  change.run->record = OfVersion(99, before.record);
  ASSERT_TRUE(store_.Commit({change}).ok());
  const absl::Status newer_record = RunBook::Open(store_, events_, SmallOptions()).status();

  for (const absl::Status& status : {newer_checkpoint, newer_record}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("newer server (record version 99; this server knows 9)"));
  }
  EXPECT_EQ(store_.Get(id)->record, change.run->record);
}

/// A store whose disk is full while `full` is set, and slow while `slow` is.
class TroubledStore : public storage::MemoryStore {
 public:
  absl::Status Commit(const std::vector<RunChange>& changes) override {
    while (slow) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (full) return absl::ResourceExhaustedError("no room");
    if (broken) return absl::InternalError("fsync failed");
    return MemoryStore::Commit(changes);
  }
  std::atomic<bool> full{false};
  std::atomic<bool> slow{false};
  std::atomic<bool> broken{false};
};

template <typename Claim>
void WaitFor(Claim claim) {
  while (!claim()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(FullDisk, HoldsRunsRefusesNewOnesAndServesTheRest) {
  TroubledStore store;
  EventSink events;
  const auto book = *RunBook::Open(store, events, SmallOptions());
  const std::string id = book->Create(EndlessSpec(), "", false)->id;
  WaitForIteration(*book, id, 100);
  store.full = true;

  const absl::Status refused = book->Create(EndlessSpec(), "", false).status();
  const absl::Status pause = book->Pause(id).status();

  for (const absl::Status& status : {refused, pause}) {
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_THAT(ReasonsOf(status), ElementsAre(Reason::kStorageFull));
  }
  const int64_t held = book->Get(id)->iterations;
  EXPECT_GE(ReadTrace(*book, id, held).rows(), 100U);

  store.full = false;  // someone has made room: nothing is lost, and the pause comes to pass
  WaitFor([&] { return book->Get(id)->state == RunState::kPaused; });
  const runs::Run paused = *book->Get(id);
  EXPECT_EQ(static_cast<int64_t>(ReadTrace(*book, id).rows()), paused.iterations + 1);
  EXPECT_TRUE(book->Resume(id).ok());
  EXPECT_TRUE(book->Create(SpecOf("adam", 5), "", false).ok());
}

TEST(SlowDisk, MakesARunWaitWithWhatMayBePending) {
  TroubledStore store;
  EventSink events;
  RunBookOptions options = SmallOptions();
  options.max_pending_bytes = 1 << 20;
  const auto book = *RunBook::Open(store, events, options);
  const std::string id = book->Create(EndlessSpec(), "", false)->id;
  WaitForIteration(*book, id, 100);

  store.slow = true;
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  const int64_t shown = book->Get(id)->iterations;
  store.slow = false;
  book->Pause(id).IgnoreError();

  // What had been made while nothing could be written: at most what was allowed to be pending,
  // in the commit that hung and behind it, and one slice.
  const int64_t made = book->Get(id)->iterations - shown;
  EXPECT_LT(made * 90, 3 << 20);
}

TEST(BrokenDisk, IsReportedOnceAndNothingIsWrittenFromThenOn) {
  TroubledStore store;
  EventSink events;
  std::atomic<int> reports{0};
  RunBookOptions options = SmallOptions();
  options.on_broken_store = [&](const absl::Status& status) {
    EXPECT_TRUE(absl::IsInternal(status));
    ++reports;
  };
  auto book = *RunBook::Open(store, events, options);
  const std::string id = book->Create(EndlessSpec(), "", false)->id;
  WaitForIteration(*book, id, 100);

  store.broken = true;
  WaitFor([&] { return reports > 0; });
  store.broken = false;  // as a disk that seems well again: it must not be believed

  EXPECT_FALSE(book->Create(EndlessSpec(), "", false).ok());
  EXPECT_FALSE(book->Pause(id).ok());
  const int64_t shown = book->Get(id)->iterations;
  book.reset();
  EXPECT_EQ(reports, 1);
  EXPECT_EQ((*store.LastBlock(id))->last, shown);
}

}  // namespace
}  // namespace thalweg::runs
