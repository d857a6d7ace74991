#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace thalweg::runs {

/// A wake-up call that can be closed: once Close has returned, the callback is neither running nor
/// will it run again. So a callback must not close its own subscription.
class Subscription {
 public:
  explicit Subscription(std::function<void()> wake) : wake_(std::move(wake)) {}

  void Fire() {
    const std::lock_guard lock(mutex_);
    if (wake_) wake_();
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    wake_ = nullptr;
  }

 private:
  std::mutex mutex_;
  std::function<void()> wake_;
};

}  // namespace thalweg::runs
