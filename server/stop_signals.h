#pragma once

#include <signal.h>

#include <chrono>

namespace thalweg {

/// The signals that ask this server to stop: SIGTERM, SIGINT, SIGHUP. Make it before any thread, so
/// that all threads leave these signals to whoever waits here. SIGPIPE is ignored from then on: a
/// peer that left is an error of a write, not a reason to die.
class StopSignals {
 public:
  StopSignals();

  /// Returns at the next signal, with its number.
  int Wait() const;
  /// The same; 0 when there was none in so long.
  int WaitFor(std::chrono::seconds patience) const;

 private:
  sigset_t signals_;
};

}  // namespace thalweg
