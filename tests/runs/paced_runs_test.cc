// Runs that keep a pace, and runs that are stepped.

#include <ctime>
#include <memory>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/runs/codec.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"

namespace thalweg::runs {
namespace {

using testing::ElementsAre;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr double kSlowest = 0.01;  // the next iterate is due long after every test
constexpr std::chrono::seconds kItsPeriod(100);

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

RunSpec Paced(double pace, int64_t iterations = int64_t{1} << 40) {
  RunSpec spec = SpecOf("adam", iterations);
  spec.seed = 1;
  spec.pace = pace;
  return spec;
}

Overrides PaceOf(double pace) { return {.pace = pace}; }

class PacedRuns : public testing::Test {
 protected:
  PacedRuns() { Open(); }
  void Open(const RunBookOptions& options = SmallOptions()) {
    book_.reset();
    auto book = RunBook::Open(store_, events_, options);
    ASSERT_TRUE(book.ok()) << book.status();
    book_ = *std::move(book);
  }
  std::string Made(const RunSpec& spec) {
    const auto run = book_->Create(spec, "", false);
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? run->id : "";
  }
  runs::Run WaitUntilPaused(const std::string& id) {
    WatchOptions states;  // and no iterates
    states.from_iteration = INT64_MAX / 2;
    WatchAll(*book_, id, states, [](const WatchUpdate& update) {
      const runs::Run* run = std::get_if<runs::Run>(&update.what);
      return run != nullptr && run->state == RunState::kPaused;
    });
    return *book_->Get(id);
  }
  std::string PausedAtTheStart(RunSpec spec) {
    spec.stopping.push_back(WithSetting("pause", "threshold", 0.0));
    const std::string id = Made(spec);
    WaitUntilPaused(id);
    return id;
  }
  /// The trace of `spec` as fast as can be.
  std::string BitsOfAll(RunSpec spec) {
    spec.pace = 0;
    std::erase_if(spec.stopping, [](const Part& rule) { return rule.kind == "pause"; });
    const std::string id = Made(spec);
    Finished(*book_, id);
    return BitsOf(ReadTrace(*book_, id));
  }

  storage::MemoryStore store_;
  EventSink events_;
  std::unique_ptr<RunBook> book_;
};

TEST_F(PacedRuns, MakeNoMoreIteratesThanThePaceAllows) {
  for (const double pace : {50.0, 2000.0}) {
    const Clock::time_point begin = Clock::now();
    const std::string id = Made(Paced(pace));
    for (int i = 0; i < 10; ++i) {
      std::this_thread::sleep_for(milliseconds(30));
      const auto made = static_cast<double>(book_->Get(id)->iterations + 1);
      EXPECT_LE(made, pace * (SecondsSince(begin) + 0.01) + 1);
    }
    EXPECT_GT(book_->Get(id)->iterations, 0);
    EXPECT_TRUE(book_->Cancel(id).ok());
  }
}

TEST_F(PacedRuns, MakeSeveralIteratesAtOnceWhereThePaceIsHigh) {
  const Clock::time_point begin = Clock::now();
  const std::string id = Made(Paced(1e5, 20'000));

  const runs::Run run = Finished(*book_, id);

  EXPECT_EQ(run.iterations, 20'000);
  EXPECT_GE(SecondsSince(begin), 20'000 / 1e5 - 0.011);
}

TEST_F(PacedRuns, MakeTheSameBitsAtAnyPaceAlsoWhenItChanges) {
  const std::string expected = BitsOfAll(Paced(0, 400));

  for (const double pace : {4000.0, 1e6}) {
    const std::string id = Made(Paced(pace, 400));
    Finished(*book_, id);
    EXPECT_EQ(BitsOf(ReadTrace(*book_, id)), expected);
  }
  const std::string id = Made(Paced(200, 400));
  WaitForIteration(*book_, id, 5);
  EXPECT_TRUE(book_->Change(id, PaceOf(2000)).ok());
  WaitForIteration(*book_, id, 100);
  EXPECT_TRUE(book_->Change(id, PaceOf(0)).ok());
  const runs::Run run = Finished(*book_, id);

  EXPECT_EQ(BitsOf(ReadTrace(*book_, id)), expected);
  EXPECT_TRUE(run.spec.changes.empty());
  EXPECT_FALSE(run.events);
}

TEST_F(PacedRuns, CountOnlyTheTimeOfStepping) {
  const Clock::time_point begin = Clock::now();
  const std::string id = Made(Paced(100, 20));

  const runs::Run run = Finished(*book_, id);

  EXPECT_GE(SecondsSince(begin), 0.18);
  EXPECT_LT(run.elapsed_seconds, 0.1);
}

TEST_F(PacedRuns, DoWhatIsWantedWithoutWaitingForTheNextIterate) {
  const Clock::time_point begin = Clock::now();
  const std::string id = Made(Paced(kSlowest));
  WaitForIteration(*book_, id, 0);

  const auto faster = book_->Change(id, PaceOf(2 * kSlowest));
  const auto changed = book_->Change(id, {.optimizer = WithSetting("", "learning_rate", 1e-5)});
  const auto paused = book_->Pause(id);
  const auto resumed = book_->Resume(id);
  WaitForIteration(*book_, id, 1);
  const auto cancelled = book_->Cancel(id);

  ASSERT_TRUE(faster.ok() && changed.ok() && paused.ok() && resumed.ok() && cancelled.ok());
  EXPECT_EQ(faster->run.spec.pace, 2 * kSlowest);
  EXPECT_EQ(faster->run.state, RunState::kRunning);
  EXPECT_EQ(changed->iteration, 0);
  EXPECT_EQ(paused->state, RunState::kPaused);
  EXPECT_EQ(cancelled->iterations, 1);
  EXPECT_LT(Clock::now() - begin, kItsPeriod);
}

TEST_F(PacedRuns, GoOnAtOnceWithAHigherPace) {
  const Clock::time_point begin = Clock::now();
  const std::string id = Made(Paced(kSlowest));
  WaitForIteration(*book_, id, 0);

  EXPECT_TRUE(book_->Change(id, PaceOf(5)).ok());  // later than now, sooner than before
  WaitForIteration(*book_, id, 2);
  EXPECT_TRUE(book_->Change(id, PaceOf(1e5)).ok());
  WaitForIteration(*book_, id, 1000);
  EXPECT_TRUE(book_->Change(id, PaceOf(0)).ok());
  WaitForIteration(*book_, id, book_->Get(id)->iterations + 1000);

  EXPECT_LT(Clock::now() - begin, kItsPeriod);
}

TEST_F(PacedRuns, MakeUpForNoPause) {
  const std::string id = Made(Paced(100));
  WaitForIteration(*book_, id, 3);
  const runs::Run paused = *book_->Pause(id);
  std::this_thread::sleep_for(milliseconds(200));
  const Clock::time_point begin = Clock::now();
  ASSERT_TRUE(book_->Resume(id).ok());

  std::this_thread::sleep_for(milliseconds(50));

  const int64_t made = book_->Get(id)->iterations - paused.iterations;
  EXPECT_LE(static_cast<double>(made), 100 * (SecondsSince(begin) + 0.01) + 1);
}

TEST_F(PacedRuns, KeepTheirPaceOverARestart) {
  const std::string id = Made(Paced(kSlowest));
  WaitForIteration(*book_, id, 0);
  Open();

  EXPECT_EQ(book_->Get(id)->spec.pace, kSlowest);
  ASSERT_TRUE(book_->Change(id, PaceOf(500)).ok());
  WaitForIteration(*book_, id, 20);
  const Clock::time_point begin = Clock::now();
  Open();
  const int64_t before = book_->Get(id)->iterations;
  std::this_thread::sleep_for(milliseconds(50));

  EXPECT_EQ(book_->Get(id)->spec.pace, 500);
  const int64_t made = book_->Get(id)->iterations - before;
  EXPECT_LE(static_cast<double>(made), 500 * (SecondsSince(begin) + 0.01) + 1);
  WaitForIteration(*book_, id, before + 5);
}

TEST_F(PacedRuns, InCrowdsCostNothingWhileTheyWait) {
  std::vector<std::string> ids;
  for (int i = 0; i < 2000; ++i) ids.push_back(Made(Paced(kSlowest)));
  for (const std::string& id : ids) WaitForIteration(*book_, id, 0);

  const std::clock_t before = std::clock();
  std::this_thread::sleep_for(milliseconds(200));
  const double worked = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;

  EXPECT_LT(worked, 0.1);  // of 0.2 s, of each of two workers
  EXPECT_EQ(Finished(*book_, Made(SpecOf("adam", 1000))).iterations, 1000);
}

TEST_F(PacedRuns, TakeTurnsWithOthersAfterALongSleep) {
  Open(SmallOptions(/*workers=*/1));
  const std::string slow = Made(Paced(200));
  const std::string busy = Made(EndlessSpec());
  WaitForIteration(*book_, slow, 20);
  WaitForIteration(*book_, busy, 20'000);

  EXPECT_TRUE(book_->Change(slow, PaceOf(0)).ok());
  WaitForIteration(*book_, slow, 10'000);
  WaitForIteration(*book_, busy, book_->Get(busy)->iterations + 10'000);
}

TEST_F(PacedRuns, HandThePaceOnToForks) {
  const std::string id = Made(Paced(kSlowest));
  WaitForIteration(*book_, id, 0);
  ASSERT_TRUE(book_->Change(id, PaceOf(0.5)).ok());

  const auto fork = book_->Fork(id, {}, "a", false);
  const auto again = book_->Fork(id, {}, "a", false);
  const auto other = book_->Fork(id, {.overrides = PaceOf(1e4)}, "b", false);
  const auto reused = book_->Fork(id, {.overrides = PaceOf(1e3)}, "b", false);

  ASSERT_TRUE(fork.ok() && again.ok() && other.ok()) << other.status();
  EXPECT_EQ(fork->spec.pace, 0.5);
  EXPECT_EQ(again->id, fork->id);
  EXPECT_EQ(other->spec.pace, 1e4);
  EXPECT_TRUE(other->spec.changes.empty());
  EXPECT_THAT(ReasonsOf(reused.status()), ElementsAre(Reason::kRequestIdReused));
  WaitForIteration(*book_, other->id, 100);
}

TEST_F(PacedRuns, AreOtherRunsForARequestIdAndRefusedOutOfRange) {
  ASSERT_TRUE(book_->Create(Paced(kSlowest), "id", false).ok());
  EXPECT_TRUE(book_->Create(Paced(kSlowest), "id", false).ok());
  EXPECT_THAT(ReasonsOf(book_->Create(Paced(1), "id", false).status()),
              ElementsAre(Reason::kRequestIdReused));
  const std::string id = Made(Paced(kSlowest));
  for (const double pace : {-1.0, 0.001, 2e6, std::nan("")}) {
    for (const absl::Status& status :
         {book_->Create(Paced(pace), "", true).status(), book_->Change(id, PaceOf(pace)).status(),
          book_->Fork(id, {.overrides = PaceOf(pace)}, "", true).status()}) {
      EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
      EXPECT_EQ(ViolationsOf(status).at(0).field, "pace");
    }
  }
  EXPECT_EQ(book_->Get(id)->spec.pace, kSlowest);
}

TEST_F(PacedRuns, TellWatchersOfANewPaceAndDoNothingForTheSame) {
  const std::string id = Made(Paced(kSlowest));
  WaitForIteration(*book_, id, 0);
  ASSERT_TRUE(book_->Change(id, PaceOf(kSlowest)).ok());
  std::thread person([&] { EXPECT_TRUE(book_->Change(id, PaceOf(0.02)).ok()); });

  WatchAll(*book_, id, {}, [](const WatchUpdate& update) {
    const runs::Run* run = std::get_if<runs::Run>(&update.what);
    return run != nullptr && run->spec.pace == 0.02;
  });

  person.join();
}

TEST_F(PacedRuns, ChangePaceAndSettingsTogether) {
  const std::string id = Made(Paced(kSlowest));
  WaitForIteration(*book_, id, 0);
  Overrides both = PaceOf(1e4);
  both.optimizer = WithSetting("", "learning_rate", 1e-5);
  both.stopping = {WithSetting("iterations", "threshold", 50.0)};

  const auto changed = book_->Change(id, both);

  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->run.spec.pace, 1e4);
  EXPECT_EQ(changed->run.spec.changes.size(), 1U);
  EXPECT_EQ(Finished(*book_, id).iterations, 50);
}

// Everything at once, for ThreadSanitizer and for what must always hold.
TEST_F(PacedRuns, HoldUnderConcurrentActions) {
  const std::string id = Made(Paced(2000));
  std::vector<std::thread> people;
  for (int person = 0; person < 4; ++person) {
    people.emplace_back([&, person] {
      for (int i = 0; i < 25; ++i) {
        if (person == 0) book_->Pause(id).IgnoreError();
        if (person == 1) book_->Resume(id, i % 3).IgnoreError();
        if (person >= 2) {
          EXPECT_TRUE(book_->Change(id, PaceOf(1000.0 * (1 + i % 5))).ok());
        }
      }
    });
  }
  for (std::thread& person : people) person.join();
  book_->Resume(id).IgnoreError();
  book_->Pause(id).IgnoreError();  // where it did not pause by itself
  const runs::Run run = WaitUntilPaused(id);
  ASSERT_TRUE(book_->Resume(id).ok());

  WaitForIteration(*book_, id, run.iterations + 10);
}

class SteppedRuns : public PacedRuns {};

TEST_F(SteppedRuns, PauseAgainAfterSoManyIterates) {
  const std::string id = PausedAtTheStart(Paced(0));

  int64_t at = 0;
  for (const int64_t iterates : {1, 1, 5, 100, 10'000, 1}) {
    ASSERT_TRUE(book_->Resume(id, iterates).ok());
    at += iterates;
    const runs::Run run = WaitUntilPaused(id);
    EXPECT_EQ(run.iterations, at);
    EXPECT_FALSE(run.pause_at);
  }
}

TEST_F(SteppedRuns, HaveTheSameTraceAndSpecAsOthers) {
  RunSpec spec = Paced(0, 60);
  const std::string id = PausedAtTheStart(spec);
  const RunSpec before = book_->Get(id)->spec;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(book_->Resume(id, 1 + i % 3).ok());
    WaitUntilPaused(id);
    if (i == 10) Open();
  }
  const runs::Run stepped = *book_->Get(id);
  ASSERT_TRUE(book_->Resume(id).ok());
  const runs::Run over = Finished(*book_, id);

  EXPECT_EQ(Encode(stepped.spec), Encode(before));
  EXPECT_FALSE(over.events);
  EXPECT_EQ(over.iterations, 60);
  EXPECT_EQ(BitsOf(ReadTrace(*book_, id)), BitsOfAll(spec));
}

TEST_F(SteppedRuns, MakeTheFirstIterateAtOnceHoweverSlowTheirPace) {
  const Clock::time_point begin = Clock::now();
  const std::string id = PausedAtTheStart(Paced(kSlowest));

  for (int64_t k = 1; k <= 5; ++k) {
    ASSERT_TRUE(book_->Resume(id, 1).ok());
    EXPECT_EQ(WaitUntilPaused(id).iterations, k);
  }
  EXPECT_LT(Clock::now() - begin, kItsPeriod);
}

TEST_F(SteppedRuns, GoToWhereTheyWereToPauseAfterARestart) {
  const std::string id = PausedAtTheStart(Paced(kSlowest));
  ASSERT_TRUE(book_->Resume(id, 2).ok());
  WaitForIteration(*book_, id, 1);
  EXPECT_EQ(book_->Get(id)->pause_at, 2);
  Open();

  EXPECT_EQ(WaitUntilPaused(id).iterations, 2);
}

TEST_F(SteppedRuns, ForgetWhereToPauseOnceTheyPause) {
  const std::string id = PausedAtTheStart(Paced(kSlowest));
  ASSERT_TRUE(book_->Resume(id, 50).ok());
  WaitForIteration(*book_, id, 1);
  EXPECT_FALSE(book_->Pause(id)->pause_at);
  ASSERT_TRUE(book_->Change(id, PaceOf(0)).ok());
  ASSERT_TRUE(book_->Resume(id).ok());

  WaitForIteration(*book_, id, 1000);
}

TEST_F(SteppedRuns, BeginWithTheirFirstIterate) {
  Open(SmallOptions(/*workers=*/1));
  const std::string parent = Made(SpecOf("adam", 500));
  Finished(*book_, parent);
  // As long as the worker is busy elsewhere, a run can be paused before it has begun.
  RunSpec slow = SpecOf("gradient_descent", 1'000'000);
  slow.objective.function = "";
  slow.objective.expression = "sum(sin(x[i]*x[j]) for i in range(n) for j in range(n))";
  slow.start = {{"x", std::vector<double>(1000, 0.001)}};
  const std::string busy = Made(slow);
  const auto fork = book_->Fork(parent, {.iteration = 300}, "", false);
  ASSERT_TRUE(fork.ok()) << fork.status();
  const auto paused = book_->Pause(fork->id);
  ASSERT_TRUE(paused.ok()) << paused.status();
  ASSERT_TRUE(book_->Resume(fork->id, 1).ok());

  EXPECT_EQ(WaitUntilPaused(fork->id).iterations, std::max<int64_t>(paused->iterations + 1, 300));
  EXPECT_TRUE(book_->Cancel(busy).ok());
}

TEST_F(SteppedRuns, EndLikeOthersWhereTheyEndBefore) {
  const std::string id = PausedAtTheStart(Paced(0, 10));
  ASSERT_TRUE(book_->Resume(id, INT64_MAX).ok());

  const runs::Run run = Finished(*book_, id);

  EXPECT_EQ(run.iterations, 10);
  EXPECT_EQ(run.stop_reason->criterion, "iterations");
  EXPECT_FALSE(run.pause_at);
}

TEST_F(SteppedRuns, RefuseANegativeNumber) {
  const std::string id = PausedAtTheStart(Paced(0));

  const absl::Status status = book_->Resume(id, -1).status();

  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(ViolationsOf(status).at(0).field, "iterations");
  EXPECT_EQ(book_->Get(id)->state, RunState::kPaused);
}

}  // namespace
}  // namespace thalweg::runs
