#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/events/events.h"
#include "server/log/log_line.h"
#include "server/log/rate_limit.h"

namespace spdlog {
class logger;
}

namespace thalweg::log {

enum class Level { kDebug, kInfo, kWarning, kError };

/// The level of this name: "debug", "info", "warning", "error".
std::optional<Level> LevelOf(std::string_view name);

struct LogOptions {
  Level level = Level::kInfo;  ///< Lines below it are left out.
  Format format = Format::kText;
  /// Where lines go, one a call and without their end; empty: standard error, written by a thread
  /// of its own so that a slow reader of it holds nobody up (the oldest waiting lines are then
  /// lost).
  std::function<void(const std::string&)> write;
  EventSink* counted = nullptr;  ///< Told of each line; outlives the log. May be null.
};

/// What happens in the server, as structured lines. Events that clients can cause as often as they
/// like are limited per kind; the next line of the kind says how many were left out ("suppressed").
class Log final : public EventSink {
 public:
  explicit Log(LogOptions options);
  ~Log() override;  ///< Returns once all is written.

  using Fill = std::function<void(LogLine&)>;
  /// Writes one line now; `fill` adds its values.
  void Write(Level level, std::string_view event, const Fill& fill = nullptr);

  /// What a library says about itself, as a warning; limited, since clients can cause it.
  void WriteOfLibrary(std::string_view library, std::string_view text);

  void On(const RunCreated& event) override;
  void On(const RunStarted& event) override;
  void On(const RunFinished& event) override;
  void On(const CommitFinished& event) override;  ///< Only those that failed.
  void On(const RecoveryFinished& event) override;
  void On(const WatchClosed& event) override;  ///< Only those that the server dropped.
  void On(const StorageFailed& event) override;
  void On(const ConnectionRejected& event) override;
  void On(const SelfProbed& event) override;  ///< Only where the answer is not that of before.
  void On(const CallFinished& event) override;
  void On(const AuthFailed& event) override;
  void On(const ServerReady& event) override;
  void On(const CertificateLoaded& event) override;
  void On(const CertificateRefused& event) override;

 private:
  void WriteLimited(RateLimit& limit, Level level, std::string_view event, const Fill& fill);

  const LogOptions options_;
  std::shared_ptr<spdlog::logger> stderr_;  // empty with options_.write
  RateLimit libraries_{1, 5};
  RateLimit created_{20, 100};
  RateLimit started_{20, 100};
  RateLimit finished_{20, 100};
  RateLimit failed_commits_{1, 5};
  RateLimit dropped_watches_{1, 5};
  RateLimit storage_failures_{1, 5};
  RateLimit rejected_connections_{1, 5};
  RateLimit failed_calls_{20, 100};
  RateLimit refused_calls_{20, 100};
  RateLimit slow_calls_{20, 100};
  RateLimit calls_{1000, 5000};
  std::atomic<bool> served_{true};     // by the last self-probe
  std::atomic<bool> draining_{false};  // calls are refused on purpose
  RateLimit failed_auth_{1, 5};
};

}  // namespace thalweg::log
