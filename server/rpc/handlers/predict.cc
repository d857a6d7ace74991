#include "server/rpc/handlers/predict.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/fitted_model.h"
#include "server/rpc/handlers/predictions.h"

namespace thalweg::rpc {
namespace {

constexpr Index kNumbersOfMessage = 120'000;  // 960 kB, which leaves room for the classes

/// Rows of a table, answered part after part.
class Rows {
 public:
  Rows(KnownModel model, Vector x, std::shared_ptr<const data::Table> table, Index row, Index end,
       const Interruption& interruption)
      : model_(std::move(model)),
        table_(std::move(table)),
        predictor_(model_.objective->parts(), x),
        row_(row),
        end_(end),
        most_(std::max<Index>(kNumbersOfMessage / (1 + predictor_.scores_per_row()), 1)),
        interruption_(interruption) {}

  absl::StatusOr<bool> Next(v1::PredictResponse& response) {
    if (row_ == end_ && begun_) return false;
    begun_ = true;
    const models::ModelParts& parts = model_.objective->parts();
    v1::Predictions& wire = *response.mutable_predictions();
    response.set_row(row_);
    DescribePredictions(predictor_, *parts.design, wire);
    for (const Index end = std::min(end_, row_ + most_); row_ < end;) {
      if (absl::Status status = interruption_.Check(); !status.ok()) return status;
      const Index count = std::min(kPredictedAtOnce, end - row_);
      const auto features = parts.design->Encode(*table_, row_, count);
      if (!features.ok()) return Under("dataset", features.status());
      AddPredictions(predictor_, parts.model->scores(), *features, count, wire);
      row_ += count;
    }
    return true;
  }

 private:
  const KnownModel model_;
  const std::shared_ptr<const data::Table> table_;
  models::Predictor predictor_;
  Index row_;
  const Index end_;
  const Index most_;  // rows of a message
  const Interruption& interruption_;
  bool begun_ = false;  // a table without rows has one message
};

struct Range {
  Index row = 0;
  Index end = 0;
};

absl::StatusOr<Range> RangeOf(const v1::PredictRequest& request, Index rows) {
  if (request.row() < 0 || request.row() > rows) {
    return Refuse("row", Reason::kInvalidValue,
                  absl::StrCat("is ", request.row(), "; the table has rows 0 to ", rows - 1));
  }
  if (request.row_count() < 0) {
    return Refuse("row_count", Reason::kInvalidValue,
                  absl::StrCat("is ", request.row_count(), "; must be 0 or more"));
  }
  const Index left = rows - request.row();
  const Index count = request.row_count() == 0 ? left : std::min(request.row_count(), left);
  return Range{request.row(), request.row() + count};
}

}  // namespace

absl::StatusOr<ComputedStream<v1::PredictResponse>::Next> OpenPredict(
    runs::RunBook& runs, const models::Means& means, const v1::PredictRequest& request,
    const Interruption& interruption) {
  auto model = FindModel(runs, means, request.model());
  if (!model.ok()) return model.status();
  if (absl::Status status = CheckHasScores(*model); !status.ok()) return status;
  auto x = PointOf(*model, request.model());
  if (!x.ok()) return x.status();
  const bool own = request.dataset().empty();
  auto table = OpenTable(means, own ? "datasets/" + model->spec.dataset : request.dataset(),
                         own ? "model" : "dataset");
  if (!table.ok()) return table.status();
  const auto range = RangeOf(request, (*table)->rows());
  if (!range.ok()) return range.status();
  const auto rows = std::make_shared<Rows>(*std::move(model), *std::move(x), *std::move(table),
                                           range->row, range->end, interruption);
  return [rows](v1::PredictResponse& response) { return rows->Next(response); };
}

}  // namespace thalweg::rpc
