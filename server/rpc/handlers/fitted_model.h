#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/core/models/evaluation.h"
#include "server/core/models/model_objective.h"
#include "server/core/models/model_spec.h"
#include "server/rpc/interruption.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/model_service.pb.h"

/// Models that callers ask about. Errors are at "model".
namespace thalweg::rpc {

/// A model of the wire, ready to be asked.
struct KnownModel {
  models::ModelSpec spec;
  std::unique_ptr<models::ModelObjective> objective;
  /// The run's best x, or the newest durable one while it is not over; empty: none is known.
  Vector x;
};

/// The model that is meant, `wire.x` left aside.
absl::StatusOr<KnownModel> FindModel(runs::RunBook& runs, const models::Means& means,
                                     const v1::FittedModel& wire);

/// The x that is meant: `wire.x`, else the model's own.
absl::StatusOr<Vector> PointOf(const KnownModel& model, const v1::FittedModel& wire);

/// Refuses a formula, which has no scores of rows.
absl::Status CheckHasScores(const KnownModel& model);

/// The table of "datasets/{dataset}", at the field `path`.
absl::StatusOr<std::shared_ptr<const data::Table>> OpenTable(const models::Means& means,
                                                             const std::string& name,
                                                             const std::string& path);

models::Interrupted Asking(const Interruption& interruption);

}  // namespace thalweg::rpc
