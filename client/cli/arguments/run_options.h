#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "client/cli/arguments/objective_options.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::cli {

/// A run, as every command that makes one takes it.
struct RunOptions {
  ObjectiveOptions objective;
  v1::Direction direction = v1::DIRECTION_MINIMIZE;
  std::vector<std::string> start, settings, stopping, labels;  // as written
  std::string optimizer = "gradient_descent";
  std::optional<uint64_t> seed;
  std::optional<int64_t> traced;
  std::optional<double> pace;
};

/// FORMULA and what goes with it, --start, --set, --stop, --seed, --label, --trace, --pace.
void AddRunOptions(CLI::App& app, RunOptions& options);
/// --optimizer.
void AddOptimizerOption(CLI::App& app, RunOptions& options);

/// The run that is meant; a Failure where something is no value.
v1::Run RunOf(const RunOptions& options);

}  // namespace thalweg::cli
