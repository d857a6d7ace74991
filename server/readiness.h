#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "server/events/events.h"

namespace thalweg {

/// Whether the server should be sent work, and why not: it is starting, it is draining, or its disk
/// is full. One answer for all who ask, over HTTP and gRPC.
class Readiness final : public EventSink {
 public:
  /// The server serves. `tell` is called now and with every change; not after Drain has returned.
  void Serve(std::function<void(bool ready)> tell);
  /// The server will end.
  void Drain();

  /// "starting", "draining", "storage full"; empty while ready.
  std::string WhyNot() const;

  void On(const ServerReady& event) override;

 private:
  enum class Phase { kStarting, kServing, kDraining };
  void Tell();  // requires mutex_

  mutable std::mutex mutex_;
  Phase phase_ = Phase::kStarting;
  bool storage_full_ = false;
  std::function<void(bool)> tell_;
};

}  // namespace thalweg
