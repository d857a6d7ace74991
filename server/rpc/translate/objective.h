#pragma once

#include "absl/status/statusor.h"
#include "server/core/objective_spec.h"
#include "server/core/problem.h"
#include "server/rpc/translate/values.h"
#include "thalweg/v1/model.pb.h"
#include "thalweg/v1/objective.pb.h"

/// Objectives. Paths in errors begin at the objective: "expression", "variables[x].shape".
namespace thalweg::rpc {

/// What the message asks for. Names and shapes that it leaves open come from `point` (which may be
/// empty) when the objective is built.
absl::StatusOr<ObjectiveSpec> FromWire(const v1::Objective& objective, const ShapedPoint& point);

Direction DirectionFromWire(const v1::Objective& objective);

/// Paths begin at the model: "split.validation".
absl::StatusOr<models::ModelSpec> FromWire(const v1::Model& model);
void ToWire(const models::ModelSpec& model, v1::Model& wire);

void ToWire(const ObjectiveSpec& spec, Direction direction, v1::Objective& wire);

}  // namespace thalweg::rpc
