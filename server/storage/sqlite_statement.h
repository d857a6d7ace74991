#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/events/events.h"

namespace thalweg::storage {

/// What SQLite's result `code` means for a RunStore: RESOURCE_EXHAUSTED for a full disk (or no
/// memory), DATA_LOSS for a damaged file, INTERNAL for the rest.
absl::Status SqliteStatus(sqlite3* database, int code, const std::string& doing);

/// A prepared statement that is used many times: bind in order, step, read, and it resets itself.
///
///   SqliteStatement::Use use(insert_);
///   use.Bind(number).Bind(text);
///   absl::Status status = use.Done();
class SqliteStatement {
 public:
  SqliteStatement() = default;
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement() { sqlite3_finalize(statement_); }

  /// `events` (may be null) is told of operations on files that fail.
  absl::Status Prepare(sqlite3* database, const char* sql, EventSink* events = nullptr);

  class Use {
   public:
    explicit Use(SqliteStatement& statement)
        : database_(statement.database_), raw_(statement.statement_), events_(statement.events_) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use();

    Use& Bind(int64_t value);
    Use& BindText(std::string_view value);   ///< The bytes must outlive the use.
    Use& BindBytes(std::string_view value);  ///< The bytes must outlive the use.
    Use& BindNull();

    /// True while there is a row to read; then look at status().
    bool Row();
    /// Runs to the end, for statements without rows.
    absl::Status Done();
    const absl::Status& status() const { return status_; }

    int64_t Integer(int column) { return sqlite3_column_int64(raw_, column); }
    std::string Bytes(int column);
    bool IsNull(int column) { return sqlite3_column_type(raw_, column) == SQLITE_NULL; }

   private:
    void Check(int code);

    sqlite3* database_;
    sqlite3_stmt* raw_;
    EventSink* events_;
    int bound_ = 0;  // parameters bound so far
    absl::Status status_;
  };

 private:
  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  EventSink* events_ = nullptr;
};

}  // namespace thalweg::storage
