#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/models/design.h"
#include "server/core/models/loss.h"
#include "server/core/models/model_spec.h"
#include "server/core/models/score_model.h"
#include "server/core/rows.h"

namespace thalweg::models {

/// What a model is made of, for those who ask how good it is and what it predicts. Null members: a
/// formula has none of it.
struct ModelParts {
  std::shared_ptr<const Design> design;
  std::shared_ptr<const ScoreModel> model;
  std::shared_ptr<const Loss> loss;
};

/// The objective of a model. Its start is where a run begins that is not told otherwise.
class ModelObjective : public RowObjective {
 public:
  virtual const ModelParts& parts() const = 0;
  virtual Vector Start(uint64_t seed) const = 0;
  /// What is worth knowing: "squared loss of a logistic model is not convex".
  virtual std::vector<std::string> Remarks() const { return {}; }
};

/// Errors have field paths under the model: "dataset", "target", "model.settings[degree]".
absl::StatusOr<std::unique_ptr<ModelObjective>> MakeModelObjective(const ModelSpec& spec,
                                                                   const Means& means);

}  // namespace thalweg::models
