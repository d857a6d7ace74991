#include "server/storage/sqlite_schema.h"

#include "absl/strings/str_cat.h"
#include "server/storage/sqlite_statement.h"

namespace thalweg::storage {
namespace {

constexpr int kOldestSqlite = 3038000;  // the oldest release that this file was thought through for
constexpr int kSchemaVersion = 4;

// A rollback journal and no write-ahead log: blobs appended to the file's end are written once and
// not twice, a commit's time has no peaks when a log is folded back (measured: worst tiny commit
// 0.7 ms against 8 ms, 64 MB of blobs at 330 to 500 MB/s against 110 to 350), and the defect that
// SQLite up to 3.51.2 has in write-ahead logs can't be met. PERSIST spares the journal's inode.
// FULL: a commit that returned survives power loss. EXCLUSIVE: no second connection by mistake.
// Pages large enough for blobs, small enough for an index of many runs. No memory mapping: an I/O
// error must be a result and no SIGBUS.
constexpr const char* kSettings = R"sql(
  PRAGMA page_size = 8192;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = PERSIST;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA synchronous = FULL;
  PRAGMA mmap_size = 0;
  PRAGMA cache_size = -16384;
  PRAGMA temp_store = MEMORY;
  PRAGMA foreign_keys = OFF;
)sql";

constexpr const char* kSchema = R"sql(
  CREATE TABLE runs (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice, also after deletions
    id          TEXT NOT NULL UNIQUE,
    request_id  TEXT UNIQUE,                        -- NULL: none
    spec_digest INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    finished    INTEGER NOT NULL,
    record      BLOB NOT NULL
  );
  CREATE INDEX runs_by_state ON runs (state, number);
  CREATE INDEX unfinished_runs ON runs (number) WHERE finished = 0;

  CREATE TABLE labels (
    key TEXT NOT NULL, value TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (key, value, number)
  ) WITHOUT ROWID;
  CREATE INDEX labels_by_run ON labels (number);

  CREATE TABLE blocks (
    place INTEGER PRIMARY KEY,                      -- append-only: big rows side by side
    number INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE UNIQUE INDEX blocks_by_run ON blocks (number, last, first);

  CREATE TABLE checkpoints (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
)sql";

constexpr const char* kSchemaSince2 = R"sql(
  CREATE TABLE events (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
)sql";

constexpr const char* kSchemaSince3 = R"sql(
  CREATE TABLE documents (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT NOT NULL,
    id          TEXT NOT NULL,
    request_id  TEXT,                               -- NULL: none
    digest      INTEGER NOT NULL,
    finished    INTEGER NOT NULL,
    record      BLOB NOT NULL,
    UNIQUE (kind, id), UNIQUE (kind, request_id)
  );
)sql";

// What was there before belongs to nobody, whom only admins see once there are tenants.
constexpr const char* kSchemaSince4 = R"sql(
  ALTER TABLE runs ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
  ALTER TABLE documents ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
  CREATE INDEX runs_by_tenant ON runs (tenant, number);
)sql";

absl::Status Run(sqlite3* database, const std::string& sql, const char* doing) {
  const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus()
                           : SqliteStatus(database, sqlite3_extended_errcode(database), doing);
}

absl::StatusOr<int64_t> Pragma(sqlite3* database, const char* sql) {
  SqliteStatement statement;
  if (absl::Status status = statement.Prepare(database, sql); !status.ok()) return status;
  SqliteStatement::Use use(statement);
  if (!use.Row()) return use.status().ok() ? absl::InternalError(sql) : use.status();
  return use.Integer(0);
}

absl::Status Upgrade(sqlite3* database, int64_t version) {
  if (version == kSchemaVersion) return absl::OkStatus();
  if (version > kSchemaVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the data were written by a newer server (schema ", version, "; this server knows ",
        kSchemaVersion, "): use that version or another data directory"));
  }
  return Run(database,
             absl::StrCat("BEGIN IMMEDIATE;", version < 1 ? kSchema : "",
                          version < 2 ? kSchemaSince2 : "", version < 3 ? kSchemaSince3 : "",
                          kSchemaSince4, "PRAGMA application_id = ", kApplicationId,
                          ";PRAGMA user_version = ", kSchemaVersion, ";COMMIT;"),
             "make the schema");
}

absl::Status SetUp(sqlite3* database) {
  if (absl::Status status = Run(database, kSettings, "open the database"); !status.ok()) {
    return status;
  }
  const absl::StatusOr<int64_t> application = Pragma(database, "PRAGMA application_id");
  if (!application.ok()) return application.status();
  const absl::StatusOr<int64_t> version = Pragma(database, "PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version != 0 && *application != kApplicationId) {
    return absl::FailedPreconditionError("the database in the data directory is not Thalweg's");
  }
  return Upgrade(database, *version);
}

}  // namespace

absl::StatusOr<sqlite3*> OpenDatabase(const std::string& path) {
  if (sqlite3_libversion_number() < kOldestSqlite || sqlite3_threadsafe() == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("SQLite ", sqlite3_libversion(), " is too old or not safe with threads"));
  }
  sqlite3* database = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  absl::Status status =
      code == SQLITE_OK ? SetUp(database) : SqliteStatus(database, code, "open the database");
  if (status.ok()) return database;
  sqlite3_close(database);
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

}  // namespace thalweg::storage
