#include "server/rpc/handlers/predictions.h"

namespace thalweg::rpc {

void DescribePredictions(const models::Predictor& predictor, const models::Design& design,
                         v1::Predictions& wire) {
  for (const std::string& name : design.classes()) wire.add_classes(name);
  wire.set_scores_per_row(predictor.scores_per_row());
  wire.set_probabilities(predictor.probabilities());
}

void AddPredictions(models::Predictor& predictor, Index scores, const std::vector<double>& features,
                    Index count, v1::Predictions& wire) {
  std::vector<double> raw(static_cast<size_t>(count * scores));
  models::Predictions predictions;
  predictor.Scores(features.data(), count, raw.data());
  predictor.AddPredictions(raw.data(), count, predictions);
  wire.set_count(wire.count() + count);
  wire.mutable_values()->Add(predictions.values.begin(), predictions.values.end());
  wire.mutable_scores()->Add(predictions.scores.begin(), predictions.scores.end());
}

}  // namespace thalweg::rpc
