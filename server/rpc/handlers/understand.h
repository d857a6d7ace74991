#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/bounds.h"
#include "server/core/expression/expression.h"
#include "server/core/layout.h"
#include "server/core/models/model_spec.h"
#include "server/core/objective.h"
#include "server/core/objective_spec.h"
#include "server/events/events.h"
#include "server/rpc/interruption.h"
#include "thalweg/v1/objective.pb.h"
#include "thalweg/v1/values.pb.h"

namespace thalweg::rpc {

/// An objective of the wire, ready to be evaluated, and what it costs.
struct Understood {
  std::unique_ptr<Objective> objective;
  std::shared_ptr<const expression::Compiled> compiled;  ///< Null: a model, which has no formula.
  std::vector<std::string> remarks;                      ///< What a model says of itself.
  double operations = 0;                                 ///< Of a value, about.
  double gradient_operations = 0;                        ///< Of a value and a gradient, likewise.
  Bounds bounds;
};

/// `point` says what `wire` leaves open. Errors are at "objective" and, for the point, at
/// `point_path`. An evaluation made after the caller has gone gives `interruption`'s status.
absl::StatusOr<Understood> Understand(const v1::Objective& wire, const v1::Point& point,
                                      const std::string& point_path, EventSink& events,
                                      const Interruption& interruption,
                                      const expression::Limits& limits,
                                      expression::CodeMaker* maker = nullptr,
                                      const models::Means& means = {});

/// The same of an objective that is no message: a run's, with the run's start for `point`. Errors
/// have the core's paths.
absl::StatusOr<Understood> Understand(const ObjectiveSpec& spec, const NamedValues& point,
                                      EventSink& events, const Interruption& interruption,
                                      const expression::Limits& limits,
                                      expression::CodeMaker* maker = nullptr,
                                      const models::Means& means = {});

/// The flat vector that `point` spells. Errors are at `path`.
absl::StatusOr<Vector> FlatPoint(const Layout& layout, const v1::Point& point,
                                 const std::string& path);

/// Operations that one call may spend in all; more is refused: EVALUATION_TOO_COSTLY.
inline constexpr double kMostOperationsPerCall = 2e10;  // some ten seconds
absl::Status CheckCost(const std::string& field, double evaluations, double operations);

/// Points to evaluate together: enough to share lanes between them, but no more numbers than a
/// million, nor more operations than some tens of milliseconds between looks for an interruption.
Index PointsAtOnce(const Objective& objective, double operations);

}  // namespace thalweg::rpc
