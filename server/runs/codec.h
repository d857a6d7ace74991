#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "server/runs/changes.h"
#include "server/runs/retention.h"
#include "server/runs/run.h"
#include "server/runs/run_spec.h"

namespace thalweg::runs {

// Values to bytes and back. All bytes carry a version and a checksum; reading anything else than
// what was written gives DATA_LOSS, and what a newer server wrote FAILED_PRECONDITION.

/// A run as it is stored beside its trace and checkpoint.
struct RunRecord {
  Run run;
  Retention retention;
};
std::string Encode(const RunRecord& record);
absl::StatusOr<RunRecord> DecodeRunRecord(std::string bytes);

/// From where a run goes on after a restart.
struct Checkpoint {
  int64_t iteration = 0;       ///< The last one that the descent had reached.
  double elapsed_seconds = 0;  ///< Of stepping, until then.
  int64_t best_iteration = 0;  ///< Until then.
  std::string descent;         ///< What Descent::Remember wrote.
};
std::string Encode(const Checkpoint& checkpoint);
/// UNIMPLEMENTED: whole, but as an earlier version of the server wrote it.
absl::StatusOr<Checkpoint> DecodeCheckpoint(std::string bytes);

/// What happened in a run.
std::string Encode(const EventLog& log);
absl::StatusOr<EventLog> DecodeEventLog(std::string bytes);

/// A spec by itself, for what is made of runs.
std::string Encode(const RunSpec& spec);
absl::StatusOr<RunSpec> DecodeRunSpec(std::string bytes);

/// Tells a repeated request from another one with the same request_id. Stable: the same spec gives
/// the same number in every version of the server that writes the same version of bytes.
uint64_t DigestOf(const RunSpec& spec);
/// Likewise, of a request to fork run `parent`.
uint64_t DigestOf(const std::string& parent, const ForkRequest& request);

}  // namespace thalweg::runs
