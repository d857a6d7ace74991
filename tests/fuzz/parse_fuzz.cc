// Whatever the bytes, compiling ends in a program or in errors that name their places, and takes
// the same decision every time.

#include "server/core/expression/mathml.h"
#include "server/core/violation.h"
#include "tests/fuzz/input.h"

namespace thalweg::fuzz {
namespace {

void Check(const Input& input) {
  const auto compiled = expression::Compile(input.source, SmallLimits());
  Must(expression::WriteMathMl(input.source.text).size() < size_t{4} << 20);
  if (compiled.ok()) {
    Must((*compiled)->operations() <= SmallLimits().evaluation_operations);
    Must((*compiled)->gradient_operations() <= SmallLimits().evaluation_operations);
    return;
  }
  Must(!compiled.status().message().empty());
  Must(!ViolationsOf(compiled.status()).empty());
  Must(expression::Compile(input.source, SmallLimits()).status() == compiled.status());
}

}  // namespace
}  // namespace thalweg::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  thalweg::fuzz::Check(thalweg::fuzz::InputFrom(data, size));
  return 0;
}
