// Interval arithmetic over the operations of a value (Moore, Kearfott & Cloud 2009, chapter 2).
// Rounding is not directed outwards: the intervals serve findings, not proofs.

#include "server/core/expression/intervals.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "server/core/expression/functions.h"
#include "server/core/expression/order.h"

namespace thalweg::expression {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

Interval Hull(const Interval& a, const Interval& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high), !a.MayBeZero() && !b.MayBeZero()};
}
double Product(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }
double OrEnd(double value, double end) { return std::isnan(value) ? end : value; }

Interval Times(const Interval& a, const Interval& b) {
  const double products[] = {Product(a.low, b.low), Product(a.low, b.high), Product(a.high, b.low),
                             Product(a.high, b.high)};
  const auto [low, high] = std::minmax_element(std::begin(products), std::end(products));
  return {*low, *high, !a.MayBeZero() && !b.MayBeZero()};
}

Interval Square(const Interval& a) {
  const double high = std::max(a.low * a.low, a.high * a.high);
  if (a.low > 0 || a.high < 0) return {std::min(a.low * a.low, a.high * a.high), high, true};
  return {0, high, a.never_zero};
}

Interval Over(const Interval& a, const Interval& b) {
  if (b.low <= 0 && b.high >= 0) {
    // Between two poles; the sign is known where both signs are.
    const bool positive = b.low >= 0;
    if (positive && a.low >= 0) return {0, kInf, a.low > 0};
    if (positive && a.high <= 0) return {-kInf, 0, a.high < 0};
    return {-kInf, kInf, !a.MayBeZero()};
  }
  return Times(a, {1 / b.high, 1 / b.low, true});
}

/// Of functions that rise all over their domain.
constexpr std::string_view kRising[] = {"exp",   "expm1", "exp2",  "log",     "log1p",    "log2",
                                        "log10", "cbrt",  "asin",  "atan",    "sinh",     "tanh",
                                        "asinh", "acosh", "atanh", "sigmoid", "softplus", "erf"};
/// Of those, what is positive however far it falls.
constexpr std::string_view kPositive[] = {"exp", "exp2", "sigmoid", "softplus"};

template <size_t n>
bool IsIn(const std::string_view (&names)[n], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

class IntervalFinder {
 public:
  IntervalFinder(const Program& program, const std::vector<int32_t>& order, const Vector& lower,
                 const Vector& upper)
      : program_(program),
        order_(order),
        lower_(lower),
        upper_(upper),
        of_op_(program.ops.size()),
        of_array_(program.arrays.size(), Interval{kInf, -kInf}) {
    for (size_t i = 0; i < program.ops.size(); ++i) {
      const Op& op = program.ops[i];
      if (op.code == Code::kConstant) of_op_[i] = {op.value, op.value, op.value != 0};
    }
    for (size_t i = 0; i < program.arrays.size(); ++i) {
      const Array& array = program.arrays[i];
      if (array.kind != ArrayKind::kParameter) continue;
      Interval& all = of_array_[i];
      all.never_zero = true;
      for (const double value : program.parameters[static_cast<size_t>(array.parameter)]) {
        all = Hull(all, {value, value, value != 0});
      }
    }
  }

  std::vector<Interval> Find() {
    for (const int32_t index : order_) {
      const Op& op = program_.At(index);
      if (IsEffect(op.code)) {
        Store(op);
      } else {
        of_op_[static_cast<size_t>(index)] = Of(op);
      }
    }
    return std::move(of_op_);
  }

 private:
  const Interval& At(int32_t op) const { return of_op_[static_cast<size_t>(op)]; }

  void Store(const Op& op) {
    const bool whole = op.code == Code::kClear || op.code == Code::kExclusiveProducts;
    const auto array =
        static_cast<size_t>(whole ? op.aux : program_.addresses[static_cast<size_t>(op.aux)].array);
    Interval& all = of_array_[array];
    all = op.code != Code::kStore ? Interval{}
          : all.low > all.high    ? At(op.a)
                                  : Hull(all, At(op.a));
  }

  Interval Loaded(const Op& op) const {
    const Address& address = program_.addresses[static_cast<size_t>(op.aux)];
    const Interval& all = of_array_[static_cast<size_t>(address.array)];
    if (program_.ArrayOf(op).kind == ArrayKind::kInput) return OfInput(op, address);
    // Nothing is known of what a loop reads before it is stored.
    return all.low > all.high ? Interval{} : all;
  }

  /// Of one coordinate, or of all where the place moves.
  Interval OfInput(const Op& op, const Address& address) const {
    if (lower_.size() == 0) return {};
    if (op.code == Code::kLoad && address.terms.empty()) {
      return {lower_[address.base], upper_[address.base], false};
    }
    return {lower_.minCoeff(), upper_.maxCoeff(), false};
  }

  static Interval Truth(bool surely, bool never) {
    return {surely ? 1.0 : 0.0, never ? 0.0 : 1.0, surely};
  }
  bool Apart(const Op& op) const {
    const Interval& a = At(op.a);
    const Interval& b = At(op.b);
    return a.high < b.low || b.high < a.low || (b.low == 0 && b.high == 0 && a.never_zero);
  }

  Interval Of(const Op& op) const {
    switch (op.code) {
      case Code::kCounter:
        return {0, std::max<double>(0, static_cast<double>(program_.LoopAt(op.aux).most) - 1)};
      case Code::kLoad:
      case Code::kGather:
        return Loaded(op);
      case Code::kResult:
        return OfResult(op);
      case Code::kAdd:
        return Plus(At(op.a), At(op.b));
      case Code::kSubtract:
        return Plus(At(op.a), {-At(op.b).high, -At(op.b).low, At(op.b).never_zero});
      case Code::kNegate:
        return {-At(op.a).high, -At(op.a).low, At(op.a).never_zero};
      case Code::kMultiply:
        return op.a == op.b ? Square(At(op.a)) : Times(At(op.a), At(op.b));
      case Code::kMaskedMultiply:
        return Hull({0, 0}, Times(At(op.a), At(op.b)));
      case Code::kDivide:
        return Over(At(op.a), At(op.b));
      case Code::kAbs:
        return Magnitude(At(op.a));
      case Code::kSqrt:
        return {std::sqrt(std::max(0.0, At(op.a).low)), std::sqrt(std::max(0.0, At(op.a).high)),
                !At(op.a).MayBeZero()};
      case Code::kMinimum:
        return {std::min(At(op.a).low, At(op.b).low), std::min(At(op.a).high, At(op.b).high),
                !At(op.a).MayBeZero() && !At(op.b).MayBeZero()};
      case Code::kMaximum:
        return {std::max(At(op.a).low, At(op.b).low), std::max(At(op.a).high, At(op.b).high),
                !At(op.a).MayBeZero() && !At(op.b).MayBeZero()};
      case Code::kFloor:
      case Code::kCeil:
      case Code::kRound:
        return {std::floor(At(op.a).low), std::ceil(At(op.a).high)};
      case Code::kSign:
        return {-1, 1, !At(op.a).MayBeZero()};
      case Code::kLess:
        return Truth(At(op.a).high < At(op.b).low, At(op.a).low >= At(op.b).high);
      case Code::kLessEqual:
        return Truth(At(op.a).high <= At(op.b).low, At(op.a).low > At(op.b).high);
      case Code::kEqual:
        return Truth(false, Apart(op));
      case Code::kNotEqual:
        return Truth(Apart(op), false);
      case Code::kAnd:
      case Code::kOr:
      case Code::kNot:
        return Truth(false, false);
      case Code::kSelect:
        return OfSelect(op);
      case Code::kCall1:
      case Code::kCall2:
        return OfCall(op);
      default:
        return {};
    }
  }

  static Interval Plus(const Interval& a, const Interval& b) {
    const double low = OrEnd(a.low + b.low, -kInf);
    const double high = OrEnd(a.high + b.high, kInf);
    // Of terms of one sign, one is enough to keep the sum away from 0.
    const bool one_sign = (a.low >= 0 && b.low >= 0) || (a.high <= 0 && b.high <= 0);
    return {low, high, one_sign && (!a.MayBeZero() || !b.MayBeZero())};
  }

  static Interval Magnitude(const Interval& a) {
    if (a.low >= 0) return a;
    if (a.high <= 0) return {-a.high, -a.low, a.never_zero};
    return {0, std::max(-a.low, a.high), a.never_zero};
  }

  Interval OfResult(const Op& op) const {
    const Accumulator& of = program_.LoopAt(op.aux).accumulators[static_cast<size_t>(op.b)];
    const Interval& value = At(of.value);
    const int64_t fixed = FixedTurns(program_, op.aux);
    const auto most = static_cast<double>(program_.LoopAt(op.aux).most);
    const double fewest = fixed < 0 ? 0 : most;
    if (of.fold == Fold::kProduct) return value.low >= 0 ? Interval{0, kInf} : Interval{};
    if (of.fold != Fold::kSum) return value;
    return {Product(value.low < 0 ? most : fewest, value.low),
            Product(value.high > 0 ? most : fewest, value.high),
            fewest > 0 && (value.low >= 0 || value.high <= 0) && !value.MayBeZero()};
  }

  /// What a condition shows of the very values that it chooses between: relu, clip, and guards
  /// such as where(x != 0, x, 1).
  Interval OfSelect(const Op& op) const {
    if (At(op.a).low > 0) return At(op.b);
    if (At(op.a).high == 0) return At(op.c);
    Interval chosen = At(op.b);
    Interval otherwise = At(op.c);
    const Op& condition = program_.At(op.a);
    const int32_t p = condition.a;
    const int32_t q = condition.b;
    if (condition.code == Code::kLess || condition.code == Code::kLessEqual) {
      if (op.b == p) chosen.high = std::min(chosen.high, At(q).high);
      if (op.b == q) chosen.low = std::max(chosen.low, At(p).low);
      if (op.c == p) otherwise.low = std::max(otherwise.low, At(q).low);
      if (op.c == q) otherwise.high = std::min(otherwise.high, At(p).high);
      const bool strict = condition.code == Code::kLess;
      if (strict && op.b == q && At(p).low == 0) chosen.never_zero = true;
      if (strict && op.b == p && At(q).high == 0) chosen.never_zero = true;
      if (!strict && op.c == p && At(q).low == 0) otherwise.never_zero = true;
      if (!strict && op.c == q && At(p).high == 0) otherwise.never_zero = true;
    }
    const auto is_zero = [&](int32_t of) {
      return program_.At(of).code == Code::kConstant && program_.At(of).value == 0;
    };
    if (condition.code == Code::kNotEqual && op.b == p && is_zero(q)) chosen.never_zero = true;
    if (condition.code == Code::kEqual && op.c == p && is_zero(q)) otherwise.never_zero = true;
    if (condition.code == Code::kNot && op.c == p) otherwise.never_zero = true;
    return Hull(chosen, otherwise);
  }

  Interval OfCall(const Op& op) const {
    const Function& row = RowOf(op);
    const Interval& a = At(op.a);
    if (IsIn(kRising, row.name)) {
      const double low = OrEnd(row.kernel1(a.low), -kInf);
      const double high = OrEnd(row.kernel1(a.high), kInf);
      return {low, high, IsIn(kPositive, row.name)};
    }
    if (row.name == "sin" || row.name == "cos") return {-1, 1};
    if (row.name == "cosh") return {1, kInf, true};
    if (row.name == "acos") return {0, 3.15};
    if (row.name == "hypot") return {0, kInf, !a.MayBeZero() || !At(op.b).MayBeZero()};
    if (row.name == "pow") {
      const Interval& power = At(op.b);
      const bool whole = power.low == power.high && std::floor(power.low) == power.low;
      if (a.low >= 0) return {0, kInf, !a.MayBeZero()};
      // Of a negative base only whole powers are numbers.
      return whole ? Interval{} : Interval{0, kInf};
    }
    return {};
  }

  const Program& program_;
  const std::vector<int32_t>& order_;
  const Vector& lower_;
  const Vector& upper_;
  std::vector<Interval> of_op_;
  std::vector<Interval> of_array_;  // hull of what was stored; low > high: nothing yet
};

}  // namespace

std::vector<Interval> FindIntervals(const Program& program, const std::vector<int32_t>& order,
                                    const Vector& lower, const Vector& upper) {
  return IntervalFinder(program, order, lower, upper).Find();
}

}  // namespace thalweg::expression
