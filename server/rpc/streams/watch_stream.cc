#include "server/rpc/streams/watch_stream.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/watch_options.h"
#include "server/rpc/translate/update.h"

namespace thalweg::rpc {
namespace {

using Clock = std::chrono::steady_clock;

int64_t Nanoseconds(Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

int64_t IteratesIn(const runs::WatchUpdate& update) {
  const auto* block = std::get_if<std::shared_ptr<const runs::IterateBlock>>(&update.what);
  return block == nullptr ? 0 : static_cast<int64_t>((*block)->rows());
}

int64_t SkippedBy(const runs::WatchUpdate& update) {
  const auto* gap = std::get_if<runs::Gap>(&update.what);
  return gap == nullptr ? 0 : gap->to - gap->from + 1;
}

}  // namespace

std::function<void()> WatchStream::WakeUp() {
  return [weak = weak_from_this(), pump = &server_.pump] {
    const std::shared_ptr<WatchStream> stream = weak.lock();
    if (!stream) return;
    int64_t none = 0;
    stream->woken_ns_.compare_exchange_strong(none, Nanoseconds(Clock::now()));
    pump->Wake(stream.get());
  };
}

void WatchStream::Opened(absl::StatusOr<OpenedWatch> opened) {
  opening_ = std::move(opened);
  opened_ = true;
  server_.pump.Wake(this);
}

void WatchStream::Written(bool ok) {
  if (!ok) gone_ = true;
  writing_ = false;
  server_.pump.Wake(this);
}

void WatchStream::Cancelled() {
  gone_ = true;
  server_.pump.Wake(this);
}

void WatchStream::Pump() {
  // Whoever changes one of these wakes the stream again.
  if (ended_ || !opened_ || writing_) return;
  try {
    Step();
  } catch (const std::bad_alloc&) {
    End(absl::ResourceExhaustedError("the server has no memory left for this stream"), "error");
  } catch (const std::exception& exception) {
    End(absl::InternalError(exception.what()), "error");
  }
}

void WatchStream::Step() {
  if (!opening_.ok()) return End(opening_.status(), "error");
  if (!std::exchange(announced_, true)) {
    next_iteration_ = opening_->from_iteration;
    last_write_ = Clock::now();
    server_.events.On(WatchOpened{WatchModeName(opening_->mode)});
  }
  if (last_sent_) return End(absl::OkStatus(), "finished");
  if (gone_) return End(absl::CancelledError("the client has gone"), "cancelled");
  if (server_.draining) return HintAndLeave();

  const auto step = opening_->watcher->Next(Clock::now());
  if (!step.ok()) return End(step.status(), "error");
  if (step->update) return Send(*step->update);
  Wait(step->not_before);
}

void WatchStream::Send(const runs::WatchUpdate& update) {
  ToWire(update, writer_.Message());
  next_iteration_ = update.next_iteration;
  last_sent_ = update.last;
  const int64_t woken = woken_ns_.exchange(0);
  const int64_t lag = woken == 0 ? 0 : Nanoseconds(Clock::now()) - woken;
  server_.events.On(WatchSent{WatchModeName(opening_->mode), IteratesIn(update), SkippedBy(update),
                              std::chrono::nanoseconds(lag)});
  StartWrite();
}

void WatchStream::SendHeartbeat() {
  v1::RunUpdate& message = writer_.Message();
  message.Clear();
  message.mutable_heartbeat();
  message.set_next_iteration(next_iteration_);
  StartWrite();
}

void WatchStream::StartWrite() {
  last_write_ = Clock::now();
  writing_ = true;
  writer_.Write();  // Written may come before this returns
}

void WatchStream::Wait(std::optional<runs::SteadyTime> not_before) {
  writer_.Release();
  const auto heartbeat = last_write_ + server_.heartbeat;
  if (Clock::now() >= heartbeat) return SendHeartbeat();
  server_.pump.WakeAt(this, std::min(heartbeat, not_before.value_or(heartbeat)));
}

void WatchStream::HintAndLeave() {
  if (!std::exchange(hinted_, true)) return SendHeartbeat();
  End(RefuseWith(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                 absl::StrCat("the server is shutting down; resume with from_iteration = ",
                              next_iteration_)),
      "shutdown");
}

void WatchStream::End(const absl::Status& status, std::string_view why) {
  ended_ = true;
  if (opening_.ok()) {
    // Before the watcher goes: nobody may find the run half left.
    if (gone_ && !last_sent_ && !server_.draining && abandoned_) abandoned_(opening_->run);
    opening_->watcher.reset();
    if (announced_) server_.events.On(WatchClosed{WatchModeName(opening_->mode), why});
  }
  writer_.End(status);
}

}  // namespace thalweg::rpc
