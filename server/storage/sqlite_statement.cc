#include "server/storage/sqlite_statement.h"

#include "absl/strings/str_cat.h"

namespace thalweg::storage {

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

absl::Status SqliteStatement::Prepare(sqlite3* database, const char* sql) {
  database_ = database;
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
    status_ = SqliteStatus(database_, sqlite3_extended_errcode(database_), sqlite3_sql(raw_));
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
