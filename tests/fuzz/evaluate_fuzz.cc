// A formula that compiles evaluates without touching memory that is not its own, to the same bits
// in every engine, one point at a time or many; and what is not finite is explained.

#include "tests/fuzz/input.h"
#include "tests/support/engines.h"

namespace thalweg::fuzz {
namespace {

void Check(const Input& input) {
  const auto compiled = expression::Compile(input.source, SmallLimits());
  if (!compiled.ok()) return;
  bool first = true;
  double expected = 0;
  for (const testing::Engine& engine : testing::Engines()) {
    const auto objective = engine.make(*compiled);
    double value = 0;
    Must(objective->Value(input.x, value).ok());
    if (first) expected = value;
    first = false;
    Must(Same(value, expected));
    Matrix points(input.x.size(), 3);
    points << input.x, input.direction, input.x;
    Vector values(3);
    Must(objective->Values(points, values).ok());
    Must(Same(values[0], expected) && Same(values[2], expected));
    const std::string why = objective->ExplainNonFinite(input.x);
    Must(std::isfinite(value) || !why.empty());
  }
}

}  // namespace
}  // namespace thalweg::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  thalweg::fuzz::Check(thalweg::fuzz::InputFrom(data, size));
  return 0;
}
