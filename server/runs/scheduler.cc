#include "server/runs/scheduler.h"

#include <time.h>

#include <algorithm>

namespace thalweg::runs {
namespace {

// Processor time of this thread. Not time on the wall: a slice during which the machine was busy
// with something else must not be held against its task.
int64_t NanosecondsWorked() {
  timespec worked{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &worked);
  return int64_t{worked.tv_sec} * 1'000'000'000 + worked.tv_nsec;
}

constexpr int64_t kBeforeAll = INT64_MIN;  // a place before every other

}  // namespace

Scheduler::Scheduler(int workers, EventSink& events) : events_(events) {
  const int per_cpu = static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U));
  const int count = workers > 0 ? workers : per_cpu;
  for (int i = 0; i < count; ++i) workers_.emplace_back([this] { Work(); });
  timekeeper_ = std::thread([this] { KeepTime(); });
}

void Scheduler::Put(Turn turn) {
  turn.task->enqueued_ = true;
  ready_.emplace(Place{turn.had, ++arrivals_}, std::move(turn.task));
  ready_changed_.notify_one();
}

void Scheduler::Sleep(Turn turn, Time until) {
  Steppable& task = *turn.task;
  task.enqueued_ = true;
  task.alarm_ = {until, ++arrivals_};
  const auto place = asleep_.emplace(*task.alarm_, std::move(turn)).first;
  if (place == asleep_.begin()) first_alarm_changed_.notify_one();
}

Scheduler::Turn Scheduler::Awake(Steppable& sleeper) {
  const auto place = asleep_.find(*std::exchange(sleeper.alarm_, std::nullopt));
  Turn turn = std::move(place->second);
  asleep_.erase(place);
  turn.had = std::max(turn.had, level_);
  return turn;
}

void Scheduler::Enqueue(std::shared_ptr<Steppable> task) {
  const std::lock_guard lock(mutex_);
  if (task->alarm_) {
    Put(Awake(*task));
    return;
  }
  if (task->enqueued_) {
    task->again_ = true;
    return;
  }
  Put({std::move(task), level_, 0});
}

void Scheduler::EnqueueFirst(std::shared_ptr<Steppable> task) {
  const std::lock_guard lock(mutex_);
  if (task->alarm_) {
    Awake(*task);
  } else if (task->enqueued_) {
    const auto found = std::find_if(ready_.begin(), ready_.end(),
                                    [&task](const auto& entry) { return entry.second == task; });
    if (found == ready_.end()) {  // with a worker, or waiting
      task->again_ = true;
      return;
    }
    ready_.erase(found);
  }
  Put({std::move(task), kBeforeAll, 0});
}

void Scheduler::EndWait() {
  const std::lock_guard lock(mutex_);
  ++waits_ended_;
  for (Turn& turn : waiting_) Put(std::move(turn));
  waiting_.clear();
}

void Scheduler::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true);
  }
  ready_changed_.notify_all();
  first_alarm_changed_.notify_all();
  for (std::thread& worker : workers_) {
    if (worker.joinable()) worker.join();
  }
  if (timekeeper_.joinable()) timekeeper_.join();
}

void Scheduler::KeepTime() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (asleep_.empty()) {
      first_alarm_changed_.wait(lock);
      continue;
    }
    const Time first = asleep_.begin()->first.first;
    if (first > std::chrono::steady_clock::now()) {
      first_alarm_changed_.wait_until(lock, first);
      continue;
    }
    Put(Awake(*asleep_.begin()->second.task));
    Count();
  }
}

void Scheduler::Work() {
  Turn turn;
  while (Next(turn)) {
    const int64_t before = NanosecondsWorked();
    const SliceEnd end = turn.task->Slice();
    turn.had += NanosecondsWorked() - before;
    Return(std::move(turn), end);
  }
}

bool Scheduler::Next(Turn& turn) {
  std::unique_lock lock(mutex_);
  ready_changed_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
  if (stopping_) return false;
  const auto first = ready_.begin();
  const Nanoseconds had = first->first.first;
  if (had != kBeforeAll) level_ = std::max(level_, had);
  turn = {std::move(first->second), had == kBeforeAll ? level_ : had, waits_ended_};
  ready_.erase(first);
  ++busy_;
  Count();
  return true;
}

void Scheduler::Return(Turn turn, SliceEnd end) {
  const std::lock_guard lock(mutex_);
  --busy_;
  const bool again = std::exchange(turn.task->again_, false);
  turn.task->enqueued_ = false;
  // What it wants to wait for may have come while it was on its way here.
  const bool waited = end.kind == SliceEnd::kWait && turn.waits_ended != waits_ended_;
  if (end.kind == SliceEnd::kAgain || again || waited) {
    Put(std::move(turn));
  } else if (end.kind == SliceEnd::kLater) {
    Sleep(std::move(turn), end.time);
  } else if (end.kind == SliceEnd::kWait) {
    turn.task->enqueued_ = true;
    waiting_.push_back(std::move(turn));
  }
  Count();
}

void Scheduler::Count() {
  events_.On(WorkersCounted{static_cast<int64_t>(workers_.size()), busy_,
                            static_cast<int64_t>(ready_.size() + waiting_.size())});
}

}  // namespace thalweg::runs
