#pragma once

#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "thalweg/v1/model.pb.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::cli {

/// What is learnt from which rows, as `fit` takes it.
struct ModelOptions {
  std::string target, weights;
  std::vector<std::string> features;  // names, or lists of them with commas
  std::string model = "linear";       // as written
  std::vector<std::string> settings;  // of the model, likewise
  std::string loss, penalty, batch;   // likewise; empty: the default
  std::string scaling = "standard", missing = "refuse";
  double validation = 0, test = 0;
  int64_t folds = 0;
  std::optional<int64_t> fold;
  uint64_t split_seed = 0;
  bool in_order = false, sum = false;
};

/// --target, --features, --weights, --model, --loss, --penalty, --scaling, --missing, --batch, and
/// how rows are split.
void AddModelOptions(CLI::App& app, ModelOptions& options);

/// The model of "datasets/{dataset}".
v1::Model ModelOf(const ModelOptions& options, const std::string& dataset);

/// Which rows a step sees; no kind: all.
v1::Part BatchesOf(const ModelOptions& options);

/// What a newcomer would choose for such a model: a method that gets all rows and no kinks L-BFGS,
/// with an L1 or group penalty FISTA, with batches, or a loss with kinks, Adam.
v1::Part UsualOptimizer(const v1::Model& model, const v1::Part& batches);

}  // namespace thalweg::cli
