// Fuzzes formulas: whatever the bytes, compiling ends in an error or in a program that evaluates
// without reading or writing outside its memory. How to run: server/core/expression/README.md.

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "server/core/expression/expression.h"

namespace thalweg::expression {
namespace {

/// Small enough that one input takes milliseconds, large enough that limits are met both ways.
Limits SmallLimits() {
  Limits limits;
  limits.nodes = 4000;
  limits.program_operations = 40'000;
  limits.evaluation_operations = 200'000;
  limits.scratch_bytes = 16 << 20;
  limits.compile_steps = 100'000;
  return limits;
}

bool SameBits(double a, double b) {
  return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

void Check(const std::string& text) {
  const Source source{text,
                      {{"x", false, 11}, {"y", true, 1}, {"z", false, 3}},
                      {{"p", {true, {2}}}, {"q", {false, {0, 2, 1, -1.5}}}}};
  const auto compiled = Compile(source, SmallLimits());
  if (!compiled.ok()) {
    if (compiled.status().message().empty()) std::abort();
    return;
  }
  const auto objective = MakeObjective(*compiled);
  Vector x(15);
  for (Index i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i % 5) - 1.75;
  Vector gradient(x.size());
  double value = 0;
  double with_gradient = 0;
  if (!objective->Value(x, value).ok()) std::abort();
  if (!objective->ValueAndGradient(x, with_gradient, gradient).ok()) std::abort();
  if (!SameBits(value, with_gradient)) std::abort();
  // Refused where that costs too much, but never a crash.
  Vector product(x.size());
  (void)objective->HessianVector(x, gradient, product);
  if (const Index m = objective->residual_count(); m > 0 && m < 10'000) {
    Vector residuals(m);
    Matrix jacobian(m, x.size());
    (void)objective->ResidualsAndJacobian(x, residuals, jacobian);
  }
  const std::string why = objective->ExplainNonFinite(x);
  if (!std::isfinite(value) && why.empty()) std::abort();
}

}  // namespace
}  // namespace thalweg::expression

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  thalweg::expression::Check(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
