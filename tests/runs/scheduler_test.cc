#include "server/runs/scheduler.h"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace thalweg::runs {
namespace {

using std::chrono::microseconds;

int64_t NanosecondsWorked() {
  timespec worked{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &worked);
  return int64_t{worked.tv_sec} * 1'000'000'000 + worked.tv_nsec;
}

// Processor time, so that these tests may share the machine with others.
void Burn(microseconds time) {
  const int64_t end = NanosecondsWorked() + 1000 * time.count();
  while (NanosecondsWorked() < end) {
  }
}

/// Takes `cost` a slice, for ever or for some slices.
class Task : public Steppable {
 public:
  explicit Task(microseconds cost, int slices = INT32_MAX) : cost_(cost), left_(slices) {}

  SliceEnd Slice() override {
    EXPECT_FALSE(inside_.exchange(true)) << "two workers at one task";
    Burn(cost_);
    ++done_;
    inside_ = false;
    return --left_ > 0 ? SliceEnd::kAgain : SliceEnd::kDone;
  }

  int done() const { return done_; }

 private:
  const microseconds cost_;
  int left_;
  std::atomic<bool> inside_{false};
  std::atomic<int> done_{0};
};

template <typename Claim>
void WaitFor(Claim claim) {
  while (!claim()) std::this_thread::sleep_for(microseconds(100));
}

TEST(Scheduler, GivesEqualTasksEqualTurns) {
  EventSink events;
  Scheduler scheduler(2, events);
  std::vector<std::shared_ptr<Task>> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(std::make_shared<Task>(microseconds(50)));
  for (const auto& task : tasks) scheduler.Enqueue(task);

  // Those queued first have had turns before the last was there: count from here.
  std::vector<int> before;
  for (const auto& task : tasks) before.push_back(task->done());

  WaitFor([&] { return tasks[0]->done() >= before[0] + 20; });
  scheduler.Stop();

  int least = INT32_MAX;
  int most = 0;
  for (size_t i = 0; i < tasks.size(); ++i) {
    least = std::min(least, tasks[i]->done() - before[i]);
    most = std::max(most, tasks[i]->done() - before[i]);
  }
  // By time, not by turns: to wake up costs some, too. Hence not 1.
  EXPECT_GE(least, most / 2);
}

TEST(Scheduler, LetsOneWhoOverrunsWaitUntilTheOthersHaveHadAsMuch) {
  EventSink events;
  Scheduler scheduler(1, events);
  const auto hog = std::make_shared<Task>(microseconds(20'000));
  std::vector<std::shared_ptr<Task>> others;
  for (int i = 0; i < 10; ++i) others.push_back(std::make_shared<Task>(microseconds(200)));
  scheduler.Enqueue(hog);
  for (const auto& task : others) scheduler.Enqueue(task);

  WaitFor([&] { return hog->done() >= 4; });
  scheduler.Stop();

  // Between two slices of the hog each other has about a hundred; half of it for a busy machine.
  for (const auto& task : others) EXPECT_GE(task->done(), 2 * 50);
}

TEST(Scheduler, TakesAnExpeditedTaskNext) {
  EventSink events;
  Scheduler scheduler(1, events);
  std::vector<std::shared_ptr<Task>> crowd;
  for (int i = 0; i < 200; ++i) crowd.push_back(std::make_shared<Task>(microseconds(300)));
  const auto last = std::make_shared<Task>(microseconds(10), /*slices=*/1);
  for (const auto& task : crowd) scheduler.Enqueue(task);
  scheduler.Enqueue(last);

  scheduler.EnqueueFirst(last);
  WaitFor([&] { return last->done() == 1; });

  int turns = 0;
  for (const auto& task : crowd) turns += task->done();
  EXPECT_LT(turns, 100);  // it had 200 before it
}

TEST(Scheduler, GivesATaskToOneWorkerHoweverOftenItIsEnqueued) {
  EventSink events;
  Scheduler scheduler(4, events);
  const auto task = std::make_shared<Task>(microseconds(20));
  for (int i = 0; i < 2000; ++i) {
    scheduler.Enqueue(task);
    scheduler.EnqueueFirst(task);
    scheduler.EndWait();
  }
  WaitFor([&] { return task->done() > 10; });  // Task itself notices a second worker
}

/// Waits after every slice for an end of the wait, which comes before it has returned.
class Waiting : public Steppable {
 public:
  explicit Waiting(Scheduler& scheduler) : scheduler_(scheduler) {}
  SliceEnd Slice() override {
    ++done;
    scheduler_.EndWait();
    return SliceEnd::kWait;
  }
  std::atomic<int> done{0};

 private:
  Scheduler& scheduler_;
};

TEST(Scheduler, NeverMissesTheEndOfAWait) {
  EventSink events;
  Scheduler scheduler(2, events);
  const auto task = std::make_shared<Waiting>(scheduler);
  scheduler.Enqueue(task);

  WaitFor([&] { return task->done >= 100; });
}

/// Sleeps after every slice, for a time or until woken.
class Sleeping : public Steppable {
 public:
  explicit Sleeping(std::chrono::steady_clock::duration time) : time_(time) {}
  SliceEnd Slice() override {
    EXPECT_TRUE(woken.exchange(false) || std::chrono::steady_clock::now() >= until_);
    until_ = std::chrono::steady_clock::now() + time_;
    ++done;
    return SliceEnd::Later(until_);
  }
  std::atomic<int> done{0};
  std::atomic<bool> woken{false};

 private:
  std::chrono::steady_clock::time_point until_{};
  const std::chrono::steady_clock::duration time_;
};

TEST(Scheduler, WakesASleeperAtItsTimeAndNotBefore) {
  EventSink events;
  Scheduler scheduler(2, events);
  std::vector<std::shared_ptr<Sleeping>> tasks;
  for (int i = 1; i <= 20; ++i) tasks.push_back(std::make_shared<Sleeping>(microseconds(300 * i)));
  for (const auto& task : tasks) scheduler.Enqueue(task);

  for (const auto& task : tasks) WaitFor([&] { return task->done >= 10; });
}

TEST(Scheduler, WakesASleeperThatIsEnqueued) {
  EventSink events;
  Scheduler scheduler(2, events);
  const auto task = std::make_shared<Sleeping>(std::chrono::hours(1));
  scheduler.Enqueue(task);
  for (int times = 1; times <= 20; ++times) {
    WaitFor([&] { return task->done >= times; });
    std::this_thread::sleep_for(microseconds(500));  // most likely it sleeps by now
    task->woken = true;
    times % 2 == 0 ? scheduler.Enqueue(task) : scheduler.EnqueueFirst(task);
  }
  WaitFor([&] { return task->done >= 21; });
  scheduler.Stop();  // does not wait for it either
}

TEST(Scheduler, BeginsNoSliceAfterItHasStopped) {
  EventSink events;
  Scheduler scheduler(2, events);
  const auto task = std::make_shared<Task>(microseconds(10));
  scheduler.Enqueue(task);
  WaitFor([&] { return task->done() > 0; });

  scheduler.Stop();
  const int done = task->done();
  scheduler.Enqueue(std::make_shared<Task>(microseconds(10)));

  EXPECT_EQ(task->done(), done);
}

}  // namespace
}  // namespace thalweg::runs
