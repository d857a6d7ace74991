#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "server/datasets/table_store.h"

namespace thalweg::datasets {

/// Tables in memory, each once, for as long as anyone has it. Knows who uses one (a run, which must
/// not lose it) from who looks at it. Safe for concurrent use.
class OpenTables {
 public:
  using Table = std::shared_ptr<const data::Table>;

  explicit OpenTables(TableStore& store) : store_(store) {}

  absl::StatusOr<Table> Look(const std::string& id);
  absl::StatusOr<Table> Use(const std::string& id);

  /// From now on nobody gets it: NOT_FOUND. False, and nothing changes, while someone uses it.
  bool Bar(const std::string& id);
  void Unbar(const std::string& id);
  /// What is opened next is read anew: its bytes were replaced.
  void Forget(const std::string& id);

 private:
  struct Entry {
    std::weak_ptr<const data::Table> table;
    std::weak_ptr<const data::Table> use;  // lives as long as users
  };

  absl::StatusOr<Table> Open(const std::string& id);
  void DropUnused();  // requires mutex_

  TableStore& store_;
  std::mutex opening_;  // one reads a table, the next finds it read
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::set<std::string> barred_;
};

}  // namespace thalweg::datasets
