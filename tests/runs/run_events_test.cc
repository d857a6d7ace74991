// What runs tell those who keep count.

#include <condition_variable>
#include <mutex>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/memory_store.h"
#include "tests/runs/books.h"

namespace thalweg::runs {
namespace {

using testing::IsNan;

/// Keeps what it is told.
class Listener final : public EventSink {
 public:
  using EventSink::On;
  void On(const RunFinished& event) override { Keep(finished_, event); }
  void On(const RunAdvanced& event) override { Keep(advanced_, event); }
  void On(const RunCancelled& event) override { Keep(cancelled_, event); }
  void On(const thalweg::RunDeleted& event) override { Keep(deleted_, event); }
  void On(const RequestReplayed& event) override { Keep(replayed_, event); }
  void On(const SliceFinished& event) override {
    const std::lock_guard lock(mutex_);
    nan_ += event.nan_iterates;
    infinite_ += event.infinite_iterates;
  }
  void On(const MemoryCounted& event) override {
    const std::lock_guard lock(mutex_);
    budgets_[std::string(event.pool)] = event.budget_bytes;
  }

  /// The end of the next run to end, when it has.
  RunFinished NextEnd() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return finished_.size() > ends_seen_; });
    return finished_[ends_seen_++];
  }
  std::vector<RunAdvanced> advanced() { return Copy(advanced_); }
  std::vector<RunCancelled> cancelled() { return Copy(cancelled_); }
  std::vector<thalweg::RunDeleted> deleted() { return Copy(deleted_); }
  std::vector<RequestReplayed> replayed() { return Copy(replayed_); }
  int64_t nan() { return Copy(nan_); }
  int64_t infinite() { return Copy(infinite_); }
  std::map<std::string, int64_t> budgets() { return Copy(budgets_); }

 private:
  template <typename Event>
  void Keep(std::vector<Event>& events, const Event& event) {
    const std::lock_guard lock(mutex_);
    events.push_back(event);
    changed_.notify_all();
  }
  template <typename T>
  T Copy(const T& value) {
    const std::lock_guard lock(mutex_);
    return value;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RunFinished> finished_;
  std::vector<RunAdvanced> advanced_;
  std::vector<RunCancelled> cancelled_;
  std::vector<thalweg::RunDeleted> deleted_;
  std::vector<RequestReplayed> replayed_;
  std::map<std::string, int64_t> budgets_;
  int64_t nan_ = 0;
  int64_t infinite_ = 0;
  size_t ends_seen_ = 0;
};

class RunEvents : public testing::Test {
 protected:
  RunEvents() { Open(); }
  void Open() {
    book_.reset();
    book_ = *RunBook::Open(store_, listener_, SmallOptions());
  }
  std::string Made(const RunSpec& spec, const std::string& request_id = "") {
    const auto run = book_->Create(spec, request_id, /*validate_only=*/false);
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? run->id : "";
  }
  RunFinished EndOf(const RunSpec& spec) {
    Made(spec);
    return listener_.NextEnd();
  }
  /// One iteration on a formula of x, from 1.
  static RunSpec Formula(const std::string& text, const std::string& optimizer = "adam") {
    RunSpec spec = SpecOf(optimizer, 1);
    spec.optimizer.settings.clear();
    spec.objective = {};
    spec.objective.expression = text;
    spec.start = {{"x", {1.0}}};
    return spec;
  }
  static RunSpec Labelled(RunSpec spec, const std::string& value = "on") {
    spec.labels["metrics"] = value;
    return spec;
  }

  storage::MemoryStore store_;
  Listener listener_;
  std::unique_ptr<RunBook> book_;
};

TEST_F(RunEvents, SayWhatKindOfObjectiveARunHad) {
  RunSpec constrained = Formula("x**4", "sqp");
  constrained.objective.constraints = {{.expression = "x >= 0.5"}};

  EXPECT_EQ(EndOf(SpecOf("adam", 3)).objective, "function");
  EXPECT_EQ(EndOf(Formula("exp(x) + x**4")).objective, "formula");
  EXPECT_EQ(EndOf(Formula("(x - 2)**2 + (x**2 - 3)**2")).objective, "least_squares");
  EXPECT_EQ(EndOf(constrained).objective, "constrained");
}

TEST_F(RunEvents, SayWhatARunTook) {
  const RunFinished end = EndOf(SpecOf("adam", 20));

  const absl::StatusOr<runs::Run> run = book_->Get(end.run);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(end.outcome, "limit");
  EXPECT_EQ(end.criterion, "iterations");
  EXPECT_EQ(end.iterations, 20);
  EXPECT_EQ(end.evaluations, run->evaluations.all());
  EXPECT_EQ(end.gradient_norm, run->gradient_norm);
}

TEST_F(RunEvents, HaveNoGradientWhereNoneWasAskedFor) {
  EXPECT_THAT(EndOf(Formula("x**4", "nelder_mead")).gradient_norm, IsNan());
}

TEST_F(RunEvents, TellNanFromInfinity) {
  const auto with_rate = [](RunSpec spec, double rate) {
    spec.optimizer = WithSetting("gradient_descent", "learning_rate", rate);
    return spec;
  };

  EndOf(with_rate(Formula("log(x)"), 10));  // to -9
  EXPECT_EQ(listener_.nan(), 1);
  EXPECT_EQ(listener_.infinite(), 0);

  EndOf(with_rate(Formula("exp(x**2)"), 100));  // to -543
  EXPECT_EQ(listener_.nan(), 1);
  EXPECT_EQ(listener_.infinite(), 1);
}

TEST_F(RunEvents, FollowOnlyRunsThatAreLabelledSo) {
  EndOf(SpecOf("adam", 20));
  EndOf(Labelled(SpecOf("adam", 20), "off"));
  EXPECT_TRUE(listener_.advanced().empty());

  const RunFinished end = EndOf(Labelled(SpecOf("adam", 20)));

  const RunAdvanced first = listener_.advanced().front();
  const RunAdvanced last = listener_.advanced().back();
  const runs::Run run = *book_->Get(end.run);
  EXPECT_EQ(first.run, end.run);
  EXPECT_EQ(first.iteration, -1);
  EXPECT_THAT(first.value, IsNan());
  EXPECT_EQ(last.iteration, 20);
  EXPECT_EQ(last.value, run.value);
  EXPECT_EQ(last.best_value, run.best_value);
  EXPECT_EQ(last.gradient_norm, run.gradient_norm);
  EXPECT_EQ(last.learning_rate, run.learning_rate);
  EXPECT_GT(last.step_norm, 0);
}

TEST_F(RunEvents, FollowARunAgainThatIsTakenUpAgain) {
  const std::string id = Made(Labelled(EndlessSpec()));
  WaitForIteration(*book_, id, 100);
  ASSERT_TRUE(book_->Pause(id).ok());
  book_.reset();  // after all that it had to tell
  const size_t before = listener_.advanced().size();

  Open();

  ASSERT_GT(listener_.advanced().size(), before);
  EXPECT_EQ(listener_.advanced()[before].run, id);
  EXPECT_GE(listener_.advanced()[before].iteration, 100);
  EXPECT_THAT(listener_.advanced()[before].step_norm, IsNan());
}

TEST_F(RunEvents, TellOfCancellationsAndDeletions) {
  const std::string id = Made(EndlessSpec());

  ASSERT_TRUE(book_->Cancel(id).ok());
  ASSERT_TRUE(book_->Delete(id).ok());

  ASSERT_EQ(listener_.cancelled().size(), 1U);
  EXPECT_GT(listener_.cancelled()[0].duration.count(), 0);
  ASSERT_EQ(listener_.deleted().size(), 1U);
  EXPECT_EQ(listener_.deleted()[0].run, id);
}

TEST_F(RunEvents, TellOfRequestsThatCameBefore) {
  Made(SpecOf("adam", 3), "once");
  EXPECT_EQ(listener_.replayed().size(), 0U);

  Made(SpecOf("adam", 3), "once");

  EXPECT_EQ(listener_.replayed().size(), 1U);
}

TEST_F(RunEvents, SayHowMuchMemoryIteratesMayTake) {
  const RunBookOptions options = SmallOptions();

  EXPECT_EQ(listener_.budgets()["pending"], static_cast<int64_t>(2 * options.max_pending_bytes));
  EXPECT_EQ(listener_.budgets()["traces"], static_cast<int64_t>(options.max_resident_trace_bytes));
}

}  // namespace
}  // namespace thalweg::runs
