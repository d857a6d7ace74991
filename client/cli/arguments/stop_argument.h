#pragma once

#include <string_view>

#include "client/cli/arguments/parsed.h"
#include "thalweg/v1/values.pb.h"

namespace thalweg::cli {

/// Reads what --stop takes:
///
///   value_change=1e-8                 a rule with its threshold: value_change(threshold=1e-8)
///   stall(threshold=1e-9,window=50)   a rule with any options
///   gradient_norm                     a rule with its defaults
Parsed<v1::Part> ParseStop(std::string_view flag, std::string_view text);

}  // namespace thalweg::cli
