#pragma once

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "server/events/events.h"

namespace thalweg::rpc {

struct SelfProbeOptions {
  sockaddr_storage address{};  ///< Where the server listens; "any" is asked through loopback.
  socklen_t address_size = 0;
  bool tls = false;
  std::chrono::milliseconds interval{10'000};
  std::chrono::milliseconds patience{5'000};  ///< For one answer.
};

/// Why a new connection to `options.address` is not served, empty where it is: where HTTP/2's
/// SETTINGS (with TLS: a handshake) come back. Gives up when `stopper` becomes readable.
std::string WhyNotServed(const SelfProbeOptions& options, int stopper);

/// Asks the server's own port now and then whether a new connection is served: a check over an old
/// connection, or within the process, sees nothing of a listener that has gone deaf.
class SelfProbe {
 public:
  /// Tells `events`, which outlive it, of each answer.
  SelfProbe(EventSink& events, const SelfProbeOptions& options);
  ~SelfProbe();

 private:
  void Work();

  EventSink& events_;
  const SelfProbeOptions options_;
  const int stopper_;  // an eventfd; readable: stop
  std::thread thread_;
};

}  // namespace thalweg::rpc
