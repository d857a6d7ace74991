#include "server/core/batches/row_feed.h"

#include <utility>

#include "server/core/violation.h"

namespace thalweg {

absl::StatusOr<RowFeed> RowFeed::Make(const Part& batches, Objective& objective) {
  RowFeed feed;
  feed.rows_ = objective.rows();
  if (batches.kind.empty()) return feed;
  auto plan = MakeFrom(BatchPlans(), "batches", batches);
  if (!plan.ok()) return Under("batches", plan.status());
  if (!feed.any()) {
    return Refuse("batches", Reason::kInvalidValue,
                  "batches are of the rows of a model, and this objective is none; leave them out");
  }
  feed.plan_ = *std::move(plan);
  const std::vector<double> importance =
      feed.plan_->weighted() ? feed.rows_->Importance() : std::vector<double>();
  feed.plan_->Begin(feed.rows_->row_count(), importance);
  return feed;
}

absl::Status RowFeed::Show(uint64_t seed, int64_t k) {
  if (!batched()) return absl::OkStatus();
  plan_->Fill(seed, k, batch_);
  return rows_->SetRows(batch_.rows, batch_.factors);
}

void RowFeed::ShowAll() {
  if (batched()) rows_->UseAllRows();
}

}  // namespace thalweg
