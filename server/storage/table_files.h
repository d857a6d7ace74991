#pragma once

#include <memory>
#include <string>

#include "server/datasets/table_store.h"

namespace thalweg::storage {

/// Tables as files of a folder, mapped when opened. A file, `<id>.table`, is
///   4096 bytes   head: what it is, its shape, where the rest lies, a checksum of all that
///   the cells    column after column, little-endian doubles
///   the columns  a checksum of each, then EncodeColumns
/// Checksums are CRC-32C. What is being made lies in files of other names, in `making` beside them:
/// it is written out before it gets its name, so there is no half of a table, and what a crash left
/// there is removed when the folder is opened.
class TableFiles final : public datasets::TableStore {
 public:
  /// Makes the folder where there is none (its parent must be there). One server at a time, as with
  /// the store beside it.
  static absl::StatusOr<std::unique_ptr<TableFiles>> In(const std::string& folder);

  absl::StatusOr<std::unique_ptr<datasets::TableDraft>> Draft(Index rows, size_t columns) override;
  absl::StatusOr<std::unique_ptr<datasets::Staging>> Stage() override;
  absl::StatusOr<std::shared_ptr<const data::Table>> Open(const std::string& id) override;
  absl::StatusOr<std::vector<std::string>> Ids() override;
  absl::Status Remove(const std::string& id) override;

 private:
  explicit TableFiles(std::string folder) : folder_(std::move(folder)) {}

  const std::string folder_;
};

}  // namespace thalweg::storage
