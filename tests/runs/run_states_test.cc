#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/runs/run_book.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"

// What can be done to a run in each of its states, and what it comes to.
namespace thalweg::runs {
namespace {

using testing::ElementsAre;

enum class Doing { kCancel, kPause, kResume, kDelete };

class States : public testing::Test {
 protected:
  States() : book_(*RunBook::Open(store_, events_, SmallOptions())) {}

  /// A run in that state.
  std::string RunIn(RunState state) {
    const bool short_one = state == RunState::kFinished;
    const auto run = book_->Create(short_one ? SpecOf("adam", 5) : EndlessSpec(), "", false);
    EXPECT_TRUE(run.ok()) << run.status();
    if (short_one) Finished(*book_, run->id);
    if (state == RunState::kRunning) WaitForIteration(*book_, run->id, 0);
    absl::Status status;
    if (state == RunState::kPaused) status = book_->Pause(run->id).status();
    if (state == RunState::kCancelled) status = book_->Cancel(run->id).status();
    EXPECT_TRUE(status.ok()) << status;
    return run->id;
  }

  absl::Status Do(Doing doing, const std::string& id) {
    switch (doing) {
      case Doing::kCancel:
        return book_->Cancel(id).status();
      case Doing::kPause:
        return book_->Pause(id).status();
      case Doing::kResume:
        return book_->Resume(id).status();
      case Doing::kDelete:
        return book_->Delete(id);
    }
    return absl::OkStatus();
  }

  storage::MemoryStore store_;
  EventSink events_;
  std::unique_ptr<RunBook> book_;
};

TEST_F(States, AllowWhatTheTableSays) {
  const RunState states[] = {RunState::kRunning, RunState::kPaused, RunState::kFinished,
                             RunState::kCancelled};
  const struct {
    Doing doing;
    std::string name;
    bool allowed[4];
  } table[] = {
      {Doing::kCancel, "cancel", {true, true, false, false}},
      {Doing::kPause, "pause", {true, false, false, false}},
      {Doing::kResume, "resume", {false, true, false, false}},
      {Doing::kDelete, "delete", {false, false, true, true}},
  };
  for (const auto& row : table) {
    for (int i = 0; i < 4; ++i) {
      const absl::Status status = Do(row.doing, RunIn(states[i]));

      EXPECT_EQ(status.ok(), row.allowed[i]) << row.name << " " << RunStateName(states[i]);
      if (row.allowed[i]) continue;
      EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
      EXPECT_THAT(ReasonsOf(status), ElementsAre(Reason::kInvalidState));
      EXPECT_NE(status.message().find(row.name), absl::string_view::npos) << status;
      const std::string state(RunStateName(states[i]));
      EXPECT_NE(status.message().find(state), absl::string_view::npos) << status;
    }
  }
}

TEST_F(States, OfAnUnknownRunAreNotFound) {
  for (const Doing doing : {Doing::kCancel, Doing::kPause, Doing::kResume, Doing::kDelete}) {
    EXPECT_THAT(ReasonsOf(Do(doing, "nobody")), ElementsAre(Reason::kRunNotFound));
  }
}

TEST_F(States, ACancelledRunKeepsItsBestAndLast) {
  const std::string id = RunIn(RunState::kRunning);

  const auto run = book_->Cancel(id);

  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->state, RunState::kCancelled);
  EXPECT_EQ(run->stop_reason->termination, Termination::kCancelled);
  EXPECT_EQ(run->last->iteration, run->iterations);
  EXPECT_EQ(run->best->value, run->best_value);
  EXPECT_EQ(ReadTrace(*book_, id).last(), run->iterations);
}

TEST_F(States, APausedRunStandsStillAndThenGoesOn) {
  const std::string id = RunIn(RunState::kRunning);

  const auto paused = book_->Pause(id);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));

  EXPECT_EQ(paused->state, RunState::kPaused);
  EXPECT_EQ(book_->Get(id)->iterations, paused->iterations);
  EXPECT_NE(book_->Resume(id)->state, RunState::kPaused);
  WaitForIteration(*book_, id, paused->iterations + 100);
}

TEST(Actions, DoNotWaitForTheEndOfASlice) {
  storage::MemoryStore store;
  EventSink events;
  RunBookOptions options = SmallOptions(1);
  options.slice = std::chrono::hours(1);
  const auto book = *RunBook::Open(store, events, options);
  const std::string id = book->Create(EndlessSpec(), "", false)->id;
  WaitForIteration(*book, id, 0);

  EXPECT_TRUE(book->Pause(id).ok());
  EXPECT_TRUE(book->Resume(id).ok());
  EXPECT_TRUE(book->Cancel(id).ok());
}

TEST_F(States, PausesChangeNoBit) {
  RunSpec spec = SpecOf("adam", 30'000);
  spec.seed = 1;
  const std::string whole = book_->Create(spec, "", false)->id;
  Finished(*book_, whole);
  const std::string paused = book_->Create(spec, "", false)->id;
  int pauses = 0;
  while (book_->Pause(paused).ok()) {
    ++pauses;
    ASSERT_TRUE(book_->Resume(paused).ok());
  }
  Finished(*book_, paused);

  EXPECT_GT(pauses, 0);
  EXPECT_EQ(BitsOf(ReadTrace(*book_, whole)), BitsOf(ReadTrace(*book_, paused)));
}

// Many people at once: every answer must be one that some order of the actions explains.
TEST_F(States, HoldUnderConcurrentActions) {
  for (int round = 0; round < 20; ++round) {
    const std::string id = RunIn(RunState::kRunning);
    std::atomic<int> cancelled{0};
    std::atomic<int> pauses{0};
    std::atomic<int> resumes{0};
    std::vector<std::thread> people;
    for (int person = 0; person < 4; ++person) {
      people.emplace_back([&, person] {
        for (int i = 0; i < 20; ++i) {
          if (book_->Pause(id).ok()) ++pauses;
          if (book_->Resume(id).ok()) ++resumes;
          if (i == 10 && person < 2 && book_->Cancel(id).ok()) ++cancelled;
        }
      });
    }
    for (std::thread& person : people) person.join();

    EXPECT_EQ(cancelled, 1);
    EXPECT_EQ(book_->Get(id)->state, RunState::kCancelled);
    EXPECT_LE(resumes, pauses);
    EXPECT_LE(pauses, resumes + 1);
  }
}

TEST_F(States, ActionsDoNotWaitForWorkersThatAreBusyElsewhere) {
  // Both workers are held by runs whose single steps take long.
  RunSpec slow = SpecOf("gradient_descent", 1'000'000);
  slow.objective = {.expression = "sum(sin(x[i]*x[j]) for i in range(n) for j in range(n))",
                    .function = "",
                    .variables = {},
                    .parameters = {},
                    .dimension = 0};
  slow.start = {{"x", std::vector<double>(2000, 0.001)}};
  const auto hog = book_->Create(slow, "", false);
  if (!hog.ok()) GTEST_SKIP() << hog.status();  // too costly for the language's limits
  book_->Create(slow, "", false).IgnoreError();
  const std::string id = RunIn(RunState::kPaused);

  EXPECT_TRUE(book_->Resume(id).ok());
  EXPECT_TRUE(book_->Pause(id).ok());
  EXPECT_TRUE(book_->Cancel(id).ok());
  book_->Cancel(hog->id).IgnoreError();
}

/// What a run with pauses comes to in a book that is opened anew at each of them, or never.
IterateBlock TraceWithPauses(bool reopen) {
  storage::MemoryStore store;
  EventSink events;
  auto book = *RunBook::Open(store, events, SmallOptions());
  RunSpec spec = SpecOf("adam", 400);
  spec.seed = 1;
  spec.stopping.push_back(WithSetting("pause", "threshold", std::vector<double>{0, 100, 250}));
  const std::string id = book->Create(spec, "", false)->id;
  for (const int64_t pause : {0, 100, 250}) {
    WatchOptions states;  // and no iterates
    states.from_iteration = INT64_MAX / 2;
    WatchAll(*book, id, states, [](const WatchUpdate& update) {
      const Run* run = std::get_if<Run>(&update.what);
      return run != nullptr && run->state == RunState::kPaused;
    });
    EXPECT_EQ(book->Get(id)->iterations, pause);
    if (reopen) {
      book.reset();
      book = *RunBook::Open(store, events, SmallOptions());
      EXPECT_EQ(book->Get(id)->state, RunState::kPaused);
    }
    EXPECT_TRUE(book->Resume(id).ok());
  }
  EXPECT_EQ(Finished(*book, id).stop_reason->criterion, "iterations");
  return ReadTrace(*book, id);
}

TEST(PausingRuns, HaltAtEachCountAndGoOnWithTheSameBits) {
  EXPECT_EQ(BitsOf(TraceWithPauses(/*reopen=*/false)), BitsOf(TraceWithPauses(/*reopen=*/true)));
}

TEST(PausingRuns, CanBeCancelled) {
  storage::MemoryStore store;
  EventSink events;
  auto book = *RunBook::Open(store, events, SmallOptions());
  RunSpec spec = SpecOf("adam", 400);
  spec.stopping.push_back(WithSetting("pause", "threshold", 100.0));
  const std::string id = book->Create(spec, "", false)->id;
  WaitForIteration(*book, id, 100);

  const auto run = book->Cancel(id);

  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->state, RunState::kCancelled);
  EXPECT_EQ(run->iterations, 100);
}

}  // namespace
}  // namespace thalweg::runs
