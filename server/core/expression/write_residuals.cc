#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/core/expression/residuals.h"
#include "server/core/expression/reverse.h"

namespace thalweg::expression {
namespace {

class ResidualPass final : Reverser {
 public:
  ResidualPass(const Program& value, const Residuals& residuals, bool jacobian,
               int64_t scratch_bytes, Builder& to)
      : Reverser(value, scratch_bytes, to), rows_(residuals.count) {
    residuals_ = to_.AddArray({.kind = ArrayKind::kResiduals, .length = rows_});
    if (jacobian) {
      const int64_t n = value.arrays[kInputArray].length;
      jacobian_ = to_.AddArray({.kind = ArrayKind::kJacobian, .length = rows_ * n});
    }
    for (const ResidualBlock& block : residuals.blocks) {
      const bool top = block.loops.empty();
      blocks_in_[top ? -1 : block.loops.back()].push_back(&block);
      const int32_t outermost = top ? -1 : block.loops.front();
      const bool known =
          std::find(outermost_.begin(), outermost_.end(), outermost) != outermost_.end();
      if (!known) outermost_.push_back(outermost);
    }
  }

  /// The value's program once, for what factors and residuals need of whole loops; then the loops
  /// that have residuals once more. What of the first pass is not needed is never scheduled.
  bool Run() {
    StartRow(0);
    CopyRegion(0, 0);
    to_.program().result = to_.Constant(0);
    writing_ = true;
    for (const int32_t loop : outermost_) {
      if (loop < 0) {
        WriteBlocks(-1, 0);
        continue;
      }
      const int32_t made = OpenAgain(loop, 0);
      AfterBody(loop, made);
      to_.CloseLoop(made);
    }
    return !out_of_memory();
  }

 private:
  using Terms = std::vector<std::pair<int32_t, int64_t>>;

  void AfterBody(int32_t old, int32_t made) override {
    if (writing_ && !reversing_a_loop()) WriteBlocks(old, to_.BodyOf(made));
  }

  void WriteBlocks(int32_t loop, int32_t region) {
    const auto blocks = blocks_in_.find(loop);
    if (blocks == blocks_in_.end()) return;
    for (const ResidualBlock* block : blocks->second) {
      if (to_.full()) return;
      WriteBlock(*block, region);
    }
  }

  void WriteBlock(const ResidualBlock& block, int32_t region) {
    to_.SetOrigin(block.op < 0 ? -1 : from_.At(block.op).origin, /*derivative=*/false);
    int32_t weight = to_.Constant(1);
    int32_t kept = -1;
    for (const Factor& factor : block.factors) Apply(factor, weight, kept);
    const int32_t scale = to_.Emit(Code::kSqrt, weight);
    const auto where_kept = [&](int32_t value) {
      if (kept < 0) return value;
      return to_.Emit(Code::kSelect, kept, value, to_.Constant(0));
    };
    first_row_ = block.first;
    row_terms_.clear();
    for (size_t k = 0; k < block.loops.size(); ++k) {
      to_.Counter(CopyOfLoop(block.loops[k]));
      row_terms_.emplace_back(CopyOfLoop(block.loops[k]), block.strides[k]);
    }
    const int32_t root = block.op < 0 ? to_.Constant(1) : Copy(block.op);
    const int32_t residual = to_.Emit(Code::kMultiply, root, scale);
    to_.Effect(region, Code::kStore, where_kept(residual), -1,
               to_.AddressOf({residuals_, first_row_, row_terms_}));
    if (jacobian_ >= 0 && block.op >= 0) ReverseRow(block, region, where_kept(scale));
  }

  void Apply(const Factor& factor, int32_t& weight, int32_t& kept) {
    const int32_t op = Copy(factor.op);
    switch (factor.kind) {
      case Factor::Kind::kTimes:
        weight = to_.Emit(Code::kMultiply, weight, op);
        return;
      case Factor::Kind::kOver:
        weight = to_.Emit(Code::kDivide, weight, op);
        return;
      case Factor::Kind::kTurns: {
        const int32_t turns = to_.Emit(Code::kMaximum, op, to_.Constant(0));
        weight = to_.Emit(Code::kMultiply, weight, turns);
        return;
      }
      case Factor::Kind::kIf:
      case Factor::Kind::kUnless: {
        const bool plain = factor.kind == Factor::Kind::kIf;
        const int32_t condition = plain ? op : to_.Emit(Code::kNot, op);
        kept = kept < 0 ? condition : to_.Emit(Code::kAnd, kept, condition);
        return;
      }
    }
  }

  /// From the turn outwards, through all that was known before it.
  void ReverseRow(const ResidualBlock& block, int32_t region, int32_t seed) {
    StartRow(region);
    Gain(block.op, seed);
    int32_t inside = -1;
    for (size_t k = block.loops.size(); k-- > 0;) {
      Backward(from_.LoopAt(block.loops[k]).body, region, inside);
      inside = block.loops[k];
    }
    Backward(0, region, inside);
  }

  /// Element (row, column) of the Jacobian is at row + m * column.
  void AddToInput(const Op& op, int32_t adjoint, int32_t region) override {
    const Address input = CopyAddress(op.aux, array_copy_);
    Address address{jacobian_, first_row_ + rows_ * input.base, {}};
    if (op.code == Code::kLoad) {
      address.terms = row_terms_;
      for (const auto& [loop, coefficient] : input.terms) {
        AddTerm(address.terms, loop, rows_ * coefficient);
      }
      to_.Effect(region, Code::kScatter, adjoint, -1, to_.AddressOf(address));
      return;
    }
    // Indices that are computed have addresses without terms.
    int32_t index = Times(Copy(op.a), rows_);
    for (const auto& [loop, stride] : row_terms_) {
      index = to_.Emit(Code::kAdd, index, Times(to_.Counter(loop), stride));
    }
    to_.Effect(region, Code::kScatterAt, index, adjoint, to_.AddressOf(address));
  }

  int32_t Times(int32_t integer, int64_t by) {
    return to_.Emit(Code::kMultiply, integer, to_.Constant(static_cast<double>(by)));
  }

  /// Terms are kept outermost first.
  void AddTerm(Terms& terms, int32_t loop, int64_t coefficient) {
    const auto depth = [&](int32_t of) { return to_.program().RegionAt(to_.BodyOf(of)).depth; };
    auto at = terms.begin();
    while (at != terms.end() && depth(at->first) < depth(loop)) ++at;
    if (at != terms.end() && at->first == loop) {
      at->second += coefficient;
      if (at->second == 0) terms.erase(at);
    } else {
      terms.insert(at, {loop, coefficient});
    }
  }

  const int64_t rows_;
  int32_t residuals_ = -1;  // arrays
  int32_t jacobian_ = -1;
  std::unordered_map<int32_t, std::vector<const ResidualBlock*>> blocks_in_;  // by innermost loop
  std::vector<int32_t> outermost_;  // loops with residuals inside; -1 where there are some outside
  bool writing_ = false;
  int64_t first_row_ = 0;  // of the block being written
  Terms row_terms_;
};

}  // namespace

bool WriteResiduals(const Program& value, const Residuals& residuals, bool jacobian,
                    int64_t scratch_bytes, Builder& to) {
  return ResidualPass(value, residuals, jacobian, scratch_bytes, to).Run();
}

}  // namespace thalweg::expression
