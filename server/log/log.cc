#include "server/log/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <chrono>
#include <utility>

#include "server/events/call_scope.h"

namespace thalweg::log {
namespace {

constexpr size_t kWaitingLines = 8192;
constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

/// A unary call that takes longer is worth a line.
constexpr Seconds kSlow{1};

std::string_view LevelName(Level level) { return kLevelNames[static_cast<size_t>(level)]; }

int64_t UnixMilliseconds() {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

void AddTags(const CallTags& tags, LogLine& line) {
  const auto add = [&line](std::string_view name, const std::string& value) {
    if (!value.empty()) line.Add(name, value);
  };
  add("request_id", tags.request_id);
  add("trace_id", tags.trace_id);
  add("span_id", tags.span_id);
  add("tenant", tags.tenant);
}

int64_t UnixSeconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// A logger with a thread and a queue of its own. The pool comes with the logger, since spdlog's
/// loggers only refer to theirs.
std::shared_ptr<spdlog::logger> StandardError() {
  struct Owner {
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::async_logger> logger;
    ~Owner() {
      logger.reset();
      pool.reset();  // joins its thread, which first writes what waits
    }
  };
  auto owner = std::make_shared<Owner>();
  owner->pool = std::make_shared<spdlog::details::thread_pool>(kWaitingLines, 1);
  owner->logger = std::make_shared<spdlog::async_logger>(
      "thalwegd", std::make_shared<spdlog::sinks::stderr_sink_mt>(), owner->pool,
      spdlog::async_overflow_policy::overrun_oldest);
  owner->logger->set_pattern("%v");
  owner->logger->set_level(spdlog::level::trace);
  spdlog::logger* const logger = owner->logger.get();
  return {std::move(owner), logger};
}

}  // namespace

std::optional<Level> LevelOf(std::string_view name) {
  for (size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<Level>(i);
  }
  return std::nullopt;
}

Log::Log(LogOptions options) : options_(std::move(options)) {
  if (!options_.write) stderr_ = StandardError();
}

Log::~Log() = default;

void Log::Write(Level level, std::string_view event, const Fill& fill) {
  if (level < options_.level) return;
  LogLine line(options_.format, UnixMilliseconds(), LevelName(level), event);
  if (fill) fill(line);
  if (const CallTags* const tags = CallScope::Current()) AddTags(*tags, line);
  if (options_.counted) options_.counted->On(LogLineWritten{LevelName(level)});
  if (options_.write) return options_.write(line.Text());
  stderr_->log(spdlog::level::info, line.Text());
}

void Log::WriteLimited(RateLimit& limit, Level level, std::string_view event, const Fill& fill) {
  if (level < options_.level) return;
  const std::optional<int64_t> suppressed = limit.Pass(RateLimit::Clock::now());
  if (!suppressed) return;
  Write(level, event, [&](LogLine& line) {
    fill(line);
    if (*suppressed > 0) line.Add("suppressed", *suppressed);
  });
}

void Log::WriteOfLibrary(std::string_view library, std::string_view text) {
  WriteLimited(libraries_, Level::kWarning, "library",
               [&](LogLine& line) { line.Add("library", library).Add("text", text); });
}

void Log::On(const RunCreated& event) {
  WriteLimited(created_, Level::kInfo, "run_created", [&](LogLine& line) {
    line.Add("run", event.run).Add("optimizer", event.optimizer);
  });
}

void Log::On(const RunStarted& event) {
  WriteLimited(started_, Level::kInfo, "run_started", [&](LogLine& line) {
    line.Add("run", event.run)
        .Add("optimizer", event.optimizer)
        .Add("queued_seconds", event.queued.count());
  });
}

void Log::On(const RunFinished& event) {
  const Level level = event.outcome == "failed" ? Level::kWarning : Level::kInfo;
  WriteLimited(finished_, level, "run_finished", [&](LogLine& line) {
    line.Add("run", event.run)
        .Add("optimizer", event.optimizer)
        .Add("outcome", event.outcome)
        .Add("criterion", event.criterion)
        .Add("iterations", event.iterations)
        .Add("seconds", event.duration.count());
  });
}

void Log::On(const CommitFinished& event) {
  if (event.ok) return;
  WriteLimited(failed_commits_, Level::kError, "commit_failed", [&](LogLine& line) {
    line.Add("runs", event.runs)
        .Add("iterates", event.iterates)
        .Add("seconds", event.duration.count());
  });
}

void Log::On(const RecoveryFinished& event) {
  Write(event.failed == 0 ? Level::kInfo : Level::kError, "recovered", [&](LogLine& line) {
    line.Add("runs", event.runs).Add("failed", event.failed).Add("seconds", event.duration.count());
  });
}

void Log::On(const WatchClosed& event) {
  if (event.why != "stalled" && event.why != "overload") return;
  WriteLimited(dropped_watches_, Level::kWarning, "watch_dropped",
               [&](LogLine& line) { line.Add("mode", event.mode).Add("why", event.why); });
}

void Log::On(const StorageFailed& event) {
  WriteLimited(storage_failures_, Level::kError, "storage_failed",
               [&](LogLine& line) { line.Add("op", event.op).Add("error", event.error); });
}

void Log::On(const ConnectionRejected& event) {
  WriteLimited(rejected_connections_, Level::kWarning, "connection_rejected",
               [&](LogLine& line) { line.Add("reason", event.reason); });
}

void Log::On(const SelfProbed& event) {
  const bool served = event.failure.empty();
  if (served_.exchange(served) == served) return;
  if (served) return Write(Level::kInfo, "self_probe_served");
  Write(Level::kWarning, "self_probe_failed",
        [&](LogLine& line) { line.Add("why", event.failure); });
}

void Log::On(const CallFinished& event) {
  const auto fill = [&](LogLine& line) {
    line.Add("rpc", std::string(event.service).append("/").append(event.method))
        .Add("code", event.code)
        .Add("seconds", event.duration.count())
        .Add("peer", event.peer);
  };
  const auto fill_all = [&](LogLine& line) {
    fill(line);
    line.Add("message", event.message);
  };
  const auto is = [&](auto... codes) { return ((event.code == codes) || ...); };
  if (is("Internal", "Unknown", "DataLoss")) {
    WriteLimited(failed_calls_, Level::kError, "call_failed", fill_all);
  } else if (is("ResourceExhausted") || (is("Unavailable") && !draining_)) {
    WriteLimited(refused_calls_, Level::kWarning, "call_refused", fill_all);
  } else if (event.type == "unary" && event.duration > kSlow) {
    WriteLimited(slow_calls_, Level::kWarning, "call_slow", fill);
  } else {
    WriteLimited(calls_, Level::kDebug, "call", fill);
  }
}

void Log::On(const AuthFailed& event) {
  WriteLimited(failed_auth_, Level::kWarning, "auth_failed",
               [&](LogLine& line) { line.Add("reason", event.reason); });
}

void Log::On(const ServerReady& event) {
  if (event.component == "grpc") draining_ = !event.ready;
  Write(Level::kInfo, event.ready ? "component_ready" : "component_not_ready",
        [&](LogLine& line) { line.Add("component", event.component); });
}

void Log::On(const CertificateLoaded& event) {
  const auto now = std::chrono::system_clock::now();
  const bool valid = event.valid_from <= now && now < event.expires;
  Write(valid ? Level::kInfo : Level::kError,
        valid ? "certificate_loaded" : "certificate_not_valid_now", [&](LogLine& line) {
          line.Add("subject", event.subject)
              .Add("valid_from", UnixSeconds(event.valid_from))
              .Add("expires", UnixSeconds(event.expires));
        });
}

void Log::On(const CertificateRefused& event) {
  Write(Level::kError, "certificate_refused", [&](LogLine& line) { line.Add("why", event.why); });
}

}  // namespace thalweg::log
