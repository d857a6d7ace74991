#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace thalweg::datasets {

/// Bytes that tables and uploads take, of all tenants and of each, and the limits of both. Safe for
/// concurrent use.
class Ledger {
 public:
  Ledger(int64_t most, std::function<int64_t(const std::string&)> most_of)
      : most_(most), most_of_(std::move(most_of)) {}

  /// Bytes that are given back when it goes.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept { *this = std::move(other); }
    Share& operator=(Share&& other) noexcept;
    ~Share();
    int64_t bytes() const { return bytes_; }
    /// RESOURCE_EXHAUSTED (QUOTA_EXCEEDED) where there is no room for more; then nothing changes.
    absl::Status Grow(int64_t bytes);

   private:
    friend class Ledger;
    Share(Ledger* ledger, std::string tenant) : ledger_(ledger), tenant_(std::move(tenant)) {}

    Ledger* ledger_ = nullptr;
    std::string tenant_;
    int64_t bytes_ = 0;
  };

  Share Open(const std::string& tenant) { return {this, tenant}; }
  /// What is there counts, whatever the limits are by now.
  Share OpenWith(const std::string& tenant, int64_t bytes);

 private:
  absl::Status Take(const std::string& tenant, int64_t bytes);
  void Give(const std::string& tenant, int64_t bytes);

  const int64_t most_;
  const std::function<int64_t(const std::string&)> most_of_;
  std::mutex mutex_;
  int64_t all_ = 0;
  std::map<std::string, int64_t> of_tenant_;
};

}  // namespace thalweg::datasets
