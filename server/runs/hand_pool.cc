#include "server/runs/hand_pool.h"

#include <algorithm>
#include <utility>

namespace thalweg::runs {

struct HandPool::Job {
  Job(Index its_count, const std::function<void(Index)>& its_work)
      : count(its_count), work(its_work) {}

  bool open() const { return next.load(std::memory_order_relaxed) < count; }

  /// Pieces until none is left. The first exception ends the job.
  void Work() {
    try {
      for (Index i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
    } catch (...) {
      next.store(count);
      const std::lock_guard lock(error_mutex);
      if (!error) error = std::current_exception();
    }
  }

  const Index count;
  const std::function<void(Index)>& work;
  std::atomic<Index> next{0};  // the piece that nobody has taken yet
  int helpers = 0;             // at work on it; guarded by the pool's mutex
  std::mutex error_mutex;
  std::exception_ptr error;
};

HandPool::HandPool(int helpers) {
  for (int i = 0; i < helpers; ++i) threads_.emplace_back([this] { Help(); });
}

HandPool::~HandPool() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wanted_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void HandPool::Do(Index count, const std::function<void(Index)>& work) {
  if (count <= 1 || threads_.empty()) {
    for (Index i = 0; i < count; ++i) work(i);
    return;
  }
  Job job(count, work);
  std::list<Job*>::iterator place;
  {
    const std::lock_guard lock(mutex_);
    place = jobs_.insert(jobs_.end(), &job);
  }
  const auto useful = std::min(static_cast<size_t>(count) - 1, threads_.size());
  for (size_t i = 0; i < useful; ++i) wanted_.notify_one();
  job.Work();
  std::unique_lock lock(mutex_);
  jobs_.erase(place);
  finished_.wait(lock, [&] { return job.helpers == 0; });
  if (job.error) std::rethrow_exception(job.error);
}

HandPool::Job* HandPool::Neediest() {
  Job* neediest = nullptr;
  for (Job* const job : jobs_) {
    if (job->open() && (neediest == nullptr || job->helpers < neediest->helpers)) neediest = job;
  }
  return neediest;
}

void HandPool::Help() {
  std::unique_lock lock(mutex_);
  while (true) {
    Job* job = nullptr;
    wanted_.wait(lock, [&] { return over_ || (job = Neediest()) != nullptr; });
    if (over_) return;
    ++job->helpers;
    lock.unlock();
    job->Work();
    lock.lock();
    // Its caller may go as soon as the lock is free.
    if (--job->helpers == 0) finished_.notify_all();
  }
}

}  // namespace thalweg::runs
