#pragma once

#include <memory>
#include <string>
#include <utility>

#include "server/core/data/table.h"

namespace thalweg::data {

/// The tables as one tenant's callers see them: another's are not there.
class TenantTables final : public TableSource {
 public:
  /// `all` outlives it.
  TenantTables(TableSource& all, std::string tenant) : all_(all), tenant_(std::move(tenant)) {}

  absl::StatusOr<std::shared_ptr<const Table>> Open(const std::string& id) override {
    if (absl::Status status = all_.MayUse(tenant_, id); !status.ok()) return status;
    return all_.Open(id);
  }
  absl::Status MayUse(const std::string& tenant, const std::string& id) override {
    return all_.MayUse(tenant, id);
  }

 private:
  TableSource& all_;
  const std::string tenant_;
};

}  // namespace thalweg::data
