#include "server/core/expression/derivative.h"

#include "server/core/expression/reverse.h"

namespace thalweg::expression {
namespace {

class Differentiator final : Reverser {
 public:
  Differentiator(const Program& from, int64_t scratch_bytes, Builder& to)
      : Reverser(from, scratch_bytes, to) {}

  bool Run() {
    CopyRegion(0, 0);
    to_.program().result = Copy(from_.result);
    Gain(from_.result, to_.Constant(1));
    Backward(0, 0);
    return !out_of_memory();
  }

 private:
  /// The gradient has x's addresses.
  void AddToInput(const Op& op, int32_t adjoint, int32_t region) override {
    Address address = CopyAddress(op.aux, array_copy_);
    address.array = array_copy_[kGradientArray];
    const int32_t to = to_.AddressOf(address);
    if (op.code == Code::kLoad) {
      to_.Effect(region, Code::kScatter, adjoint, -1, to);
    } else {
      to_.Effect(region, Code::kScatterAt, Copy(op.a), adjoint, to);
    }
  }
};

}  // namespace

bool Differentiate(const Program& value, int64_t scratch_bytes, Builder& gradient) {
  return Differentiator(value, scratch_bytes, gradient).Run();
}

}  // namespace thalweg::expression
