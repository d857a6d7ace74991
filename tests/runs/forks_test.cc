// Runs that leave another at an iterate.

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/runs/codec.h"
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

class Forks : public testing::Test {
 protected:
  Forks() { Open(); }
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
  std::string Over(const RunSpec& spec) {
    const std::string id = Made(spec);
    Finished(*book_, id);
    return id;
  }
  std::string Forked(const std::string& id, const ForkRequest& request) {
    const auto run = book_->Fork(id, request, "", false);
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? run->id : "";
  }
  IterateBlock TraceOf(const std::string& id) { return ReadTrace(*book_, id); }

  storage::MemoryStore store_;
  EventSink events_;
  std::unique_ptr<RunBook> book_;
};

TEST_F(Forks, BeginWithTheIterateWhereTheyLeave) {
  const std::string parent = Over(SpecOf("adam", 2000));
  const IterateBlock path = TraceOf(parent);

  const std::string id = Forked(parent, {.iteration = 700, .overrides = Rate(1e-3)});
  const runs::Run fork = Finished(*book_, id);

  const IterateBlock trace = TraceOf(id);
  EXPECT_EQ(BitsOf(trace.Slice(0, 700)), BitsOf(path.Slice(700, 700)));
  EXPECT_EQ(trace.learning_rate[1], 1e-3);
  EXPECT_EQ(trace.flags[1] & kChanged, uint32_t{kChanged});
  EXPECT_EQ(trace.rows(), 1301U);
  EXPECT_EQ(fork.iterations, 2000);
  EXPECT_EQ(fork.parent, parent);
  EXPECT_EQ(fork.spec.first_iteration, 700);
  EXPECT_EQ(fork.oldest_iteration, 700);
  ASSERT_EQ(fork.events->kept().size(), 2U);
  EXPECT_EQ(fork.events->kept()[0],
            (RunEvent{700, "fork", "runs/" + parent + " was left at iteration 700"}));
  EXPECT_EQ(fork.events->kept()[1], (RunEvent{701, "changed", "learning_rate 0.0001 -> 0.001"}));
}

TEST_F(Forks, LeaveTheOtherRunAsItIsAndOutliveIt) {
  const std::string parent = Over(SpecOf("momentum", 3000));
  const IterateBlock path = TraceOf(parent);
  const std::string id = Forked(parent, {.iteration = 100});
  EXPECT_EQ(BitsOf(TraceOf(parent)), BitsOf(path));
  ASSERT_TRUE(book_->Delete(parent).ok());
  Finished(*book_, id);

  EXPECT_EQ(BitsOf(TraceOf(id)), BitsOf(path.Slice(100, 3000)));
  const std::string second = Forked(id, {.iteration = 2000});
  Finished(*book_, second);
  EXPECT_EQ(BitsOf(TraceOf(second)), BitsOf(path.Slice(2000, 3000)));
}

TEST_F(Forks, LeaveAtTheLastIterateUnlessTold) {
  const std::string parent = Over(SpecOf("adam", 1000));

  const std::string id = Forked(parent, {.overrides = Budget(1500)});
  const runs::Run fork = Finished(*book_, id);

  EXPECT_EQ(fork.spec.first_iteration, 1000);
  EXPECT_EQ(fork.iterations, 1500);
  IterateBlock longer = TraceOf(Over(SpecOf("adam", 1500))).Slice(1000, 1500);
  longer.flags[1] |= kChanged;
  EXPECT_EQ(BitsOf(TraceOf(id)), BitsOf(longer));
  EXPECT_EQ(fork.evaluations.values, 1501);  // counted from the run's own start
}

TEST_F(Forks, OfRunsThatGoOnOrArePausedBeginWhereThoseAre) {
  const std::string parent = Made(EndlessSpec());
  WaitForIteration(*book_, parent, 1000);
  const std::string from_running = Forked(parent, {.overrides = Budget(1e4)});
  EXPECT_GE(book_->Get(from_running)->spec.first_iteration, 1000);
  const runs::Run paused = *book_->Pause(parent);
  const std::string from_paused =
      Forked(parent, {.overrides = Budget(static_cast<double>(paused.iterations) + 100)});
  const runs::Run fork = Finished(*book_, from_paused);

  EXPECT_EQ(fork.spec.first_iteration, paused.iterations);
  EXPECT_EQ(BitsOf(TraceOf(from_paused).Slice(0, paused.iterations)),
            BitsOf(TraceOf(parent).Slice(paused.iterations, paused.iterations)));
  EXPECT_EQ(TraceOf(from_paused).rows(), 101U);
  EXPECT_EQ(book_->Get(parent)->state, RunState::kPaused);
}

TEST_F(Forks, KeepTheBestOfThePathBefore) {
  RunSpec spec = SpecOf("momentum", 2000);
  const std::string parent = Over(spec);
  const runs::Run before = *book_->Get(parent);

  // A rate far too large: nothing better is found from there on.
  const std::string id =
      Forked(parent, {.overrides = {.optimizer = WithSetting("", "learning_rate", 1.0),
                                    .stopping = {WithSetting("iterations", "threshold", 2003.0)}}});
  const runs::Run fork = Finished(*book_, id);

  ASSERT_TRUE(fork.best) << fork.stop_reason->detail;
  EXPECT_EQ(fork.best_iteration, before.best_iteration);
  EXPECT_EQ(fork.best->x, before.best->x);
  EXPECT_EQ(fork.best->gradient_norm, before.best->gradient_norm);
}

TEST_F(Forks, TakeChangesUpToTheirIterateAndNoLaterOnes) {
  RunSpec spec = SpecOf("adam", 300);
  const Change first{100, WithSetting("adam", "learning_rate", 1e-3), spec.stopping, {}};
  const Change second{200, WithSetting("adam", "learning_rate", 1e-2), spec.stopping, {}};
  spec.changes = {first, second};
  const std::string parent = Over(spec);
  const IterateBlock path = TraceOf(parent);

  const std::string at_change = Forked(parent, {.iteration = 100});
  const std::string overridden = Forked(parent, {.iteration = 100, .overrides = Rate(0.5)});
  Finished(*book_, at_change);
  const runs::Run fork = Finished(*book_, overridden);

  const IterateBlock trace = TraceOf(at_change);
  EXPECT_EQ(BitsOf(trace.Slice(100, 200)), BitsOf(path.Slice(100, 200)));
  EXPECT_EQ(trace.learning_rate.back(), 1e-3);
  ASSERT_EQ(fork.spec.changes.size(), 1U);
  EXPECT_EQ(TraceOf(overridden).learning_rate[1], 0.5);
}

TEST_F(Forks, ComputeAgainWhatNoCheckpointHas) {
  const std::string parent = Over(SpecOf("adam", 20'000));
  const IterateBlock path = TraceOf(parent);
  EXPECT_TRUE(store_.Checkpoint(parent)->has_value()) << "small ones are kept";
  RunChange change;
  change.id = parent;
  change.checkpoint = "damaged";
  ASSERT_TRUE(store_.Commit({change}).ok());

  const std::string id = Forked(parent, {.overrides = Budget(20'010)});
  const runs::Run fork = Finished(*book_, id);

  EXPECT_EQ(fork.state, RunState::kFinished);
  EXPECT_EQ(BitsOf(TraceOf(id).Slice(0, 20'000)), BitsOf(path.Slice(20'000, 20'000)));
}

TEST_F(Forks, OfLargeRunsThatAreOverComputeTheWayAgain) {
  RunSpec spec = SpecOf("adam", 20);
  spec.objective.dimension = 100'000;
  const std::string parent = Over(spec);
  EXPECT_FALSE(store_.Checkpoint(parent)->has_value()) << "not kept at any price";

  const std::string id = Forked(parent, {.overrides = Budget(30)});
  Finished(*book_, id);

  EXPECT_EQ(BitsOf(TraceOf(id).Slice(0, 20)), BitsOf(TraceOf(parent).Slice(20, 20)));
}

TEST_F(Forks, AreTheSameAfterARestartAtAnyTime) {
  RunSpec spec = SpecOf("adam", 200'000);
  spec.traced_coordinates = 0;
  const std::string parent = Over(spec);
  const std::string expected = Forked(parent, {.iteration = 150'000});
  Finished(*book_, expected);
  const std::string bits = BitsOf(TraceOf(expected));
  for (const int64_t life_us : {0, 200, 1000, 5000, 20'000, 50'000}) {
    const std::string id = Forked(parent, {.iteration = 150'000});
    for (int restart = 0; restart < 3; ++restart) {
      std::this_thread::sleep_for(std::chrono::microseconds(life_us));
      Open();
    }
    const runs::Run fork = Finished(*book_, id);
    EXPECT_EQ(fork.state, RunState::kFinished) << fork.stop_reason->detail;
    EXPECT_EQ(BitsOf(TraceOf(id)), bits) << "after lives of " << life_us << " us";
    EXPECT_EQ(fork.events->count(), 1);
  }
}

TEST_F(Forks, CanBeCancelledPausedAndChangedBeforeTheirFirstIterate) {
  RunSpec spec = EndlessSpec();
  spec.first_iteration = int64_t{1} << 40;
  const std::string cancelled = Made(spec);
  const std::string paused = Made(spec);
  const runs::Run over = *book_->Cancel(cancelled);
  EXPECT_EQ(over.state, RunState::kCancelled);
  EXPECT_EQ(over.iterations, -1);
  EXPECT_FALSE(over.best || over.last);
  EXPECT_TRUE(TraceOf(cancelled).empty());
  ASSERT_TRUE(book_->Pause(paused).ok());
  const auto changed = book_->Change(paused, Rate(1e-5));
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->iteration, spec.first_iteration);
  ASSERT_TRUE(book_->Resume(paused).ok());
  Open();
  EXPECT_TRUE(book_->Cancel(paused).ok());
}

TEST_F(Forks, OfLongTracesThinAsTheOthersDo) {
  RunBookOptions options = SmallOptions();
  options.max_trace_bytes_per_run = 300'000;
  Open(options);
  const std::string parent = Over(SpecOf("adam", 60'000));
  const std::string id = Forked(parent, {.iteration = 30'000});
  Finished(*book_, id);

  const IterateBlock trace = TraceOf(id);
  const IterateBlock path = TraceOf(parent);
  EXPECT_EQ(trace.first(), 30'000);
  EXPECT_LT(trace.rows(), 10'000U);
  const int64_t full = book_->Get(parent)->oldest_iteration;
  EXPECT_EQ(BitsOf(trace.Slice(full, 60'000)), BitsOf(path.Slice(full, 60'000)));
}

TEST_F(Forks, TakeAnotherSeedFromTheirIterateOn) {
  RunSpec spec;
  spec.objective.function = "rosenbrock";
  spec.optimizer.kind = "random_search";
  spec.stopping = {WithSetting("iterations", "threshold", 100.0)};
  spec.seed = 1;
  const auto made = book_->Create(spec, "", true);
  if (!made.ok()) GTEST_SKIP() << made.status();
  const std::string parent = Over(spec);
  const IterateBlock path = TraceOf(parent);

  const std::string id = Forked(parent, {.iteration = 50, .overrides = {.seed = 2}});
  Finished(*book_, id);

  EXPECT_EQ(BitsOf(TraceOf(id).Slice(0, 50)), BitsOf(path.Slice(50, 50)));
  EXPECT_NE(BitsOf(TraceOf(id)), BitsOf(path.Slice(50, 100)));
}

TEST_F(Forks, AreMadeOncePerRequestId) {
  const std::string parent = Made(EndlessSpec());
  WaitForIteration(*book_, parent, 100);
  const auto once = book_->Fork(parent, {.overrides = Rate(1e-5)}, "once", false);
  WaitForIteration(*book_, parent, book_->Get(parent)->iterations + 1000);
  const auto twice = book_->Fork(parent, {.overrides = Rate(1e-5)}, "once", false);
  ASSERT_TRUE(once.ok() && twice.ok()) << once.status() << twice.status();
  EXPECT_EQ(once->id, twice->id);

  const auto other = book_->Fork(parent, {.overrides = Rate(1e-6)}, "once", false);
  EXPECT_THAT(ReasonsOf(other.status()), ElementsAre(Reason::kRequestIdReused));
  ASSERT_TRUE(book_->Cancel(parent).ok() && book_->Delete(parent).ok());
  EXPECT_EQ(book_->Fork(parent, {.overrides = Rate(1e-5)}, "once", false)->id, once->id);
}

TEST_F(Forks, AreValidatedWithoutBeingMade) {
  const std::string parent = Over(SpecOf("adam", 100));
  const auto checked = book_->Fork(
      parent,
      {.iteration = 7, .overrides = Rate(1e-5), .display_name = "n", .labels = {{"a", "b"}}}, "",
      true);

  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->id, "");
  EXPECT_EQ(checked->parent, parent);
  EXPECT_EQ(checked->spec.display_name, "n");
  EXPECT_EQ(checked->spec.labels.at("a"), "b");
  EXPECT_EQ(checked->spec.changes.at(0).iteration, 7);
  EXPECT_EQ(book_->List({})->runs.size(), 1U);
}

TEST_F(Forks, AreRefusedWithWhatIsWrong) {
  const std::string parent = Over(SpecOf("adam", 100));
  const std::string fork = Forked(parent, {.iteration = 50});
  Finished(*book_, fork);
  const auto refusal = [this](const std::string& id, const ForkRequest& request) {
    const absl::Status status = book_->Fork(id, request, "", false).status();
    const auto violations = ViolationsOf(status);
    EXPECT_FALSE(violations.empty()) << status;
    return violations.empty() ? "" : violations[0].field + ": " + violations[0].description;
  };

  EXPECT_EQ(refusal(parent, {.iteration = 101}),
            ": iteration 101 is not in the trace of run '" + parent + "', which has 0 to 100");
  EXPECT_THAT(refusal(parent, {.iteration = -1}), HasSubstr("iteration -1 is not in the trace"));
  EXPECT_THAT(refusal(fork, {.iteration = 49}), HasSubstr("which has 50 to 100"));
  EXPECT_THAT(refusal("none", {}), HasSubstr("there is no run"));
  EXPECT_THAT(refusal(parent, {.overrides = Rate(-1)}),
              HasSubstr("optimizer.settings[learning_rate]: "));
  RunSpec no_squares = SpecOf("adam", 10);
  no_squares.objective.function = "";
  no_squares.objective.expression = "sin(x)";
  no_squares.start = {{"x", {1}}};
  EXPECT_THAT(refusal(Over(no_squares), {.overrides = {.optimizer = {"levenberg_marquardt", {}}}}),
              HasSubstr("optimizer.kind: levenberg_marquardt does not fit"));
  EXPECT_THAT(refusal(parent, {.overrides = {.stopping = {{"stal", {}}}}}),
              HasSubstr("stopping[0].kind: "));
}

}  // namespace
}  // namespace thalweg::runs
