#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "server/core/batches/batch_plan.h"
#include "server/core/rows.h"

namespace thalweg {

/// Tells an objective which rows its next evaluations see, by a plan. Of an objective without rows
/// there is nothing to tell.
class RowFeed {
 public:
  RowFeed() = default;
  /// `objective` must outlive it. No kind: all rows. Errors are under "batches".
  static absl::StatusOr<RowFeed> Make(const Part& batches, Objective& objective);

  /// Whether the objective has rows.
  bool any() const { return rows_ != nullptr; }
  /// Whether steps see some of them only.
  bool batched() const { return plan_ != nullptr && !plan_->full(); }
  bool validates() const { return any() && rows_->has_validation(); }
  RowObjective& rows() const { return *rows_; }

  /// Evaluations see batch k from now on.
  absl::Status Show(uint64_t seed, int64_t k);
  void ShowAll();

  /// Passes that steps 1 ... k made, which saw batches 0 ... k - 1.
  double EpochAt(int64_t k) const { return plan_->EpochAt(k); }
  bool EpochEndsAt(int64_t k) const { return k % plan_->batches() == 0; }

 private:
  RowObjective* rows_ = nullptr;
  std::unique_ptr<BatchPlan> plan_;
  Batch batch_;  // memory
};

}  // namespace thalweg
