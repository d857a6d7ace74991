#include "server/readiness.h"

#include <utility>

namespace thalweg {

void Readiness::Serve(std::function<void(bool ready)> tell) {
  const std::lock_guard lock(mutex_);
  phase_ = Phase::kServing;
  tell_ = std::move(tell);
  Tell();
}

void Readiness::Drain() {
  const std::lock_guard lock(mutex_);
  phase_ = Phase::kDraining;
  Tell();
  tell_ = nullptr;
}

void Readiness::On(const ServerReady& event) {
  if (event.component != "storage") return;
  const std::lock_guard lock(mutex_);
  storage_full_ = !event.ready;
  Tell();
}

void Readiness::Tell() {
  if (tell_) tell_(phase_ == Phase::kServing && !storage_full_);
}

std::string Readiness::WhyNot() const {
  const std::lock_guard lock(mutex_);
  if (phase_ == Phase::kStarting) return "starting";
  if (phase_ == Phase::kDraining) return "draining";
  return storage_full_ ? "storage full" : "";
}

}  // namespace thalweg
