// Derivatives of a formula that compiles: the value that comes with a gradient is the value alone,
// and gradients, Hessian-vector products and Jacobians have the same bits in every engine.

#include "tests/fuzz/input.h"
#include "tests/support/engines.h"

namespace thalweg::fuzz {
namespace {

constexpr Index kMostRows = 10'000;  // so that a Jacobian fits in memory

/// Everything that derivatives say, one number after the other; empty where they are not known.
struct Derivatives {
  double value = 0;
  Vector gradient;
  Vector hessian_vector;
  Vector residuals;
  Matrix jacobian;
};

Derivatives DerivativesOf(Objective& objective, const Input& input) {
  const Index n = input.x.size();
  Derivatives found;
  found.gradient = Vector::Constant(n, 777);
  double alone = 0;
  Must(objective.Value(input.x, alone).ok());
  Must(objective.ValueAndGradient(input.x, found.value, found.gradient).ok());
  Must(Same(found.value, alone));
  found.hessian_vector = Vector::Constant(n, 777);
  const absl::Status second =
      objective.HessianVector(input.x, input.direction, found.hessian_vector);
  if (!second.ok()) {
    Must(!second.message().empty());
    found.hessian_vector.resize(0);
  }
  const Index m = objective.residual_count();
  if (m == 0 || m > kMostRows) return found;
  found.residuals = Vector::Constant(m, 777);
  found.jacobian = Matrix::Constant(m, n, 777);
  Vector alone_residuals = Vector::Constant(m, 777);
  const bool fits = objective.Residuals(input.x, alone_residuals).ok() &&
                    objective.ResidualsAndJacobian(input.x, found.residuals, found.jacobian).ok();
  // Either may cost more than the limits allow; then nothing is known.
  Must(!fits || Same(found.residuals, alone_residuals));
  if (!fits) {
    found.residuals.resize(0);
    found.jacobian.resize(0, 0);
  }
  return found;
}

void Check(const Input& input) {
  const auto compiled = expression::Compile(input.source, SmallLimits());
  if (!compiled.ok()) return;
  bool first = true;
  Derivatives expected;
  for (const testing::Engine& engine : testing::Engines()) {
    const auto objective = engine.make(*compiled);
    const Derivatives found = DerivativesOf(*objective, input);
    if (first) expected = found;
    first = false;
    Must(Same(found.value, expected.value));
    Must(Same(found.gradient, expected.gradient));
    Must(Same(found.hessian_vector, expected.hessian_vector));
    Must(Same(found.residuals, expected.residuals));
    Must(Same(found.jacobian.reshaped(), expected.jacobian.reshaped()));
    objective->ExplainNonFinite(input.x);
  }
}

}  // namespace
}  // namespace thalweg::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  thalweg::fuzz::Check(thalweg::fuzz::InputFrom(data, size));
  return 0;
}
