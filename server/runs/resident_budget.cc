#include "server/runs/resident_budget.h"

#include "server/runs/trace.h"

namespace thalweg::runs {

void ResidentBudget::Added(const std::shared_ptr<Trace>& trace, size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    used_ += static_cast<int64_t>(bytes);
    order_.push_back(trace);
    ForgetDead();
  }
  EvictSurplus();
}

void ResidentBudget::Replaced(size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    used_ += static_cast<int64_t>(bytes);
  }
  EvictSurplus();
}

// A trace is asked without our lock held: it takes its own, and may be asking us.
void ResidentBudget::EvictSurplus() {
  while (const std::shared_ptr<Trace> oldest = NextToEvict()) oldest->EvictOldest();
}

void ResidentBudget::Dropped(size_t bytes) {
  const std::lock_guard lock(mutex_);
  used_ -= static_cast<int64_t>(bytes);
}

int64_t ResidentBudget::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

std::shared_ptr<Trace> ResidentBudget::NextToEvict() {
  const std::lock_guard lock(mutex_);
  while (used_ > limit_ && !order_.empty()) {
    std::shared_ptr<Trace> oldest = order_.front().lock();
    order_.pop_front();
    if (oldest) return oldest;
  }
  return nullptr;
}

void ResidentBudget::ForgetDead() {
  constexpr size_t kWorthSweeping = 1024;
  if (order_.size() < 2 * entries_when_swept_ + kWorthSweeping) return;
  std::erase_if(order_, [](const std::weak_ptr<Trace>& trace) { return trace.expired(); });
  entries_when_swept_ = order_.size();
}

}  // namespace thalweg::runs
