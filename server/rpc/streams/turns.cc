#include "server/rpc/streams/turns.h"

namespace thalweg::rpc {

void Turns::Ask(size_t member) {
  const std::lock_guard lock(mutex_);
  if (waits_[member]) return;
  waits_[member] = true;
  queue_.push_back(member);
}

std::optional<size_t> Turns::Next() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  const size_t member = queue_.front();
  queue_.pop_front();
  waits_[member] = false;
  return member;
}

}  // namespace thalweg::rpc
