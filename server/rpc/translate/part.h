#pragma once

#include "absl/status/statusor.h"
#include "server/core/part.h"
#include "thalweg/v1/values.pb.h"

/// Parts and their settings. Paths in errors begin at the part:
/// "settings[learning_rate].part.kind".
namespace thalweg::rpc {

/// Parts inside parts, the outermost counted.
inline constexpr int kMostPartDepth = 16;

/// Checks sizes and that every setting has a value; what the names mean is the catalogues'
/// business.
absl::StatusOr<Part> FromWire(const v1::Part& part);
absl::StatusOr<Setting> FromWire(const v1::Setting& setting);

void ToWire(const Part& part, v1::Part& wire);
void ToWire(const Setting& setting, v1::Setting& wire);

}  // namespace thalweg::rpc
