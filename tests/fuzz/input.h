#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

#include "server/core/expression/expression.h"

namespace thalweg::fuzz {

/// What a fuzz target makes of its bytes. The first kHead say how long the vectors are and what
/// numbers stand in them; the formula is the rest. Names are those of the differential tests'
/// random programs, so that these are seeds; M is a matrix.
struct Input {
  expression::Source source;
  Vector x;
  Vector direction;  ///< Of Hessian-vector products.
};

inline constexpr size_t kSizes = 3;
inline constexpr size_t kNumbers = 16;
inline constexpr size_t kHead = kSizes + kNumbers;

/// A number for every byte: those that arithmetic treats apart, and quarters from -30 to 30.
inline double NumberOf(uint8_t byte) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kApart[] = {0.0,    -0.0,    5e-324, -5e-324, 1e-310, 1e-160, -1e160,  1e300,
                               -1e300, 1.7e308, kInf,   -kInf,   kNan,   0x1p53, -0x1p63, 1e9};
  constexpr size_t kCount = sizeof(kApart) / sizeof(kApart[0]);
  return byte < kCount ? kApart[byte] : (byte - 136) / 4.0;
}

inline Input InputFrom(const uint8_t* data, size_t size) {
  uint8_t head[kHead] = {9, 3, 9, 130, 140, 133, 137, 150, 120};
  for (size_t i = 0; i < kHead && i < size; ++i) head[i] = data[i];
  const Index v = 1 + head[0] % 100;
  const Index w = 1 + head[1] % 17;
  const auto a = static_cast<size_t>(1 + head[2] % 100);
  const auto number = [&](size_t i) { return NumberOf(head[kSizes + i % kNumbers]); };
  Input input;
  input.source.variables = {{"v", false, v}, {"w", false, w}, {"s", true, 1}, {"M", false, 12, 4}};
  std::vector<double> values;
  std::vector<double> places;
  for (size_t i = 0; i < a; ++i) {
    values.push_back(number(i * 7 + 3));
    places.push_back(static_cast<double>((i * i + head[3]) % static_cast<size_t>(v)));
  }
  input.source.parameters = {
      {"a", {false, values}}, {"q", {false, places}}, {"p", {true, {number(5)}}}};
  input.x.resize(v + w + 1 + 12);
  input.direction.resize(v + w + 1 + 12);
  for (Index i = 0; i < input.x.size(); ++i) {
    input.x[i] = number(static_cast<size_t>(i));
    input.direction[i] = number(static_cast<size_t>(i) * 5 + 1);
  }
  if (size > kHead) {
    input.source.text.assign(reinterpret_cast<const char*>(data) + kHead, size - kHead);
  }
  return input;
}

/// Small enough that one input takes milliseconds, large enough that limits are met both ways.
inline expression::Limits SmallLimits() {
  expression::Limits limits;
  limits.nodes = 4000;
  limits.program_operations = 40'000;
  limits.evaluation_operations = 200'000;
  limits.scratch_bytes = 16 << 20;
  limits.compile_steps = 100'000;
  return limits;
}

/// Any NaN is NaN.
inline bool Same(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}
inline bool Same(const Vector& a, const Vector& b) {
  for (Index i = 0; i < a.size(); ++i) {
    if (!Same(a[i], b[i])) return false;
  }
  return a.size() == b.size();
}

/// A finding: the fuzzer keeps the input that broke the rule.
inline void Must(bool rule) {
  if (!rule) std::abort();
}

}  // namespace thalweg::fuzz
