#include "server/rpc/streams/stream_pump.h"

#include <algorithm>
#include <utility>

namespace thalweg::rpc {

StreamPump::StreamPump(int threads, size_t most_streams) : most_streams_(most_streams) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

StreamPump::~StreamPump() {
  {
    std::unique_lock lock(mutex_);
    empty_.wait(lock, [this] { return streams_.empty(); });
    closing_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool StreamPump::Add(std::shared_ptr<Pumped> stream) {
  const std::lock_guard lock(mutex_);
  if (streams_.size() >= most_streams_) return false;
  Pumped* const key = stream.get();
  streams_.emplace(key, std::move(stream));
  return true;
}

void StreamPump::Remove(Pumped* stream) {
  std::shared_ptr<Pumped> removed;  // destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  StopTimer(*stream);
  if (stream->place_ == Pumped::Place::kReady) {
    ready_.erase(std::remove(ready_.begin(), ready_.end(), stream), ready_.end());
  }
  removed = std::move(found->second);
  streams_.erase(found);
  if (streams_.empty()) empty_.notify_all();
}

void StreamPump::Wake(Pumped* stream) {
  const std::lock_guard lock(mutex_);
  if (streams_.contains(stream)) WakeLocked(*stream);
}

void StreamPump::WakeAt(Pumped* stream, Time when) {
  const std::lock_guard lock(mutex_);
  if (!streams_.contains(stream)) return;
  StopTimer(*stream);
  stream->timer_ = timers_.emplace(when, stream);
  if (*stream->timer_ == timers_.begin()) work_.notify_one();
}

void StreamPump::WakeAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& [stream, owner] : streams_) WakeLocked(*stream);
}

size_t StreamPump::size() const {
  const std::lock_guard lock(mutex_);
  return streams_.size();
}

void StreamPump::WaitUntilEmpty(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  empty_.wait_for(lock, patience, [this] { return streams_.empty(); });
}

void StreamPump::WakeLocked(Pumped& stream) {
  if (stream.place_ == Pumped::Place::kBusy) stream.place_ = Pumped::Place::kBusyAndWoken;
  if (stream.place_ != Pumped::Place::kIdle) return;
  stream.place_ = Pumped::Place::kReady;
  ready_.push_back(&stream);
  work_.notify_one();
}

void StreamPump::StopTimer(Pumped& stream) {
  if (stream.timer_) timers_.erase(*stream.timer_);
  stream.timer_.reset();
}

std::optional<StreamPump::Time> StreamPump::WakeWhoseTimeHasCome() {
  if (timers_.empty()) return std::nullopt;
  const Time now = std::chrono::steady_clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    Pumped& stream = *timers_.begin()->second;
    StopTimer(stream);
    WakeLocked(stream);
  }
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first;
}

void StreamPump::Work() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    const std::optional<Time> next = WakeWhoseTimeHasCome();
    if (!ready_.empty()) {
      Step(lock);
    } else if (next) {
      work_.wait_until(lock, *next);
    } else {
      work_.wait(lock);
    }
  }
}

void StreamPump::Step(std::unique_lock<std::mutex>& lock) {
  Pumped* const stream = ready_.front();
  ready_.pop_front();
  // Kept alive over the step, and over the look at its place after it, should it be removed.
  const std::shared_ptr<Pumped> owner = streams_.at(stream);
  stream->place_ = Pumped::Place::kBusy;
  lock.unlock();
  stream->Pump();
  lock.lock();
  const bool woken = stream->place_ == Pumped::Place::kBusyAndWoken;
  stream->place_ = Pumped::Place::kIdle;
  if (woken && streams_.contains(stream)) WakeLocked(*stream);
}

}  // namespace thalweg::rpc
