#include "server/rpc/streams/watch_stream.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/watch_options.h"

namespace thalweg::rpc {
namespace {

using Clock = std::chrono::steady_clock;

int64_t Nanoseconds(Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
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
  const CallScope scope(tags_);
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
    last_write_ = Clock::now();
    server_.events.On(WatchOpened{WatchModeName(opening_->mode)});
  }
  if (last_sent_) return End(absl::OkStatus(), "finished");
  if (gone_) return End(absl::CancelledError("the client has gone"), "cancelled");
  if (server_.draining) return HintAndLeave();

  const auto fed = opening_->feed->Next(Clock::now(), writer_);
  if (!fed.ok()) return End(fed.status(), "error");
  if (fed->filled) return Send(*fed);
  Wait(fed->not_before);
}

void WatchStream::Send(const Feed::Fed& fed) {
  last_sent_ = fed.last;
  const int64_t woken = woken_ns_.exchange(0);
  const int64_t lag = woken == 0 ? 0 : Nanoseconds(Clock::now()) - woken;
  server_.events.On(WatchSent{WatchModeName(opening_->mode), fed.iterates, fed.skipped,
                              std::chrono::nanoseconds(lag)});
  StartWrite();
}

void WatchStream::SendHeartbeat() {
  opening_->feed->FillHeartbeat(writer_);
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
                 absl::StrCat("the server is shutting down; resume with ",
                              opening_->feed->WhereToResume())),
      "shutdown");
}

void WatchStream::End(const absl::Status& status, std::string_view why) {
  ended_ = true;
  if (opening_.ok()) {
    // Before the watcher goes: nobody may find the run half left.
    if (gone_ && !last_sent_ && !server_.draining && abandoned_) abandoned_(opening_->subject);
    opening_->feed.reset();
    if (announced_) server_.events.On(WatchClosed{WatchModeName(opening_->mode), why});
  }
  writer_.End(status);
}

}  // namespace thalweg::rpc
