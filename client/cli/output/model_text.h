#pragma once

#include <optional>
#include <string>

#include "client/cli/output/json.h"
#include "client/cli/terminal.h"
#include "thalweg/v1/model.pb.h"
#include "thalweg/v1/model_service.pb.h"

namespace thalweg::cli {

/// How good a model is over the parts of its rows; those that are not held out are not there.
struct ModelReport {
  v1::EvaluateModelResponse training;
  std::optional<v1::EvaluateModelResponse> validation;
  std::optional<v1::EvaluateModelResponse> test;

  /// The part that says most about rows to come: the test rows, else those of validation.
  const v1::EvaluateModelResponse& fairest() const {
    return test ? *test : validation ? *validation : training;
  }
};

/// Figures side by side, coefficients in the table's units, who was taken for whom, the gradient by
/// layer, remarks.
std::string ModelText(const ModelReport& report, const Terminal& terminal);

/// The same for programs, as members of an open object.
void WriteModel(Json& json, const ModelReport& report);

/// "species with softmax".
std::string ModelTitle(const v1::Model& model);

}  // namespace thalweg::cli
