#pragma once

#include <string>
#include <vector>

#include "thalweg/v1/objective_service.pb.h"

namespace thalweg::cli {

/// The number at place `place` of a range.
double At(const v1::LandscapeRange& range, int64_t place);

/// A sampled plane as lines of characters, one character a sample: shades from low (blank) to high,
/// of equal areas, with the least value marked, numbers at the axes and what the shades mean. Of a
/// line the curve.
std::vector<std::string> Picture(const v1::SampleLandscapeResponse& landscape);

}  // namespace thalweg::cli
