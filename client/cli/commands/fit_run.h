#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/model_options.h"
#include "client/cli/context.h"
#include "client/cli/watching/watch_and_show.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::cli {

/// What `fit` was asked for.
struct FitOptions {
  CommonOptions common;
  ModelOptions model;
  WatchFlags watch;
  std::string file, dataset;                                   // one of them
  std::string optimizer;                                       // empty: by the model
  std::vector<std::string> start, settings, stopping, labels;  // as written
  std::optional<int64_t> epochs, traced;
  std::optional<uint64_t> seed;
  std::optional<double> pace;
  std::string name;
  bool find_rate = false, detach = false;
};

/// The run that fits a model of "datasets/{dataset}".
v1::Run RunOf(const FitOptions& options, const std::string& dataset);

/// Does it and gives the exit code.
int Fit(const FitOptions& options, Context& context);

}  // namespace thalweg::cli
