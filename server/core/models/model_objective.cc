#include "server/core/models/model_objective.h"

namespace thalweg::models {

absl::StatusOr<std::unique_ptr<ModelObjective>> MakeModelObjective(const ModelSpec& /*spec*/,
                                                                   const Means& /*means*/) {
  return absl::UnimplementedError("models are not there yet");
}

}  // namespace thalweg::models
