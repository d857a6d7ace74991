#pragma once

#include <string>

#include "client/cli/output/run_json.h"
#include "thalweg/v1/values.pb.h"

namespace thalweg::cli {

/// The variables of a point, in the order of their names, for where no run says the order.
Variables VariablesOf(const v1::Point& point);

/// "2.5" for a scalar, "[1, 2, ..., 9]" for a vector.
std::string ArrayText(const v1::Array& array, int digits);

}  // namespace thalweg::cli
