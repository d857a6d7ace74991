#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace thalweg {

// What happens in the server, as plain values, for whoever keeps count: metrics and the log. Names
// of kinds come from catalogues, so they are closed sets; a run's id is for the log alone.

using Seconds = std::chrono::duration<double>;

struct RunCreated {
  std::string run;
  std::string optimizer;
};
struct RunStarted {
  std::string run;
  std::string optimizer;
  Seconds queued{};
};
struct RunFinished {
  std::string run;
  std::string optimizer;
  std::string outcome;  ///< "converged", "limit", "cancelled", "failed" ... (TerminationName)
  std::string criterion;
  int64_t iterations = 0;
  Seconds duration{};
};
/// Runs in each unfinished state, after a change.
struct RunsCounted {
  int64_t queued = 0;
  int64_t running = 0;
  int64_t paused = 0;
};
/// One slice of stepping.
struct SliceFinished {
  std::string_view optimizer;
  int64_t iterations = 0;
  int64_t value_evaluations = 0;
  int64_t gradient_evaluations = 0;
  int64_t nonfinite = 0;
  Seconds duration{};
};
struct WorkersCounted {
  int64_t workers = 0;
  int64_t busy = 0;
  int64_t waiting_runs = 0;
};
struct CommitFinished {
  int64_t runs = 0;
  int64_t iterates = 0;
  int64_t bytes = 0;
  Seconds duration{};
  bool ok = true;
};
/// An operation on the store's files that failed, or found damage there.
struct StorageFailed {
  std::string_view op;     ///< "write", "fsync", "read", "open".
  std::string_view error;  ///< "enospc", "eio", "emfile", "corrupt", "other".
};
/// Now and then; and when room runs out, and when there is some again.
struct StorageMeasured {
  int64_t size = 0;  ///< Bytes taken by what is kept.
  int64_t free = 0;  ///< Bytes that can still be written.
};
/// Now and then, when a commit, if only a trifling one, has just succeeded.
struct StorageBeat {};
struct PendingCounted {
  int64_t bytes = 0;
};  ///< Made but not yet durable.
struct RecoveryFinished {
  int64_t runs = 0;
  int64_t failed = 0;
  Seconds duration{};
};

struct StudyFinished {
  std::string study;
  std::string outcome;  ///< "finished", "cancelled", "failed".
};
struct StudiesCounted {
  int64_t running = 0;
};

struct WatchOpened {
  std::string_view mode;
};
struct WatchClosed {
  std::string_view mode;
  std::string_view why;
};
struct WatchSent {
  std::string_view mode;
  int64_t iterates = 0;
  int64_t skipped = 0;
  Seconds lag{};
};

struct CallStarted {
  std::string_view type;
  std::string_view service;
  std::string_view method;
};
struct CallFinished {
  std::string_view type;     ///< "unary" or "server_stream".
  std::string_view service;  ///< "thalweg.v1.OptimizationService".
  std::string_view method;   ///< "CreateRun".
  std::string_view code;     ///< "OK", "InvalidArgument" ...
  Seconds duration{};
};
struct ObjectiveCompiled {
  bool ok = true;
  Seconds duration{};
};
/// A formula's program has become machine code, or is too large or odd for it.
struct MachineCodeMade {
  bool ok = true;
  Seconds duration{};
};
struct ServerReady {
  std::string_view component;
  bool ready = false;
};

/// Receives events, from any thread; must be quick and must not throw. Every reaction is optional.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void On(const RunCreated&) {}
  virtual void On(const RunStarted&) {}
  virtual void On(const RunFinished&) {}
  virtual void On(const RunsCounted&) {}
  virtual void On(const SliceFinished&) {}
  virtual void On(const WorkersCounted&) {}
  virtual void On(const CommitFinished&) {}
  virtual void On(const StorageFailed&) {}
  virtual void On(const StorageMeasured&) {}
  virtual void On(const StorageBeat&) {}
  virtual void On(const PendingCounted&) {}
  virtual void On(const RecoveryFinished&) {}
  virtual void On(const StudyFinished&) {}
  virtual void On(const StudiesCounted&) {}
  virtual void On(const WatchOpened&) {}
  virtual void On(const WatchClosed&) {}
  virtual void On(const WatchSent&) {}
  virtual void On(const CallStarted&) {}
  virtual void On(const CallFinished&) {}
  virtual void On(const ObjectiveCompiled&) {}
  virtual void On(const MachineCodeMade&) {}
  virtual void On(const ServerReady&) {}
};

}  // namespace thalweg
