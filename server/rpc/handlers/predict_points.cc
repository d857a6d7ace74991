#include "server/rpc/handlers/predict_points.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/models/points_table.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/fitted_model.h"
#include "server/rpc/handlers/predictions.h"
#include "server/rpc/handlers/understand.h"

namespace thalweg::rpc {
namespace {

constexpr Index kMostPoints = 65'536;
constexpr int kMostXs = 1000;
constexpr Index kMostNumbers = 400'000;  // of an answer: 3.2 MB

absl::StatusOr<Index> CountPoints(const v1::PredictPointsRequest& request) {
  if (request.columns_size() == 0) {
    return Refuse("columns", Reason::kMissingField, "is empty; name the columns that vary");
  }
  if (request.points_size() == 0 || request.points_size() % request.columns_size() != 0) {
    return Refuse(
        "points", Reason::kInvalidValue,
        absl::StrCat("has ", request.points_size(), " numbers; must be one or more times ",
                     request.columns_size(), ", one for each column"));
  }
  const Index count = request.points_size() / request.columns_size();
  if (count > kMostPoints) {
    return Refuse("points", Reason::kInvalidValue,
                  absl::StrCat("are ", count, "; at most ", kMostPoints, " are allowed"));
  }
  if (request.xs_size() > kMostXs) {
    return Refuse(
        "xs", Reason::kInvalidValue,
        absl::StrCat("has ", request.xs_size(), " points; at most ", kMostXs, " are allowed"));
  }
  return count;
}

absl::StatusOr<std::vector<Vector>> XsOf(const KnownModel& model,
                                         const v1::PredictPointsRequest& request) {
  std::vector<Vector> xs;
  for (int i = 0; i < request.xs_size(); ++i) {
    auto x = FlatPoint(model.objective->layout(), request.xs(i), absl::StrCat("xs[", i, "]"));
    if (!x.ok()) return x.status();
    xs.push_back(*std::move(x));
  }
  if (!xs.empty()) return xs;
  auto x = PointOf(model, request.model());
  if (!x.ok()) return x.status();
  return std::vector<Vector>{*std::move(x)};
}

absl::Status CheckSize(Index points, size_t xs, Index scores_per_row) {
  const Index numbers = points * static_cast<Index>(xs) * (1 + scores_per_row);
  if (numbers <= kMostNumbers) return absl::OkStatus();
  return Refuse("points", Reason::kInvalidValue,
                absl::StrCat(points, " at ", xs, " x make ", numbers, " numbers; at most ",
                             kMostNumbers, " are given in one call"));
}

}  // namespace

absl::StatusOr<v1::PredictPointsResponse> PredictPoints(runs::RunBook& runs,
                                                        const models::Means& means,
                                                        const v1::PredictPointsRequest& request,
                                                        const Interruption& interruption) {
  const auto count = CountPoints(request);
  if (!count.ok()) return count.status();
  auto model = FindModel(runs, means, request.model());
  if (!model.ok()) return model.status();
  if (absl::Status status = CheckHasScores(*model); !status.ok()) return status;
  const auto xs = XsOf(*model, request);
  if (!xs.ok()) return xs.status();
  const auto own = OpenTable(means, "datasets/" + model->spec.dataset, "model");
  if (!own.ok()) return own.status();
  const models::ModelParts& parts = model->objective->parts();
  auto points = models::PointsTable::Make(**own, *parts.design,
                                          {request.columns().begin(), request.columns().end()});
  if (!points.ok()) return points.status();

  v1::PredictPointsResponse response;
  std::vector<models::Predictor> predictors;
  predictors.reserve(xs->size());
  for (const Vector& x : *xs) {
    predictors.emplace_back(parts, x);
    DescribePredictions(predictors.back(), *parts.design, *response.add_predictions());
  }
  absl::Status size = CheckSize(*count, xs->size(), predictors.front().scores_per_row());
  if (!size.ok()) return size;
  for (Index first = 0; first < *count; first += kPredictedAtOnce) {
    const Index rows = std::min(kPredictedAtOnce, *count - first);
    const double* const numbers = request.points().data() + first * request.columns_size();
    const auto features = parts.design->Encode(points->Fill(numbers, rows), 0, rows);
    if (!features.ok()) return features.status();
    for (size_t i = 0; i < predictors.size(); ++i) {
      if (absl::Status status = interruption.Check(); !status.ok()) return status;
      AddPredictions(predictors[i], parts.model->scores(), *features, rows,
                     *response.mutable_predictions(static_cast<int>(i)));
    }
  }
  return response;
}

}  // namespace thalweg::rpc
