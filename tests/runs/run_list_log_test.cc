// What happens in the list of runs: what readers are told of it, by themselves and of a book.

#include "server/runs/run_list_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"

namespace thalweg::runs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "missed", "deleted r1", "r1 running".
std::string Text(const RunListChange& change) {
  if (std::holds_alternative<ChangesMissed>(change)) return "missed";
  if (const auto* gone = std::get_if<RunDeleted>(&change)) return "deleted " + gone->id;
  const runs::Run& run = std::get<runs::Run>(change);
  return absl::StrCat(run.id, " ", std::string(RunStateName(run.state)));
}

std::vector<std::string> All(RunListWatcher& reader) {
  std::vector<std::string> all;
  while (const auto change = reader.Next()) all.push_back(Text(*change));
  return all;
}

class RunLists : public testing::Test {
 protected:
  void Tell(const std::string& id, RunState state, RunListLog::Labels labels = {}) {
    auto run = std::make_shared<runs::Run>();
    run->id = id;
    run->spec.labels = std::move(labels);
    Standing standing;
    standing.state = state;
    log_.Changed(std::move(run), standing);
  }
  std::unique_ptr<RunListWatcher> Read(std::optional<Label> label = {}) {
    return log_.Watch({std::move(label), {}}, [this] { ++woken_; });
  }

  RunListLog log_;
  std::atomic<int> woken_{0};
};

TEST_F(RunLists, TellWhatHappensFromNowOnInOrder) {
  Tell("before", RunState::kRunning);
  const auto reader = Read();
  EXPECT_THAT(All(*reader), ElementsAre("missed"));
  Tell("r1", RunState::kQueued);
  Tell("r2", RunState::kRunning);
  log_.Deleted("r3", {});
  EXPECT_THAT(All(*reader), ElementsAre("r1 queued", "r2 running", "deleted r3"));
  EXPECT_THAT(All(*reader), IsEmpty());
}

TEST_F(RunLists, TellOfARunThatChangedTwiceOnceAsItIsThen) {
  const auto reader = Read();
  All(*reader);
  Tell("r1", RunState::kQueued);
  Tell("r2", RunState::kQueued);
  Tell("r1", RunState::kRunning);
  Tell("r1", RunState::kFinished);
  EXPECT_THAT(All(*reader), ElementsAre("r2 queued", "r1 finished"));
  Tell("r1", RunState::kFinished);
  log_.Deleted("r1", {});
  EXPECT_THAT(All(*reader), ElementsAre("deleted r1"));
}

TEST_F(RunLists, TellThoseWithALabelAlone) {
  const auto reader = Read(Label{"team", "red"});
  All(*reader);
  Tell("r1", RunState::kQueued, {{"team", "red"}, {"x", "y"}});
  Tell("r2", RunState::kQueued, {{"team", "blue"}});
  Tell("r3", RunState::kQueued);
  log_.Deleted("r4", {{"team", "red"}});
  log_.Deleted("r5", {});
  EXPECT_THAT(All(*reader), ElementsAre("r1 queued", "deleted r4"));
}

TEST_F(RunLists, SayWhenMoreHappenedThanIsKept) {
  const auto slow = Read();
  const auto quick = Read();
  All(*slow);
  All(*quick);
  for (size_t i = 0; i < RunListLog::kMostRuns; ++i) {
    Tell(absl::StrCat("r", i), RunState::kQueued);
    Tell(absl::StrCat("r", i), RunState::kRunning);  // takes no more room
  }
  EXPECT_EQ(All(*quick).size(), RunListLog::kMostRuns);
  Tell("one more", RunState::kQueued);
  EXPECT_THAT(All(*quick), ElementsAre("one more queued"));
  EXPECT_THAT(All(*slow), ElementsAre("missed"));
  Tell("r0", RunState::kFinished);
  EXPECT_THAT(All(*slow), ElementsAre("r0 finished"));
}

TEST_F(RunLists, WakeAReaderOnceWhenThereIsMore) {
  const auto reader = Read();
  All(*reader);
  All(*reader);
  Tell("r1", RunState::kQueued);
  Tell("r2", RunState::kQueued);
  EXPECT_EQ(woken_, 1);
  All(*reader);
  Tell("r3", RunState::kQueued);
  EXPECT_EQ(woken_, 2);
}

TEST_F(RunLists, KeepNothingWhenNobodyReads) {
  auto run = std::make_shared<runs::Run>();
  run->id = "r1";
  const std::weak_ptr<runs::Run> seen = run;
  auto reader = Read();
  All(*reader);
  log_.Changed(std::move(run), {});
  EXPECT_FALSE(seen.expired());
  reader.reset();
  EXPECT_TRUE(seen.expired());
  Tell("r2", RunState::kQueued);
  EXPECT_EQ(woken_, 1);
}

TEST_F(RunLists, ShowEachReaderTheLatestOfEachRunHoweverManyWriteAndRead) {
  constexpr int kRuns = 40;
  std::atomic<int> begun{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      Bell bell;
      std::map<std::string, RunState> latest;
      const auto reader = log_.Watch({}, bell.Wake());
      std::set<std::string> over;
      ++begun;
      while (over.size() < kRuns) {
        const auto change = reader->Next();
        if (!change) {
          bell.Wait();
        } else if (const auto* run = std::get_if<runs::Run>(&*change)) {
          EXPECT_FALSE(over.contains(run->id)) << "told of something older after " << run->id;
          if (IsTerminal(run->state)) over.insert(run->id);
        }
      }
    });
  }
  while (begun < 4) std::this_thread::yield();
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w) {
    writers.emplace_back([&, w] {
      for (int r = w; r < kRuns; r += 4) {
        for (int change = 0; change < 200; ++change) {
          Tell(absl::StrCat("r", r), change % 2 == 0 ? RunState::kRunning : RunState::kPaused);
        }
        Tell(absl::StrCat("r", r), RunState::kFinished);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  for (std::thread& reader : readers) reader.join();
}

// --- of a book ---

class BooksList : public testing::Test {
 protected:
  BooksList() : book_(*RunBook::Open(store_, events_, SmallOptions())) {
    reader_ = book_->WatchList({}, bell_.Wake());
    EXPECT_EQ(Text(*reader_->Next()), "missed");
  }
  RunListChange Next() {
    while (true) {
      if (auto change = reader_->Next()) return *std::move(change);
      bell_.Wait();
    }
  }
  /// The states that are told, up to this one.
  std::vector<std::string> Until(const std::string& last) {
    std::vector<std::string> told;
    do {
      told.push_back(Text(Next()));
    } while (told.back() != last);
    return told;
  }
  std::string Create(const RunSpec& spec) {
    const auto run = book_->Create(spec, "", false);
    EXPECT_TRUE(run.ok()) << run.status();
    return run->id;
  }

  storage::MemoryStore store_;
  EventSink events_;
  Bell bell_;
  std::unique_ptr<RunBook> book_;
  std::unique_ptr<RunListWatcher> reader_;
};

TEST_F(BooksList, TellsOfEachStateOfARunToItsDeletion) {
  const std::string id = Create(EndlessSpec());
  Until(id + " running");
  ASSERT_TRUE(book_->Pause(id).ok());
  EXPECT_THAT(Until(id + " paused"), ElementsAre(id + " paused"));
  ASSERT_TRUE(book_->Resume(id).ok());
  EXPECT_THAT(Until(id + " running"), ElementsAre(id + " running"));
  ASSERT_TRUE(book_->Cancel(id).ok());
  EXPECT_THAT(Until(id + " cancelled"), ElementsAre(id + " cancelled"));
  ASSERT_TRUE(book_->Delete(id).ok());
  EXPECT_THAT(Until("deleted " + id), ElementsAre("deleted " + id));
}

TEST_F(BooksList, ShowsARunThatIsOverAsListDoes) {
  RunSpec spec = SpecOf("adam", 200);
  spec.labels = {{"team", "red"}};
  const std::string id = Create(spec);
  RunListChange change = Next();
  while (Text(change) != id + " finished") change = Next();
  const auto page = book_->List({});
  ASSERT_TRUE(page.ok());
  const runs::Run& listed = page->runs.front();
  const runs::Run& told = std::get<runs::Run>(change);
  EXPECT_EQ(told.iterations, 200);
  EXPECT_EQ(told.iterations, listed.iterations);
  EXPECT_EQ(told.value, listed.value);
  EXPECT_EQ(told.best->x, listed.best->x);
  EXPECT_EQ(told.spec.labels, listed.spec.labels);
  EXPECT_EQ(told.ended, listed.ended);
  EXPECT_EQ(told.stop_reason->criterion, listed.stop_reason->criterion);
}

TEST_F(BooksList, ShowsWhatIsDurableAlone) {
  const std::string id = Create(SpecOf("adam", 50));
  while (true) {
    const RunListChange change = Next();
    const runs::Run& told = std::get<runs::Run>(change);
    const auto stored = store_.Get(id);
    ASSERT_TRUE(stored.ok());
    EXPECT_GE(stored->state, static_cast<int>(told.state));
    if (IsTerminal(told.state)) break;
  }
}

TEST_F(BooksList, TellsOfForksAndOfALabelAlone) {
  const std::string id = Create(SpecOf("adam", 100));
  Until(id + " finished");
  Bell bell;
  const auto red = book_->WatchList({Label{"team", "red"}, {}}, bell.Wake());
  EXPECT_THAT(All(*red), ElementsAre("missed"));

  ForkRequest request;
  request.iteration = 10;
  request.labels = {{"team", "red"}};
  const auto fork = book_->Fork(id, request, "", false);
  ASSERT_TRUE(fork.ok()) << fork.status();
  Until(fork->id + " finished");
  const auto told = All(*red);
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), fork->id + " finished");

  Create(SpecOf("adam", 1));
  EXPECT_THAT(All(*red), IsEmpty());
}

TEST_F(BooksList, TellsNothingOfProgressAndOfWhatIsOnlyValidated) {
  const std::string id = Create(EndlessSpec());
  Until(id + " running");
  WaitForIteration(*book_, id, 1000);
  ASSERT_TRUE(book_->Create(EndlessSpec(), "", /*validate_only=*/true).ok());
  EXPECT_FALSE(reader_->Next().has_value());
}

}  // namespace
}  // namespace thalweg::runs
