#pragma once

#include <cstdint>
#include <vector>

#include "server/core/expression/program.h"

namespace thalweg::expression {

/// As a polynomial in x. A claim holds for all x at which f is finite; kOther claims nothing.
enum class Degree : uint8_t { kConstant, kLinear, kQuadratic, kOther };

/// What the program of a value shows about the function. Every claim is sound, none is complete:
/// x*x - x*x counts as quadratic, and log(exp(x)) as no polynomial.
struct Structure {
  Degree degree = Degree::kOther;

  /// Operations at which f may have a kink or a jump; none: f is smooth wherever it is finite.
  std::vector<int32_t> kinks;

  /// By coordinate: f reads it. All, where finding out would cost more than it is worth.
  std::vector<bool> used;

  /// By coordinate: its group, numbered from 0 by first member, or -1 where it is not used. f is a
  /// sum of functions of one group each. Empty where finding out would cost too much.
  std::vector<int32_t> group;
  int32_t groups = 0;
};

/// `value` is scheduled; `offsets` are where the variables begin in x, and n its length.
Structure FindStructure(const Program& value, const std::vector<int64_t>& offsets, int64_t n);

/// The degree of every operation of `program`, and of those that are constant in x kConstant.
std::vector<Degree> FindDegrees(const Program& program, const std::vector<int32_t>& order);

}  // namespace thalweg::expression
