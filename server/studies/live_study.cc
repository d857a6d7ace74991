#include "server/studies/live_study.h"

#include <algorithm>
#include <utility>

namespace thalweg::studies {

LiveStudy::View LiveStudy::Shown() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

void LiveStudy::Show(Study study) {
  std::vector<std::shared_ptr<runs::Subscription>> woken;
  {
    const std::lock_guard lock(mutex_);
    view_ = {std::make_shared<const Study>(std::move(study)), view_.changes + 1};
    woken.swap(armed_);
    changed_.notify_all();
  }
  for (const auto& subscription : woken) subscription->Fire();
}

void LiveStudy::WishCancelled() {
  const std::lock_guard lock(mutex_);
  cancel_wished_ = true;
}

bool LiveStudy::cancel_wished() const {
  const std::lock_guard lock(mutex_);
  return cancel_wished_;
}

bool LiveStudy::WaitUntilOver() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return IsOver(view_.study->state) || left_; });
  return IsOver(view_.study->state);
}

void LiveStudy::Leave() {
  const std::lock_guard lock(mutex_);
  left_ = true;
  changed_.notify_all();
}

bool LiveStudy::Arm(const std::shared_ptr<runs::Subscription>& subscription, uint64_t changes) {
  const std::lock_guard lock(mutex_);
  if (view_.changes != changes) return false;
  if (std::find(armed_.begin(), armed_.end(), subscription) == armed_.end()) {
    armed_.push_back(subscription);
  }
  return true;
}

void LiveStudy::Disarm(const std::shared_ptr<runs::Subscription>& subscription) {
  const std::lock_guard lock(mutex_);
  armed_.erase(std::remove(armed_.begin(), armed_.end(), subscription), armed_.end());
}

}  // namespace thalweg::studies
