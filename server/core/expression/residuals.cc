#include "server/core/expression/residuals.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "server/core/expression/activity.h"

namespace thalweg::expression {
namespace {

constexpr int64_t kMostRows = 1'000'000'000;
constexpr size_t kMostBlocks = 20'000;  // a shared term counts once for each use
constexpr int64_t kMostSteps = 1'000'000;

class ResidualFinder {
 public:
  explicit ResidualFinder(const Program& program)
      : program_(program), active_(FindActive(program).ops) {
    for (size_t i = 0; i < program_.ops.size(); ++i) {
      non_negative_.push_back(NonNegative(program_.ops[i]));
      sum_of_squares_.push_back(SumOfSquares(program_.ops[i]));
    }
  }

  Residuals Run() {
    if (!sum_of_squares_[static_cast<size_t>(program_.result)]) return {};
    waiting_.push_back({program_.result, {}, {}});
    while (!waiting_.empty()) {
      const Term term = std::move(waiting_.back());
      waiting_.pop_back();
      if (--steps_ < 0 || !Visit(term) || found_.blocks.size() > kMostBlocks) return {};
    }
    const bool varies = std::any_of(found_.blocks.begin(), found_.blocks.end(),
                                    [&](const auto& of) { return of.op >= 0 && Active(of.op); });
    if (!varies) return {};
    for (ResidualBlock& block : found_.blocks) {
      if (NeedsItself(block) || !Number(block)) return {};
    }
    return std::move(found_);
  }

 private:
  struct Term {
    int32_t op = -1;
    std::vector<int32_t> loops;
    std::vector<Factor> factors;
  };

  bool Active(int32_t op) const { return active_[static_cast<size_t>(op)]; }
  bool IsFactor(int32_t op) const { return !Active(op) && non_negative_[static_cast<size_t>(op)]; }
  int32_t IndexOf(const Op& op) const { return static_cast<int32_t>(&op - program_.ops.data()); }
  bool Is(int32_t op, double value) const {
    return program_.At(op).code == Code::kConstant && program_.At(op).value == value;
  }

  // --- what each operation is, from what its operands are -------------------------------------

  bool NonNegative(const Op& op) const {
    const auto is = [&](int32_t of) { return non_negative_[static_cast<size_t>(of)]; };
    switch (op.code) {
      case Code::kConstant:
        return op.value >= 0;
      case Code::kCounter:
      case Code::kAbs:
      case Code::kLess:
      case Code::kLessEqual:
      case Code::kEqual:
      case Code::kNotEqual:
      case Code::kAnd:
      case Code::kOr:
      case Code::kNot:
      case Code::kSqrt:
        return true;
      case Code::kAdd:
      case Code::kDivide:
      case Code::kMinimum:
        return is(op.a) && is(op.b);
      case Code::kMultiply:
        return op.a == op.b || (is(op.a) && is(op.b));
      case Code::kMaximum:
        return is(op.a) || is(op.b);
      case Code::kSelect:
        return is(op.b) && is(op.c);
      case Code::kLoad:
      case Code::kGather:
        return IsNonNegativeData(program_.ArrayOf(op));
      case Code::kResult: {
        const Accumulator& of = program_.LoopAt(op.aux).accumulators[static_cast<size_t>(op.b)];
        return of.fold <= Fold::kProduct && is(of.value);
      }
      default:
        return false;
    }
  }

  bool IsNonNegativeData(const Array& array) const {
    if (array.kind != ArrayKind::kParameter) return false;
    const auto& values = program_.parameters[static_cast<size_t>(array.parameter)];
    return std::all_of(values.begin(), values.end(), [](double value) { return value >= 0; });
  }

  bool SumOfSquares(const Op& op) const {
    const auto is = [&](int32_t of) { return sum_of_squares_[static_cast<size_t>(of)]; };
    if (IsFactor(IndexOf(op))) return true;
    switch (op.code) {
      case Code::kAdd:
        return is(op.a) && is(op.b);
      case Code::kMultiply:
        return op.a == op.b || (IsFactor(op.a) && is(op.b)) || (IsFactor(op.b) && is(op.a));
      case Code::kDivide:
        return IsFactor(op.b) && is(op.a);
      case Code::kSelect:
        return is(op.b) && is(op.c);
      case Code::kResult: {
        const Accumulator& of = program_.LoopAt(op.aux).accumulators[static_cast<size_t>(op.b)];
        return of.fold == Fold::kSum && is(of.value);
      }
      default:
        return false;
    }
  }

  // --- taking f apart -------------------------------------------------------------------------

  /// Replaces a term, a sum of squares, by those it is the sum of, or by a block if it is a square.
  bool Visit(const Term& term) {
    const Op& op = program_.At(term.op);
    if (IsFactor(term.op)) {
      if (!Is(term.op, 0)) AddBlock(term, -1, {{Factor::Kind::kTimes, term.op}});
      return true;
    }
    switch (op.code) {
      case Code::kAdd:
        waiting_.push_back({op.b, term.loops, term.factors});
        waiting_.push_back({op.a, term.loops, term.factors});
        return true;
      case Code::kMultiply:
        if (op.a == op.b) {
          VisitSquare(term, op.a);
        } else if (IsFactor(op.a) && sum_of_squares_[static_cast<size_t>(op.b)]) {
          Scale(term, op.b, {Factor::Kind::kTimes, op.a});
        } else {
          Scale(term, op.a, {Factor::Kind::kTimes, op.b});
        }
        return true;
      case Code::kDivide:
        Scale(term, op.a, {Factor::Kind::kOver, op.b});
        return true;
      case Code::kSelect:
        Scale(term, op.c, {Factor::Kind::kUnless, op.a});
        Scale(term, op.b, {Factor::Kind::kIf, op.a});
        return true;
      default:
        return VisitLoop(term, op);
    }
  }

  void Scale(const Term& term, int32_t op, Factor factor) {
    waiting_.push_back({op, term.loops, term.factors});
    waiting_.back().factors.push_back(factor);
  }

  bool VisitLoop(const Term& term, const Op& result) {
    const Loop& loop = program_.LoopAt(result.aux);
    const Accumulator& of = loop.accumulators[static_cast<size_t>(result.b)];
    const int32_t around = term.loops.empty() ? 0 : program_.LoopAt(term.loops.back()).body;
    if (program_.RegionAt(loop.body).parent != around) return false;
    if (program_.At(of.value).region != loop.body) {
      Scale(term, of.value, {Factor::Kind::kTurns, loop.count});
      return true;
    }
    waiting_.push_back({of.value, term.loops, term.factors});
    waiting_.back().loops.push_back(result.aux);
    return true;
  }

  void VisitSquare(const Term& term, int32_t root) {
    const int32_t inside = UnderRoot(root);
    if (inside >= 0 && sum_of_squares_[static_cast<size_t>(inside)]) {
      waiting_.push_back({inside, term.loops, term.factors});
    } else {
      AddBlock(term, root, {});
    }
  }

  void AddBlock(const Term& term, int32_t root, const std::vector<Factor>& more) {
    ResidualBlock block;
    block.op = root;
    block.loops = term.loops;
    block.factors = term.factors;
    block.factors.insert(block.factors.end(), more.begin(), more.end());
    found_.blocks.push_back(std::move(block));
  }

  /// Of sqrt(s), or of norm's detour around s = 0: the sum s.
  int32_t UnderRoot(int32_t op) const {
    const Op* of = &program_.At(op);
    if (of->code == Code::kSelect && Is(of->b, 0)) {
      const Op& root = program_.At(of->c);
      if (root.code != Code::kSqrt) return -1;
      const Op& safe = program_.At(root.a);
      return safe.code == Code::kSelect && safe.a == of->a && Is(safe.b, 1) ? safe.c : -1;
    }
    return of->code == Code::kSqrt ? of->a : -1;
  }

  // --- rows -----------------------------------------------------------------------------------

  /// A factor that is known only after an inner loop of its residual has run, as the count of the
  /// turns that a condition keeps: the row would have to wait for itself. (The outermost loop has
  /// run once before rows are written.) Answers yes where finding out takes too long.
  bool NeedsItself(const ResidualBlock& block) {
    if (block.loops.size() < 2) return false;
    std::vector<int32_t> waiting;
    std::unordered_set<int32_t> seen;
    for (const Factor& factor : block.factors) waiting.push_back(factor.op);
    while (!waiting.empty()) {
      const int32_t op = waiting.back();
      waiting.pop_back();
      if (op < 0 || !seen.insert(op).second) continue;
      if (--steps_ < 0) return true;
      const Op& of = program_.At(op);
      if (of.code == Code::kResult) {
        if (std::find(block.loops.begin() + 1, block.loops.end(), of.aux) != block.loops.end()) {
          return true;
        }
        const Loop& loop = program_.LoopAt(of.aux);
        waiting.push_back(loop.count);
        waiting.push_back(loop.accumulators[static_cast<size_t>(of.b)].value);
        continue;
      }
      for (const int32_t operand : {of.a, of.b, of.c}) waiting.push_back(operand);
    }
    return false;
  }

  bool Number(ResidualBlock& block) {
    int64_t rows = 1;
    block.strides.assign(block.loops.size(), 0);
    for (size_t k = block.loops.size(); k-- > 0;) {
      block.strides[k] = rows;
      if (__builtin_mul_overflow(rows, program_.LoopAt(block.loops[k]).most, &rows)) return false;
    }
    block.first = found_.count;
    found_.count += rows;
    return rows <= kMostRows && found_.count <= kMostRows;
  }

  const Program& program_;
  const std::vector<bool> active_;
  std::vector<bool> non_negative_;
  std::vector<bool> sum_of_squares_;
  std::vector<Term> waiting_;
  Residuals found_;
  int64_t steps_ = kMostSteps;
};

}  // namespace

Residuals FindResiduals(const Program& value) { return ResidualFinder(value).Run(); }

}  // namespace thalweg::expression
