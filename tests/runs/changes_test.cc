// Settings of a run that change while it goes, and what comes of it.

#include <memory>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"

namespace thalweg::runs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Overrides Rate(double rate) { return {.optimizer = WithSetting("", "learning_rate", rate)}; }
Overrides Budget(double iterations) {
  return {.stopping = {WithSetting("iterations", "threshold", iterations)}};
}

std::vector<std::string> EventsOf(const Run& run) {
  std::vector<std::string> events;
  if (!run.events) return events;
  for (const RunEvent& event : run.events->kept()) {
    events.push_back(std::to_string(event.iteration) + " " + event.code + ": " + event.text);
  }
  return events;
}

class ChangedRuns : public testing::Test {
 protected:
  ChangedRuns() { Open(); }
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
  /// The trace of a run made of what `id` says of itself.
  std::string BitsOfTheSameAgain(const std::string& id) {
    const std::string again = Made(book_->Get(id)->spec);
    Finished(*book_, again);
    return BitsOf(ReadTrace(*book_, again));
  }

  storage::MemoryStore store_;
  EventSink events_;
  std::unique_ptr<RunBook> book_;
};

TEST_F(ChangedRuns, GoOnWithTheNewSettingsFromTheIterateTold) {
  const std::string id = Made(EndlessSpec());
  WaitForIteration(*book_, id, 1000);

  const auto slower = book_->Change(id, Rate(1e-5));
  ASSERT_TRUE(slower.ok()) << slower.status();
  EXPECT_GE(slower->iteration, 1000);
  EXPECT_EQ(slower->run.spec.changes.back().iteration, slower->iteration);
  const auto bounded = book_->Change(id, Budget(static_cast<double>(slower->iteration) + 5000));
  ASSERT_TRUE(bounded.ok()) << bounded.status();
  const runs::Run over = Finished(*book_, id);

  const IterateBlock trace = ReadTrace(*book_, id);
  const size_t row = trace.RowAt(slower->iteration);
  EXPECT_EQ(trace.learning_rate[row], 1e-4);
  EXPECT_EQ(trace.learning_rate[row + 1], 1e-5);
  EXPECT_EQ(trace.flags[row] & kChanged, 0U);
  EXPECT_EQ(trace.flags[row + 1] & kChanged, uint32_t{kChanged});
  EXPECT_EQ(over.stop_reason->criterion, "iterations");
  EXPECT_EQ(BitsOfTheSameAgain(id), BitsOf(trace));
}

TEST_F(ChangedRuns, TellTheirChangesAsEvents) {
  const std::string id = Made(EndlessSpec());
  WaitForIteration(*book_, id, 100);
  const int64_t first = book_->Change(id, Rate(1e-5))->iteration;
  WaitForIteration(*book_, id, first + 100);
  const int64_t second = book_->Change(id, Budget(static_cast<double>(first) + 1e4))->iteration;

  const std::vector<WatchUpdate> updates = WatchAll(*book_, id);

  std::vector<RunEvent> events;
  for (const WatchUpdate& update : updates) {
    for (const RunEvent& event : update.events) {
      EXPECT_LT(event.iteration, update.next_iteration);
      events.push_back(event);
    }
  }
  const auto run = std::get<runs::Run>(updates.back().what);
  EXPECT_EQ(run.events->kept(), events);
  EXPECT_THAT(EventsOf(run),
              ElementsAre(std::to_string(first + 1) + " changed: learning_rate 0.0001 -> 1e-05",
                          std::to_string(second + 1) + " changed: iterations.threshold " +
                              "1.09951e+12 -> " + absl::StrCat(static_cast<double>(first) + 1e4)));
  EXPECT_EQ(EventsOf(*book_->Get(id)), EventsOf(run));
  Open();
  EXPECT_EQ(EventsOf(*book_->Get(id)), EventsOf(run));
}

TEST_F(ChangedRuns, WatchersAreGivenTheRunAnewAndEventsOnceAlsoLive) {
  const std::string id = Made(EndlessSpec());
  WaitForIteration(*book_, id, 100);
  const int64_t first = book_->Change(id, Rate(1e-5))->iteration;
  WaitForIteration(*book_, id, first + 100);
  ASSERT_TRUE(book_->Cancel(id).ok());
  WatchOptions live;
  live.mode = WatchMode::kLive;

  for (const int64_t from : {int64_t{0}, first, first + 1, first + 2}) {
    live.from_iteration = from;
    size_t events = 0;
    for (const WatchUpdate& update : WatchAll(*book_, id, live)) events += update.events.size();
    EXPECT_EQ(events, from <= first + 1 ? 1U : 0U) << from;
  }
}

TEST_F(ChangedRuns, MayBeQueuedOrPaused) {
  const std::string busy = Made(EndlessSpec());
  const std::string id = Made(SpecOf("adam", 2000));
  const auto early = book_->Change(id, Rate(1e-5));  // most likely not begun yet
  if (early.ok()) {
    const auto paused = book_->Pause(id);
    if (paused.ok()) {
      const auto changed = book_->Change(id, Budget(3000));
      ASSERT_TRUE(changed.ok()) << changed.status();
      EXPECT_EQ(changed->iteration, std::max<int64_t>(paused->iterations, 0));
      EXPECT_EQ(changed->run.state, RunState::kPaused);
      const auto twice = book_->Change(id, Budget(2500));
      EXPECT_EQ(twice->iteration, changed->iteration);
      EXPECT_EQ(twice->run.spec.changes.size(), changed->run.spec.changes.size());
      ASSERT_TRUE(book_->Resume(id).ok());
      EXPECT_EQ(Finished(*book_, id).iterations, 2500);
    }
  }
  EXPECT_EQ(Finished(*book_, id).state, RunState::kFinished);
  EXPECT_EQ(BitsOfTheSameAgain(id), BitsOf(ReadTrace(*book_, id)));
}

TEST_F(ChangedRuns, DoNothingWhereNothingWouldBeDifferent) {
  const std::string id = Made(EndlessSpec());
  WaitForIteration(*book_, id, 100);

  const auto same = book_->Change(id, Rate(1e-4));

  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_TRUE(same->run.spec.changes.empty());
  EXPECT_FALSE(book_->Get(id)->events);
}

TEST_F(ChangedRuns, SurviveARestartAlsoFromTheStart) {
  const std::string id = Made(EndlessSpec());
  for (int64_t k = 500; k <= 2500; k += 500) {
    WaitForIteration(*book_, id, k);
    ASSERT_TRUE(book_->Change(id, Rate(1e-4 / static_cast<double>(k))).ok());
  }
  const runs::Run before = *book_->Get(id);
  for (const bool from_start : {false, true}) {
    book_.reset();
    if (from_start) {
      RunChange change;
      change.id = id;
      change.checkpoint = "";
      ASSERT_TRUE(store_.Commit({change}).ok());
    }
    Open();
    WaitForIteration(*book_, id, book_->Get(id)->iterations + 1000);
    EXPECT_EQ(book_->Get(id)->spec.changes, before.spec.changes);
  }
  ASSERT_TRUE(
      book_->Change(id, Budget(static_cast<double>(book_->Get(id)->iterations) + 2000)).ok());
  const runs::Run over = Finished(*book_, id);

  EXPECT_EQ(over.state, RunState::kFinished) << (over.stop_reason ? over.stop_reason->detail : "");
  // Each once; changes that follow each other before the next step are one.
  EXPECT_EQ(over.events->count(), static_cast<int64_t>(over.spec.changes.size()));
  EXPECT_EQ(BitsOfTheSameAgain(id), BitsOf(ReadTrace(*book_, id)));
}

TEST_F(ChangedRuns, TakeChangesFromManyAtOnceOneAfterTheOther) {
  const std::string id = Made(EndlessSpec());
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([this, &id, i] {
      for (int j = 1; j <= 10; ++j) {
        const std::string name = i % 2 == 0 ? "learning_rate" : "beta1";
        const Overrides one{.optimizer = WithSetting("", name, 1.0 / (100 + 10 * i + j))};
        EXPECT_TRUE(book_->Change(id, one).ok());
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  const int64_t now = book_->Get(id)->iterations;
  ASSERT_TRUE(book_->Change(id, Budget(static_cast<double>(now) + 1000)).ok());
  const runs::Run over = Finished(*book_, id);

  EXPECT_LE(over.spec.changes.size(), 41U);
  EXPECT_EQ(BitsOfTheSameAgain(id), BitsOf(ReadTrace(*book_, id)));
}

TEST_F(ChangedRuns, RefuseWhatIsNotGoodAndGoOn) {
  const std::string id = Made(EndlessSpec());
  const auto refusal = [&](const Overrides& overrides) {
    const auto changed = book_->Change(id, overrides);
    EXPECT_FALSE(changed.ok());
    const auto violations = ViolationsOf(changed.status());
    return violations.empty() ? std::string(changed.status().message())
                              : violations[0].field + ": " + violations[0].description;
  };

  EXPECT_EQ(refusal({}),
            ": nothing is to be changed; give optimizer settings, stopping rules or a pace");
  EXPECT_THAT(refusal(Rate(-1)), HasSubstr("optimizer.settings[learning_rate]: "));
  EXPECT_THAT(refusal({.optimizer = WithSetting("", "rate", 1.0)}),
              HasSubstr("optimizer.settings[rate]: "));
  EXPECT_THAT(refusal({.optimizer = {"adamm", {}}}), HasSubstr("optimizer.kind: unknown"));
  EXPECT_THAT(refusal({.stopping = {{"stall", {}}, {"iteration", {}}}}),
              HasSubstr("stopping[1].kind: unknown"));
  EXPECT_THAT(refusal(Budget(-5)), HasSubstr("stopping[0].settings[threshold]"));
  EXPECT_THAT(refusal({.optimizer = {"nelder_mead", {}}, .stopping = {{"gradient_norm", {}}}}),
              HasSubstr("stopping[0].kind: gradient_norm cannot be met"));
  EXPECT_TRUE(book_->Get(id)->spec.changes.empty());
  WaitForIteration(*book_, id, 1000);
}

TEST_F(ChangedRuns, LoseRulesThatLookAtGradientsWithAMethodThatHasNone) {
  RunSpec spec = EndlessSpec();
  spec.stopping.push_back(WithSetting("gradient_norm", "threshold", 1e-300));
  const std::string id = Made(spec);
  const auto changed = book_->Change(id, {.optimizer = {"nelder_mead", {}}});

  ASSERT_TRUE(changed.ok()) << changed.status();
  for (const Part& rule : changed->run.spec.changes.back().stopping) {
    EXPECT_NE(rule.kind, "gradient_norm");
  }
}

TEST_F(ChangedRuns, ThatAreOverAreToBeForked) {
  const std::string id = Made(SpecOf("adam", 10));
  Finished(*book_, id);

  const absl::Status status = book_->Change(id, Budget(20)).status();

  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(status.message(), "cannot change run '" + id + "': it is finished; fork it instead");
  EXPECT_THAT(ReasonsOf(book_->Change("none", Budget(20)).status()),
              ElementsAre(Reason::kRunNotFound));
}

}  // namespace
}  // namespace thalweg::runs
