#pragma once

#include <optional>

#include "server/core/diagnosis/second_order.h"

namespace thalweg {

/// What Certify found: for people, and as numbers for the findings.
struct Certified {
  Certificate certificate;
  SecondOrder around;
  /// Where a direction of no or negative curvature leads lower: that direction, and how far.
  std::optional<Lower> lower;
  Vector lower_direction;
};

/// The certificate of `best`; nothing where no gradient can be had there. `start_value` gives the
/// scale of f. `steps` as in LookAround.
std::optional<Certified> Certify(Probe& probe, const Best& best, double start_value, Index steps);

}  // namespace thalweg
