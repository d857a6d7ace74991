#pragma once

#include <sqlite3.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/runs/run_store.h"
#include "server/storage/directory_lock.h"
#include "server/storage/sqlite_statement.h"

namespace thalweg::storage {

/// Runs in one SQLite database in a directory of its own.
///
/// One connection, used under one mutex: one is all that a group commit needs. The directory's lock
/// keeps other servers out; nobody else may open the file while a server has it.
class SqliteStore : public runs::RunStore {
 public:
  /// `events` (may be null) outlives the store.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& directory,
                                                           EventSink* events = nullptr);
  ~SqliteStore() override;

  absl::Status Commit(const std::vector<runs::RunChange>& changes) override;
  absl::StatusOr<std::optional<runs::StoreRoom>> Room() override;
  absl::Status Beat() override;
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
  SqliteStore(DirectoryLock lock, const std::string& directory, sqlite3* database,
              EventSink* events)
      : directory_lock_(std::move(lock)),
        directory_(directory),
        database_(database),
        events_(events) {}

  absl::Status Prepare();
  absl::Status Apply(const std::vector<runs::RunChange>& changes);        // requires mutex_
  absl::Status Apply(const runs::RunChange& change);                      // requires mutex_
  absl::Status PutRun(const runs::StoredRun& run);                        // requires mutex_
  absl::Status Remove(int64_t number);                                    // requires mutex_
  absl::Status PutBlock(int64_t number, const runs::StoredBlock& block);  // requires mutex_
  absl::StatusOr<int64_t> NumberOf(const std::string& id);                // requires mutex_
  absl::StatusOr<std::optional<std::string>> BytesOf(SqliteStatement& statement,
                                                     const std::string& id);
  absl::StatusOr<std::vector<runs::StoredRun>> ReadRuns(
      SqliteStatement::Use& use);  // requires mutex_

  const DirectoryLock directory_lock_;
  const std::string directory_;
  std::mutex mutex_;
  sqlite3* const database_;
  EventSink* const events_;

  struct Statements {
    SqliteStatement begin, commit, rollback, beat, page_size, pages, unused_pages;
    SqliteStatement put_run, put_label, put_block, put_checkpoint, put_events, number_of;
    SqliteStatement remove_run, remove_labels, remove_all_blocks, remove_blocks;
    SqliteStatement remove_checkpoint, remove_events;
    SqliteStatement get, find_request, unfinished, last_number, labels_of;
    SqliteStatement list_all, list_state, list_tenant, list_label;
    SqliteStatement checkpoint, events, blocks, last_block;
    SqliteStatement put_document, remove_document, get_document, find_document, list_documents;
  };
  std::unique_ptr<Statements> do_;  // gone before the connection is closed
};

}  // namespace thalweg::storage
