#include "server/storage/sqlite_store.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/storage/sqlite_schema.h"

namespace thalweg::storage {

using runs::RunChange;
using runs::StoredBlock;
using runs::StoredRun;
using runs::StoredRunQuery;
using Use = SqliteStatement::Use;

namespace {

constexpr const char* kColumns =
    "number, id, request_id, spec_digest, state, finished, record, tenant";
constexpr const char* kDocument = "number, kind, id, request_id, digest, finished, record, tenant";

// Room that is kept back on a volume: enough for a deletion's journal, and for others to go on.
constexpr int64_t kMostReserve = 32 << 20;
constexpr int64_t kReserveFraction = 20;  // one part in so many of a small volume

absl::Status NoSuchRun(const std::string& id) {
  return absl::NotFoundError(absl::StrCat("no run '", id, "' is stored"));
}

// SQLite's integers are signed; numbers beyond their range mean "no bound".
int64_t Bound(uint64_t number) {
  return number > static_cast<uint64_t>(INT64_MAX) ? INT64_MAX : static_cast<int64_t>(number);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& directory,
                                                               EventSink* events) {
  absl::StatusOr<DirectoryLock> lock = DirectoryLock::Take(directory);
  if (!lock.ok()) return lock.status();
  absl::StatusOr<sqlite3*> database = OpenDatabase(directory + "/thalweg.db");
  if (!database.ok()) return database.status();
  std::unique_ptr<SqliteStore> store(
      new SqliteStore(*std::move(lock), directory, *database, events));
  if (absl::Status status = store->Prepare(); !status.ok()) return status;
  return store;
}

SqliteStore::~SqliteStore() {
  do_.reset();
  sqlite3_close(database_);
}

absl::Status SqliteStore::Prepare() {
  do_ = std::make_unique<Statements>();
  const std::string select = absl::StrCat("SELECT ", kColumns, " FROM runs ");
  const std::pair<SqliteStatement*, std::string> all[] = {
      {&do_->begin, "BEGIN IMMEDIATE"},
      {&do_->commit, "COMMIT"},
      {&do_->rollback, "ROLLBACK"},
      // Changes nothing, but writes the first page.
      {&do_->beat, absl::StrCat("PRAGMA application_id = ", kApplicationId)},
      {&do_->page_size, "PRAGMA page_size"},
      {&do_->pages, "PRAGMA page_count"},
      {&do_->unused_pages, "PRAGMA freelist_count"},
      {&do_->put_run, absl::StrCat("INSERT INTO runs (", kColumns,
                                   ") VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (number) DO UPDATE SET "
                                   "state = excluded.state, finished = excluded.finished, "
                                   "record = excluded.record")},
      {&do_->put_label, "INSERT OR IGNORE INTO labels (key, value, number) VALUES (?,?,?)"},
      {&do_->put_block, "INSERT INTO blocks (number, first, last, bytes) VALUES (?,?,?,?)"},
      {&do_->put_checkpoint, "INSERT OR REPLACE INTO checkpoints (number, bytes) VALUES (?,?)"},
      {&do_->put_events, "INSERT OR REPLACE INTO events (number, bytes) VALUES (?,?)"},
      {&do_->number_of, "SELECT number FROM runs WHERE id = ?"},
      {&do_->remove_run, "DELETE FROM runs WHERE number = ?"},
      {&do_->remove_labels, "DELETE FROM labels WHERE number = ?"},
      {&do_->remove_all_blocks, "DELETE FROM blocks WHERE number = ?"},
      {&do_->remove_blocks,
       "DELETE FROM blocks WHERE number = ? AND last BETWEEN ?2 AND ?3 AND first >= ?2"},
      {&do_->remove_checkpoint, "DELETE FROM checkpoints WHERE number = ?"},
      {&do_->remove_events, "DELETE FROM events WHERE number = ?"},
      {&do_->get, select + "WHERE id = ?"},
      {&do_->find_request, select + "WHERE request_id = ?"},
      {&do_->unfinished, select + "WHERE finished = 0 ORDER BY number"},
      {&do_->last_number, "SELECT seq FROM sqlite_sequence WHERE name = 'runs'"},
      {&do_->labels_of, "SELECT key, value FROM labels WHERE number = ?"},
      {&do_->list_all, select + "WHERE number < ? ORDER BY number DESC LIMIT ?"},
      {&do_->list_state, select + "WHERE number < ? AND state = ?3 ORDER BY number DESC LIMIT ?2"},
      {&do_->list_tenant, select +
                              "WHERE tenant = ?3 AND number < ?1 AND (?4 IS NULL OR state = ?4) "
                              "ORDER BY number DESC LIMIT ?2"},
      {&do_->list_label,
       absl::StrCat("SELECT r.* FROM labels l CROSS JOIN runs r ON r.number = l.number ",
                    "WHERE l.number < ?1 AND l.key = ?3 AND l.value = ?4 ",
                    "AND (?5 IS NULL OR r.state = ?5) AND (?6 IS NULL OR r.tenant = ?6) ORDER BY "
                    "l.number DESC LIMIT ?2")},
      {&do_->checkpoint, "SELECT bytes FROM checkpoints WHERE number = ?"},
      {&do_->events, "SELECT bytes FROM events WHERE number = ?"},
      {&do_->blocks,
       "SELECT first, last, bytes FROM blocks WHERE number = ? AND last >= ? AND first <= ? "
       "ORDER BY last"},
      {&do_->last_block,
       "SELECT first, last, bytes FROM blocks WHERE number = ? ORDER BY last DESC LIMIT 1"},
      {&do_->put_document,
       absl::StrCat("INSERT INTO documents (", kDocument,
                    ") VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (kind, id) DO UPDATE "
                    "SET finished = excluded.finished, "
                    "record = excluded.record")},
      {&do_->remove_document, "DELETE FROM documents WHERE kind = ? AND id = ?"},
      {&do_->get_document,
       absl::StrCat("SELECT ", kDocument, " FROM documents WHERE kind = ? AND id = ?")},
      {&do_->find_document,
       absl::StrCat("SELECT ", kDocument, " FROM documents WHERE kind = ? AND request_id = ?")},
      {&do_->list_documents,
       absl::StrCat("SELECT ", kDocument, " FROM documents WHERE kind = ? AND number < ? ",
                    "AND finished <= ? AND (?4 IS NULL OR tenant = ?4) "
                    "ORDER BY number DESC LIMIT ?5")},
  };
  for (const auto& [statement, sql] : all) {
    if (absl::Status status = statement->Prepare(database_, sql.c_str(), events_); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::Commit(const std::vector<RunChange>& changes) {
  const std::lock_guard lock(mutex_);
  absl::Status status = Use(do_->begin).Done();
  if (!status.ok()) return status;
  status = Apply(changes);
  if (status.ok()) status = Use(do_->commit).Done();
  // After some errors SQLite has rolled back by itself.
  if (!status.ok() && sqlite3_get_autocommit(database_) == 0) {
    const absl::Status undone = Use(do_->rollback).Done();
    if (!undone.ok()) return undone;  // now nothing is known: not RESOURCE_EXHAUSTED any more
  }
  return status;
}

// What was deleted stays in the file, to be written over: it is free as well.
absl::StatusOr<std::optional<runs::StoreRoom>> SqliteStore::Room() {
  struct statvfs volume {};
  if (statvfs(directory_.c_str(), &volume) != 0) return absl::ErrnoToStatus(errno, directory_);
  const std::lock_guard lock(mutex_);
  int64_t values[3] = {};
  SqliteStatement* const pragmas[3] = {&do_->page_size, &do_->pages, &do_->unused_pages};
  for (int i = 0; i < 3; ++i) {
    Use use(*pragmas[i]);
    if (use.Row()) values[i] = use.Integer(0);
    if (!use.status().ok()) return use.status();
  }
  const auto [page, pages, unused] = values;
  const auto block = static_cast<int64_t>(volume.f_frsize);
  runs::StoreRoom room;
  room.size = page * (pages - unused);
  room.free = static_cast<int64_t>(volume.f_bavail) * block + page * unused;
  room.reserve =
      std::min(kMostReserve, static_cast<int64_t>(volume.f_blocks) * block / kReserveFraction);
  return room;
}

absl::Status SqliteStore::Beat() {
  const std::lock_guard lock(mutex_);
  return Use(do_->beat).Done();
}

absl::Status SqliteStore::Apply(const std::vector<RunChange>& changes) {
  for (const RunChange& change : changes) {
    if (absl::Status status = Apply(change); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::Apply(const RunChange& change) {
  if (change.run && !change.remove) {
    if (absl::Status status = PutRun(*change.run); !status.ok()) return status;
  }
  const absl::StatusOr<int64_t> number = NumberOf(change.id);
  if (change.remove) {
    if (absl::IsNotFound(number.status())) return absl::OkStatus();
    return number.ok() ? Remove(*number) : number.status();
  }
  if (!number.ok()) return number.status();
  for (const StoredBlock& block : change.append) {
    if (absl::Status status = PutBlock(*number, block); !status.ok()) return status;
  }
  for (const RunChange::Replacement& replace : change.replace) {
    absl::Status status =
        Use(do_->remove_blocks).Bind(*number).Bind(replace.first).Bind(replace.last).Done();
    if (!status.ok()) return status;
    for (const StoredBlock& block : replace.with) {
      if (status = PutBlock(*number, block); !status.ok()) return status;
    }
  }
  if (change.events) {
    absl::Status status = Use(do_->put_events).Bind(*number).BindBytes(*change.events).Done();
    if (!status.ok()) return status;
  }
  if (!change.checkpoint) return absl::OkStatus();
  if (change.checkpoint->empty()) return Use(do_->remove_checkpoint).Bind(*number).Done();
  return Use(do_->put_checkpoint).Bind(*number).BindBytes(*change.checkpoint).Done();
}

absl::Status SqliteStore::PutRun(const StoredRun& run) {
  const auto number = static_cast<int64_t>(run.number);
  {
    Use put(do_->put_run);
    put.Bind(number).BindText(run.id);
    if (run.request_id.empty()) {
      put.BindNull();
    } else {
      put.BindText(run.request_id);
    }
    put.Bind(static_cast<int64_t>(run.spec_digest)).Bind(run.state).Bind(run.finished ? 1 : 0);
    absl::Status status = put.BindBytes(run.record).BindText(run.tenant).Done();
    if (!status.ok()) {
      const bool taken = sqlite3_extended_errcode(database_) == SQLITE_CONSTRAINT_UNIQUE;
      return taken ? absl::AlreadyExistsError(status.message()) : status;
    }
  }
  for (const auto& [key, value] : run.labels) {
    absl::Status status = Use(do_->put_label).BindText(key).BindText(value).Bind(number).Done();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::Remove(int64_t number) {
  for (SqliteStatement* remove : {&do_->remove_all_blocks, &do_->remove_checkpoint,
                                  &do_->remove_events, &do_->remove_labels, &do_->remove_run}) {
    if (absl::Status status = Use(*remove).Bind(number).Done(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::PutBlock(int64_t number, const StoredBlock& block) {
  Use put(do_->put_block);
  return put.Bind(number).Bind(block.first).Bind(block.last).BindBytes(block.bytes).Done();
}

absl::StatusOr<int64_t> SqliteStore::NumberOf(const std::string& id) {
  Use use(do_->number_of);
  use.BindText(id);
  if (use.Row()) return use.Integer(0);
  return use.status().ok() ? NoSuchRun(id) : use.status();
}

absl::StatusOr<std::vector<StoredRun>> SqliteStore::ReadRuns(Use& use) {
  std::vector<StoredRun> runs;
  while (use.Row()) {
    StoredRun& run = runs.emplace_back();
    run.number = static_cast<uint64_t>(use.Integer(0));
    run.id = use.Bytes(1);
    run.request_id = use.Bytes(2);
    run.spec_digest = static_cast<uint64_t>(use.Integer(3));
    run.state = static_cast<int>(use.Integer(4));
    run.finished = use.Integer(5) != 0;
    run.record = use.Bytes(6);
    run.tenant = use.Bytes(7);
    Use labels(do_->labels_of);
    labels.Bind(use.Integer(0));
    while (labels.Row()) run.labels.emplace_back(labels.Bytes(0), labels.Bytes(1));
    if (!labels.status().ok()) return labels.status();
  }
  if (!use.status().ok()) return use.status();
  return runs;
}

absl::StatusOr<StoredRun> SqliteStore::Get(const std::string& id) {
  const std::lock_guard lock(mutex_);
  Use use(do_->get);
  use.BindText(id);
  absl::StatusOr<std::vector<StoredRun>> found = ReadRuns(use);
  if (!found.ok()) return found.status();
  if (found->empty()) return NoSuchRun(id);
  return std::move(found->front());
}

absl::StatusOr<std::optional<StoredRun>> SqliteStore::FindRequest(const std::string& request_id) {
  if (request_id.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Use use(do_->find_request);
  use.BindText(request_id);
  absl::StatusOr<std::vector<StoredRun>> found = ReadRuns(use);
  if (!found.ok()) return found.status();
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

absl::StatusOr<std::vector<StoredRun>> SqliteStore::List(const StoredRunQuery& query) {
  const std::lock_guard lock(mutex_);
  SqliteStatement& statement = query.label    ? do_->list_label
                               : query.tenant ? do_->list_tenant
                               : query.state  ? do_->list_state
                                              : do_->list_all;
  Use use(statement);
  use.Bind(Bound(query.before_number)).Bind(query.limit);
  if (query.label) use.BindText(query.label->first).BindText(query.label->second);
  if (!query.label && query.tenant) use.BindText(*query.tenant);
  if (query.state) {
    use.Bind(*query.state);
  } else if (query.label || query.tenant) {
    use.BindNull();
  }
  if (query.label && query.tenant) {
    use.BindText(*query.tenant);
  } else if (query.label) {
    use.BindNull();
  }
  return ReadRuns(use);
}

absl::StatusOr<std::vector<StoredRun>> SqliteStore::Unfinished() {
  const std::lock_guard lock(mutex_);
  Use use(do_->unfinished);
  return ReadRuns(use);
}

absl::StatusOr<uint64_t> SqliteStore::LastNumber() {
  const std::lock_guard lock(mutex_);
  Use use(do_->last_number);
  const uint64_t last = use.Row() ? static_cast<uint64_t>(use.Integer(0)) : 0;
  if (!use.status().ok()) return use.status();
  return last;
}

absl::StatusOr<std::optional<std::string>> SqliteStore::Checkpoint(const std::string& id) {
  return BytesOf(do_->checkpoint, id);
}

absl::StatusOr<std::optional<std::string>> SqliteStore::Events(const std::string& id) {
  return BytesOf(do_->events, id);
}

absl::StatusOr<std::optional<std::string>> SqliteStore::BytesOf(SqliteStatement& statement,
                                                                const std::string& id) {
  const std::lock_guard lock(mutex_);
  const absl::StatusOr<int64_t> number = NumberOf(id);
  if (!number.ok()) return number.status();
  Use use(statement);
  use.Bind(*number);
  if (use.Row()) return use.Bytes(0);
  if (!use.status().ok()) return use.status();
  return std::nullopt;
}

absl::StatusOr<std::optional<StoredBlock>> SqliteStore::LastBlock(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const absl::StatusOr<int64_t> number = NumberOf(id);
  if (!number.ok()) return number.status();
  Use use(do_->last_block);
  use.Bind(*number);
  if (use.Row()) return StoredBlock{use.Integer(0), use.Integer(1), use.Bytes(2)};
  if (!use.status().ok()) return use.status();
  return std::nullopt;
}

absl::StatusOr<std::vector<StoredBlock>> SqliteStore::Blocks(const std::string& id, int64_t from,
                                                             int64_t to, size_t max_bytes) {
  const std::lock_guard lock(mutex_);
  const absl::StatusOr<int64_t> number = NumberOf(id);
  if (!number.ok()) return number.status();
  Use use(do_->blocks);
  use.Bind(*number).Bind(from).Bind(to);
  std::vector<StoredBlock> blocks;
  size_t bytes = 0;
  while (use.Row()) {
    StoredBlock block{use.Integer(0), use.Integer(1), use.Bytes(2)};
    if (!blocks.empty() && bytes + block.bytes.size() > max_bytes) break;
    bytes += block.bytes.size();
    blocks.push_back(std::move(block));
  }
  if (!use.status().ok()) return use.status();
  return blocks;
}

}  // namespace thalweg::storage
