#pragma once

#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace thalweg::cli {

/// Ctrl-C and SIGTERM. The first asks politely: `token` is stopped, and the callback called. The
/// second leaves at once with exit code 130.
class Interrupt {
 public:
  Interrupt() = default;  ///< Deaf to signals; for tests, which call Trigger.
  ~Interrupt() = default;
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Begins to listen. Before any other thread is started: they inherit that the signals are not
  /// for them.
  void Listen();

  /// What the first one does beside stopping the token, called on another thread; at once when it
  /// has come already. Cleared by an empty function, after which the old one is not running.
  void OnFirst(std::function<void()> callback);

  std::stop_token token() const { return source_.get_token(); }
  bool triggered() const { return source_.stop_requested(); }

  /// As a signal does.
  void Trigger();

 private:
  std::stop_source source_;
  std::mutex mutex_;
  std::function<void()> callback_;  // under mutex_
  std::jthread listener_;
};

}  // namespace thalweg::cli
