#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/runs/document_store.h"
#include "server/runs/iterate_block.h"

namespace thalweg::runs {

/// A run as a store keeps it. `record` is opaque to the store (codec.h writes it); the other
/// members are what it is looked up by.
struct StoredRun {
  std::string id;
  uint64_t number = 0;       ///< Order of creation, unique, from 1; lists go by it.
  std::string request_id;    ///< Empty: none. Unique otherwise.
  uint64_t spec_digest = 0;  ///< Of the spec, to tell a retry from a reused request_id.
  int state = 0;             ///< RunState as a number.
  bool finished = false;
  std::vector<std::pair<std::string, std::string>> labels;
  std::string record;       ///< Everything else, encoded.
  std::string tenant = {};  ///< RunSpec's.
};

/// Iterates of a run, encoded, as one row.
struct StoredBlock {
  int64_t first = 0;  ///< First and last iteration inside.
  int64_t last = 0;
  std::string bytes;  ///< Encode(IterateBlock).
};

/// What one run has to write. All changes of one Commit are made together or not at all.
struct RunChange {
  std::string id;
  std::optional<StoredRun> run;           ///< The new record.
  std::vector<StoredBlock> append;        ///< Behind what is there.
  std::optional<std::string> checkpoint;  ///< Replaces the one before; empty: there is none now.
  std::optional<std::string> events;      ///< What happened so far: replaces those before.
  /// Blocks that lie wholly in [first, last] are replaced by `with` (thinning).
  struct Replacement {
    int64_t first = 0;
    int64_t last = 0;
    std::vector<StoredBlock> with;
  };
  std::vector<Replacement> replace;  ///< Done after `append`.
  bool remove = false;               ///< Deletes the run with all that belongs to it.
};

struct StoredRunQuery {
  std::optional<int> state;
  std::optional<std::pair<std::string, std::string>> label;
  std::optional<std::string> tenant = {};  ///< Only this one's.
  uint64_t before_number = UINT64_MAX;     ///< Only older ones: for paging.
  int limit = 100;
};

/// Room for what is kept, in bytes.
struct StoreRoom {
  int64_t size = 0;     ///< Taken.
  int64_t free = 0;     ///< That can still be written.
  int64_t reserve = 0;  ///< Of `free`: kept back for what makes room, and for others on the disk.
};

/// What a storage backend must do. Everything that returned OK survives kill -9 and power loss.
/// Calls may come from several threads. Statuses: NOT_FOUND, DATA_LOSS (a checksum), and
/// RESOURCE_EXHAUSTED (the disk is full); after any other failed Commit the store must not be
/// written to again (a failed fsync cannot be retried).
class RunStore : public DocumentStore {
 public:
  /// A change without `run` of a run that is not there is NOT_FOUND, and nothing is changed; a
  /// removal of one is no error. A second run with the same request_id is ALREADY_EXISTS.
  virtual absl::Status Commit(const std::vector<RunChange>& changes) = 0;

  /// None where there is no bound but memory.
  virtual absl::StatusOr<std::optional<StoreRoom>> Room() { return std::nullopt; }
  /// Makes the least of changes durable, to see that one can be. Fails as Commit does.
  virtual absl::Status Beat() { return absl::OkStatus(); }

  virtual absl::StatusOr<StoredRun> Get(const std::string& id) = 0;
  virtual absl::StatusOr<std::optional<StoredRun>> FindRequest(const std::string& request_id) = 0;
  virtual absl::StatusOr<std::vector<StoredRun>> List(const StoredRunQuery& query) = 0;
  virtual absl::StatusOr<std::vector<StoredRun>> Unfinished() = 0;  ///< Oldest first.
  virtual absl::StatusOr<uint64_t> LastNumber() = 0;                ///< 0 when empty.

  virtual absl::StatusOr<std::optional<std::string>> Checkpoint(const std::string& id) = 0;
  /// What happened so far, where anything did.
  virtual absl::StatusOr<std::optional<std::string>> Events(const std::string& id) = 0;
  /// The block with the newest iterates, when there is any.
  virtual absl::StatusOr<std::optional<StoredBlock>> LastBlock(const std::string& id) = 0;
  /// Blocks that overlap [from, to], in order, stopping after `max_bytes` (at least one). NOT_FOUND
  /// when there is no such run.
  virtual absl::StatusOr<std::vector<StoredBlock>> Blocks(const std::string& id, int64_t from,
                                                          int64_t to, size_t max_bytes) = 0;
};

}  // namespace thalweg::runs
