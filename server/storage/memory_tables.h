#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "server/datasets/table_store.h"

namespace thalweg::storage {

/// Tables that live as long as the process.
class MemoryTables final : public datasets::TableStore {
 public:
  absl::StatusOr<std::unique_ptr<datasets::TableDraft>> Draft(Index rows, size_t columns) override;
  absl::StatusOr<std::unique_ptr<datasets::Staging>> Stage() override;
  absl::StatusOr<std::shared_ptr<const data::Table>> Open(const std::string& id) override;
  absl::StatusOr<std::vector<std::string>> Ids() override;
  absl::Status Remove(const std::string& id) override;

  void Put(const std::string& id, std::shared_ptr<const data::Table> table);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const data::Table>> tables_;
};

}  // namespace thalweg::storage
