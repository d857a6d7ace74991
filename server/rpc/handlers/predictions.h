#pragma once

#include <vector>

#include "server/core/models/predictor.h"
#include "thalweg/v1/model_service.pb.h"

namespace thalweg::rpc {

/// Rows to encode and predict together, between two looks for an interruption.
inline constexpr Index kPredictedAtOnce = 1024;

/// Fills in what all predictions of a model have in common.
void DescribePredictions(const models::Predictor& predictor, const models::Design& design,
                         v1::Predictions& wire);

/// Adds what is said of `count` rows of features by a model of so many scores.
void AddPredictions(models::Predictor& predictor, Index scores, const std::vector<double>& features,
                    Index count, v1::Predictions& wire);

}  // namespace thalweg::rpc
