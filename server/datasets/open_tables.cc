#include "server/datasets/open_tables.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg::datasets {

absl::StatusOr<OpenTables::Table> OpenTables::Open(const std::string& id) {
  const std::lock_guard opening(opening_);
  {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(id);
    if (entry != entries_.end()) {
      if (Table table = entry->second.table.lock()) return table;
    }
  }
  absl::StatusOr<Table> table = store_.Open(id);
  if (!table.ok()) return table.status();
  const std::lock_guard lock(mutex_);
  DropUnused();
  entries_[id].table = *table;
  return table;
}

absl::StatusOr<OpenTables::Table> OpenTables::Look(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    if (barred_.contains(id)) return absl::NotFoundError(id);
  }
  return Open(id);
}

absl::StatusOr<OpenTables::Table> OpenTables::Use(const std::string& id) {
  absl::StatusOr<Table> table = Look(id);
  if (!table.ok()) return table;
  const std::lock_guard lock(mutex_);
  if (barred_.contains(id)) return absl::NotFoundError(id);  // since it was opened
  Entry& entry = entries_[id];
  entry.table = *table;
  if (Table use = entry.use.lock()) return use;
  // Another owner of the same table, which goes when the last user does.
  const auto owner = std::make_shared<Table>(*table);
  Table use(owner, table->get());
  entry.use = use;
  return use;
}

bool OpenTables::Bar(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(id);
  if (entry != entries_.end() && !entry->second.use.expired()) return false;
  return barred_.insert(id).second;
}

void OpenTables::Unbar(const std::string& id) {
  const std::lock_guard lock(mutex_);
  barred_.erase(id);
}

void OpenTables::Forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  entries_.erase(id);
}

void OpenTables::DropUnused() {
  std::erase_if(entries_, [](const auto& entry) {
    return entry.second.table.expired() && entry.second.use.expired();
  });
}

}  // namespace thalweg::datasets
