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
  /// What was minimised: "function" (of the catalogue), "formula", "least_squares" (a formula that
  /// is a sum of squares), "model" (of a dataset) or, whatever of these, "constrained".
  std::string_view objective = {};
  int64_t evaluations = 0;   ///< Values, gradients and products with the Hessian together.
  double gradient_norm = 0;  ///< At the last iterate; NaN where there is none.
};
/// Where a run stands that wants series of its own in the metrics: told when it is created or taken
/// up again, and when more of it has become durable. NaN where there is no such number.
struct RunAdvanced {
  std::string run;
  int64_t iteration = -1;  ///< -1: none yet.
  double value = 0;
  double best_value = 0;
  double gradient_norm = 0;
  double step_norm = 0;
  double learning_rate = 0;
};
struct RunDeleted {
  std::string run;
};
/// A run was cancelled: from the wish to its being durable.
struct RunCancelled {
  Seconds duration{};
};
/// A request was answered with what an earlier one of the same id had made.
struct RequestReplayed {};
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
  int64_t nan_iterates = 0;       ///< Whose value or gradient has a NaN.
  int64_t infinite_iterates = 0;  ///< Whose value or gradient has an infinity and no NaN.
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
/// Memory that is bounded, by what it is for: "pending" (made, not yet durable), "traces" (durable,
/// kept for watchers).
struct MemoryCounted {
  std::string_view pool;
  int64_t budget_bytes = 0;
  int64_t used_bytes = 0;
};
/// Something had changed how this thread computes; it computes as it should again.
struct FloatingPointReset {};
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

/// Tables kept, after a change.
struct DatasetsCounted {
  int64_t datasets = 0;
  int64_t bytes = 0;         ///< On the disk.
  int64_t open_uploads = 0;  ///< Not finished yet ...
  int64_t staged_bytes = 0;  ///< ... and what has come of them.
};
/// An upload is over: "stored", "existed" (the same table was there), "invalid" (its bytes cannot
/// be read), "failed" (for want of room, or of luck), "cancelled", "forgotten".
struct UploadFinished {
  std::string_view result;
};
/// A stored table's bytes are not what was stored.
struct DatasetDamaged {
  std::string dataset;
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

struct ConnectionsCounted {
  int64_t open = 0;  ///< To gRPC, now.
};
/// A connection was closed as soon as it was accepted.
struct ConnectionRejected {
  std::string_view reason;  ///< "limit" (--max-connections) or "descriptors".
};
/// The server has opened a connection to itself.
struct SelfProbed {
  std::string_view failure;  ///< Why it was not served; empty: it was.
};
struct CallStarted {
  std::string_view type;
  std::string_view service;
  std::string_view method;
};
struct CallFinished {
  std::string_view type;     ///< "unary", "server_stream" or "client_stream".
  std::string_view service;  ///< "thalweg.v1.OptimizationService".
  std::string_view method;   ///< "CreateRun".
  std::string_view code;     ///< "OK", "InvalidArgument" ...
  Seconds duration{};
  std::string_view peer = {};     ///< "ipv4:192.0.2.1:50123"; for the log alone, as is the message.
  std::string_view message = {};  ///< What the caller was told; may quote what the caller sent.
};
/// One message of a stream has been given to gRPC.
struct CallMessageSent {
  std::string_view type;
  std::string_view service;
  std::string_view method;
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
/// A call without a fit token: "token_missing", "token_invalid", "token_expired", "role_too_low".
struct AuthFailed {
  std::string reason;
};
/// A call beyond a limit: "unfinished_runs", "open_watches", "calls_per_second", "evaluations".
struct QuotaRefused {
  std::string quota;
};
struct ServerReady {
  std::string_view component;
  bool ready = false;
};
/// The certificate that both ports show from now on.
struct CertificateLoaded {
  std::string subject;
  std::chrono::system_clock::time_point valid_from;
  std::chrono::system_clock::time_point expires;
};
/// The certificate's files have changed and cannot be used; the one in force stays.
struct CertificateRefused {
  std::string why;
};

/// A line of the log, told by the log to whoever counts them; no one else is.
struct LogLineWritten {
  std::string_view level;  ///< "debug", "info", "warning", "error".
};

/// Receives events, from any thread; must be quick and must not throw. Every reaction is optional.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void On(const RunCreated&) {}
  virtual void On(const RunStarted&) {}
  virtual void On(const RunFinished&) {}
  virtual void On(const RunAdvanced&) {}
  virtual void On(const RunDeleted&) {}
  virtual void On(const RunCancelled&) {}
  virtual void On(const RequestReplayed&) {}
  virtual void On(const RunsCounted&) {}
  virtual void On(const SliceFinished&) {}
  virtual void On(const WorkersCounted&) {}
  virtual void On(const CommitFinished&) {}
  virtual void On(const StorageFailed&) {}
  virtual void On(const StorageMeasured&) {}
  virtual void On(const StorageBeat&) {}
  virtual void On(const PendingCounted&) {}
  virtual void On(const MemoryCounted&) {}
  virtual void On(const FloatingPointReset&) {}
  virtual void On(const RecoveryFinished&) {}
  virtual void On(const StudyFinished&) {}
  virtual void On(const StudiesCounted&) {}
  virtual void On(const DatasetsCounted&) {}
  virtual void On(const UploadFinished&) {}
  virtual void On(const DatasetDamaged&) {}
  virtual void On(const WatchOpened&) {}
  virtual void On(const WatchClosed&) {}
  virtual void On(const WatchSent&) {}
  virtual void On(const ConnectionsCounted&) {}
  virtual void On(const ConnectionRejected&) {}
  virtual void On(const SelfProbed&) {}
  virtual void On(const CallStarted&) {}
  virtual void On(const CallMessageSent&) {}
  virtual void On(const CallFinished&) {}
  virtual void On(const ObjectiveCompiled&) {}
  virtual void On(const MachineCodeMade&) {}
  virtual void On(const AuthFailed&) {}
  virtual void On(const QuotaRefused&) {}
  virtual void On(const ServerReady&) {}
  virtual void On(const LogLineWritten&) {}
  virtual void On(const CertificateLoaded&) {}
  virtual void On(const CertificateRefused&) {}
};

}  // namespace thalweg
