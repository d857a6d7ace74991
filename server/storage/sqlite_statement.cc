#include "server/storage/sqlite_statement.h"

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace thalweg::storage {
namespace {

/// What failed, from SQLite's extended result code and the errno that it kept.
StorageFailed FailureOf(int code, int system_error) {
  StorageFailed failure{"write", "other"};
  switch (code) {
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      failure.op = "fsync";
      break;
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_FSTAT:
      failure.op = "read";
      break;
    default:
      break;
  }
  switch (code & 0xFF) {  // the low byte is the primary code
    case SQLITE_FULL:
      return {failure.op, "enospc"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {"read", "corrupt"};
    case SQLITE_CANTOPEN:
      failure.op = "open";
      break;
    default:
      break;
  }
  if (system_error == ENOSPC || system_error == EDQUOT) failure.error = "enospc";
  if (system_error == EIO) failure.error = "eio";
  if (system_error == EMFILE || system_error == ENFILE) failure.error = "emfile";
  return failure;
}

/// Results that are answers and no failures.
bool IsAnswer(int code) { return (code & 0xFF) == SQLITE_CONSTRAINT; }

}  // namespace

absl::Status SqliteStatus(sqlite3* database, int code, const std::string& doing) {
  const std::string text =
      absl::StrCat("sqlite: cannot ", doing, ": ",
                   database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  switch (code & 0xFF) {  // the low byte is the primary code
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::ResourceExhaustedError(text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(text);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return absl::PermissionDeniedError(text);
    default:
      return absl::InternalError(text);
  }
}

absl::Status SqliteStatement::Prepare(sqlite3* database, const char* sql, EventSink* events) {
  database_ = database;
  events_ = events;
  const int code =
      sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : SqliteStatus(database, code, sql);
}

SqliteStatement::Use::~Use() {
  sqlite3_reset(raw_);
  sqlite3_clear_bindings(raw_);
}

void SqliteStatement::Use::Check(int code) {
  if (code != SQLITE_OK && status_.ok()) status_ = SqliteStatus(database_, code, "bind");
}

SqliteStatement::Use& SqliteStatement::Use::Bind(int64_t value) {
  Check(sqlite3_bind_int64(raw_, ++bound_, value));
  return *this;
}

SqliteStatement::Use& SqliteStatement::Use::BindText(std::string_view value) {
  Check(
      sqlite3_bind_text64(raw_, ++bound_, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

SqliteStatement::Use& SqliteStatement::Use::BindBytes(std::string_view value) {
  Check(sqlite3_bind_blob64(raw_, ++bound_, value.data(), value.size(), SQLITE_STATIC));
  return *this;
}

SqliteStatement::Use& SqliteStatement::Use::BindNull() {
  Check(sqlite3_bind_null(raw_, ++bound_));
  return *this;
}

bool SqliteStatement::Use::Row() {
  if (!status_.ok()) return false;
  const int code = sqlite3_step(raw_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    const int extended = sqlite3_extended_errcode(database_);
    status_ = SqliteStatus(database_, extended, sqlite3_sql(raw_));
    if (events_ != nullptr && !IsAnswer(extended)) {
      events_->On(FailureOf(extended, sqlite3_system_errno(database_)));
    }
  }
  return false;
}

absl::Status SqliteStatement::Use::Done() {
  while (Row()) {
  }
  return status_;
}

std::string SqliteStatement::Use::Bytes(int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(raw_, column));
  const int size = sqlite3_column_bytes(raw_, column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<size_t>(size));
}

}  // namespace thalweg::storage
