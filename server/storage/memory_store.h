#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "server/runs/run_store.h"

namespace thalweg::storage {

/// Keeps runs as long as the process lives: for tests, and for servers that need not remember.
class MemoryStore : public runs::RunStore {
 public:
  absl::Status Commit(const std::vector<runs::RunChange>& changes) override;
  absl::StatusOr<runs::StoredRun> Get(const std::string& id) override;
  absl::StatusOr<std::optional<runs::StoredRun>> FindRequest(
      const std::string& request_id) override;
  absl::StatusOr<std::vector<runs::StoredRun>> List(const runs::StoredRunQuery& query) override;
  absl::StatusOr<std::vector<runs::StoredRun>> Unfinished() override;
  absl::StatusOr<uint64_t> LastNumber() override;
  absl::StatusOr<std::optional<std::string>> Checkpoint(const std::string& id) override;
  absl::StatusOr<std::optional<std::string>> Events(const std::string& id) override;
  absl::StatusOr<std::optional<runs::StoredBlock>> LastBlock(const std::string& id) override;
  absl::StatusOr<std::vector<runs::StoredBlock>> Blocks(const std::string& id, int64_t from,
                                                        int64_t to, size_t max_bytes) override;

  absl::Status PutDocument(const runs::StoredDocument& document) override;
  absl::Status RemoveDocument(const std::string& kind, const std::string& id) override;
  absl::StatusOr<runs::StoredDocument> GetDocument(const std::string& kind,
                                                   const std::string& id) override;
  absl::StatusOr<std::optional<runs::StoredDocument>> FindDocument(
      const std::string& kind, const std::string& request_id) override;
  absl::StatusOr<std::vector<runs::StoredDocument>> ListDocuments(
      const runs::StoredDocumentQuery& query) override;

 private:
  struct Kept {
    runs::StoredRun run;
    std::map<int64_t, runs::StoredBlock> blocks;  // by last iteration
    std::optional<std::string> checkpoint;
    std::optional<std::string> events;
  };

  absl::Status Check(const std::vector<runs::RunChange>& changes) const;  // requires mutex_
  void Apply(const runs::RunChange& change);                              // requires mutex_

  std::mutex mutex_;
  std::map<std::string, Kept> runs_;
  std::map<uint64_t, std::string> ids_;          // by number
  std::map<std::string, std::string> requests_;  // id by request_id
  uint64_t last_number_ = 0;
  std::map<uint64_t, runs::StoredDocument> documents_;  // by number
  uint64_t last_document_ = 0;
};

}  // namespace thalweg::storage
