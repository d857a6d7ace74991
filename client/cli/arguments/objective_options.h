#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "thalweg/v1/objective.pb.h"
#include "thalweg/v1/values.pb.h"

namespace thalweg::cli {

/// A function, as every command that needs one takes it.
struct ObjectiveOptions {
  std::string formula;
  std::string function;
  int64_t dimension = 0;
  std::vector<std::string> parameters;    // as written
  std::vector<std::string> lower, upper;  // likewise
  std::vector<std::string> constraints;
};

/// FORMULA or --function with --dimension; --param; --lower, --upper; --constraint.
void AddObjectiveOptions(CLI::App& app, ObjectiveOptions& options);

/// The objective; a Failure where neither or both of formula and function are given.
v1::Objective ObjectiveOf(const ObjectiveOptions& options);

/// The point that a repeated --start or --at means; a Failure where a variable is given twice.
v1::Point PointOf(const std::string& flag, const std::vector<std::string>& texts);

}  // namespace thalweg::cli
