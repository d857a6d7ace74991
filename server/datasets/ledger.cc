#include "server/datasets/ledger.h"

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::datasets {
namespace {

constexpr char kQuota[] = "dataset_bytes";

std::string MiB(int64_t bytes) { return absl::StrCat(bytes >> 20, " MiB"); }

}  // namespace

Ledger::Share& Ledger::Share::operator=(Share&& other) noexcept {
  std::swap(ledger_, other.ledger_);
  std::swap(tenant_, other.tenant_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Ledger::Share::~Share() {
  if (ledger_ != nullptr && bytes_ != 0) ledger_->Give(tenant_, bytes_);
}

absl::Status Ledger::Share::Grow(int64_t bytes) {
  if (absl::Status status = ledger_->Take(tenant_, bytes); !status.ok()) return status;
  bytes_ += bytes;
  return absl::OkStatus();
}

Ledger::Share Ledger::OpenWith(const std::string& tenant, int64_t bytes) {
  Share share = Open(tenant);
  share.bytes_ = bytes;
  const std::lock_guard lock(mutex_);
  all_ += bytes;
  of_tenant_[tenant] += bytes;
  return share;
}

absl::Status Ledger::Take(const std::string& tenant, int64_t bytes) {
  const int64_t most_of_tenant = most_of_ ? most_of_(tenant) : 0;
  const std::lock_guard lock(mutex_);
  if (bytes > most_ - all_) {
    return RefuseQuota({.quota = kQuota, .limit = most_, .subject = ""},
                       absl::StrCat("datasets and uploads have ", MiB(all_), " of the ", MiB(most_),
                                    " that this server allows: delete some"));
  }
  int64_t& of_tenant = of_tenant_[tenant];
  if (most_of_tenant > 0 && bytes > most_of_tenant - of_tenant) {
    return RefuseQuota({.quota = kQuota, .limit = most_of_tenant, .subject = tenant},
                       absl::StrCat("tenant ", Quoted(tenant), " has ", MiB(of_tenant), " of the ",
                                    MiB(most_of_tenant), " of datasets that it may: delete some"));
  }
  all_ += bytes;
  of_tenant += bytes;
  return absl::OkStatus();
}

void Ledger::Give(const std::string& tenant, int64_t bytes) {
  const std::lock_guard lock(mutex_);
  all_ -= bytes;
  const auto of_tenant = of_tenant_.find(tenant);
  of_tenant->second -= bytes;
  if (of_tenant->second == 0) of_tenant_.erase(of_tenant);
}

}  // namespace thalweg::datasets
