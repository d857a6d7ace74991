#include "server/storage/memory_tables.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg::storage {
namespace {

class MemoryDraft final : public datasets::TableDraft {
 public:
  MemoryDraft(MemoryTables& tables, Index rows, size_t columns)
      : tables_(tables),
        rows_(rows),
        cells_(std::make_shared<std::vector<double>>(static_cast<size_t>(rows) * columns)) {}

  double* cells() override { return cells_->data(); }
  absl::StatusOr<int64_t> Keep(const std::string& id,
                               const std::vector<data::ColumnInfo>& columns) override {
    tables_.Put(id, std::make_shared<data::Table>(columns, rows_, cells_->data(), cells_));
    return static_cast<int64_t>(cells_->size() * sizeof(double));
  }

 private:
  MemoryTables& tables_;
  const Index rows_;
  const std::shared_ptr<std::vector<double>> cells_;
};

class MemoryStaging final : public datasets::Staging {
 public:
  absl::Status Write(int64_t offset, std::string_view bytes) override {
    const auto begin = static_cast<size_t>(offset);
    if (bytes_.size() < begin + bytes.size()) bytes_.resize(begin + bytes.size());
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + offset);
    return absl::OkStatus();
  }
  absl::StatusOr<size_t> Read(int64_t offset, std::span<char> to) override {
    const auto begin = std::min(static_cast<size_t>(offset), bytes_.size());
    const size_t count = std::min(to.size(), bytes_.size() - begin);
    std::memcpy(to.data(), bytes_.data() + begin, count);
    return count;
  }

 private:
  std::string bytes_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<datasets::TableDraft>> MemoryTables::Draft(Index rows,
                                                                          size_t columns) {
  return std::make_unique<MemoryDraft>(*this, rows, columns);
}

absl::StatusOr<std::unique_ptr<datasets::Staging>> MemoryTables::Stage() {
  return std::make_unique<MemoryStaging>();
}

absl::StatusOr<std::shared_ptr<const data::Table>> MemoryTables::Open(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find(id);
  if (found == tables_.end()) return absl::NotFoundError(absl::StrCat("no table '", id, "'"));
  return found->second;
}

absl::StatusOr<std::vector<std::string>> MemoryTables::Ids() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, table] : tables_) ids.push_back(id);
  return ids;
}

absl::Status MemoryTables::Remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  tables_.erase(id);
  return absl::OkStatus();
}

void MemoryTables::Put(const std::string& id, std::shared_ptr<const data::Table> table) {
  const std::lock_guard lock(mutex_);
  tables_[id] = std::move(table);
}

}  // namespace thalweg::storage
