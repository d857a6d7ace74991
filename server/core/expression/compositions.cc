// Elementwise functions made of several operations. Their derivatives follow from their parts.

#include <cmath>
#include <numbers>

#include "server/core/expression/builder.h"
#include "server/core/expression/calls.h"

namespace thalweg::expression {
namespace {

using Operands = std::span<const int32_t>;

int32_t Select(Builder& to, int32_t c, int32_t a, int32_t b) {
  return to.Emit(Code::kSelect, c, a, b);
}
int32_t Less(Builder& to, int32_t a, int32_t b) { return to.Emit(Code::kLess, a, b); }
int32_t Times(Builder& to, int32_t a, int32_t b) { return to.Emit(Code::kMultiply, a, b); }
int32_t Plus(Builder& to, int32_t a, int32_t b) { return to.Emit(Code::kAdd, a, b); }

int32_t Where(Builder& to, Operands of) { return Select(to, of[0], of[1], of[2]); }
int32_t SquareOf(Builder& to, Operands of) { return Times(to, of[0], of[0]); }

/// Zero or less is 0, with derivative 0; NaN stays NaN.
int32_t Relu(Builder& to, Operands of) {
  const int32_t zero = to.Constant(0);
  return Select(to, to.Emit(Code::kLessEqual, of[0], zero), zero, of[0]);
}

/// A bound that is nan makes nan, as in NumPy; most are constants, which need no asking.
int32_t Bounded(Builder& to, int32_t value, int32_t bound, int32_t outside, int32_t inside) {
  if (to.IsConstant(bound) && !std::isnan(to.ConstantOf(bound))) {
    return Select(to, outside, bound, value);
  }
  return Select(to, outside, bound, Select(to, inside, value, Plus(to, value, bound)));
}

int32_t Clip(Builder& to, Operands of) {
  const auto at_most = [&](int32_t a, int32_t b) { return to.Emit(Code::kLessEqual, a, b); };
  const int32_t low = of[1];
  const int32_t raised = Bounded(to, of[0], low, Less(to, of[0], low), at_most(low, of[0]));
  const int32_t high = of[2];
  return Bounded(to, raised, high, Less(to, high, raised), at_most(raised, high));
}

int32_t LeakyRelu(Builder& to, Operands of) {
  const int32_t slope = of.size() > 1 ? of[1] : to.Constant(0.01);
  const int32_t low = to.Emit(Code::kLessEqual, of[0], to.Constant(0));
  return Select(to, low, Times(to, slope, of[0]), of[0]);
}

int32_t Elu(Builder& to, Operands of) {
  const int32_t scale = of.size() > 1 ? of[1] : to.Constant(1);
  const int32_t low = to.Emit(Code::kLessEqual, of[0], to.Constant(0));
  return Select(to, low, Times(to, scale, to.Call("expm1", of[0])), of[0]);
}

int32_t Gelu(Builder& to, Operands of) {
  const int32_t scaled = Times(to, of[0], to.Constant(std::numbers::sqrt2 / 2));
  const int32_t half = Times(to, to.Constant(0.5), of[0]);
  return Times(to, half, Plus(to, to.Constant(1), to.Call("erf", scaled)));
}

int32_t Silu(Builder& to, Operands of) { return Times(to, of[0], to.Call("sigmoid", of[0])); }

int32_t LogSigmoid(Builder& to, Operands of) {
  return to.Emit(Code::kNegate, to.Call("softplus", to.Emit(Code::kNegate, of[0])));
}

/// delta*(|r| - delta/2) outside; both pieces meet with slope delta.
int32_t Huber(Builder& to, Operands of) {
  const int32_t half = to.Constant(0.5);
  const int32_t size = to.Emit(Code::kAbs, of[0]);
  const int32_t inside = Times(to, half, Times(to, of[0], of[0]));
  const int32_t less = to.Emit(Code::kSubtract, size, Times(to, half, of[1]));
  return Select(to, to.Emit(Code::kLessEqual, size, of[1]), inside, Times(to, of[1], less));
}

/// The exponential's argument is never positive. Equal arguments, infinite ones among them, need
/// no difference.
int32_t LogAddExp(Builder& to, Operands of) {
  const int32_t half = to.Constant(0.5);
  const int32_t middle = Plus(to, Times(to, half, of[0]), Times(to, half, of[1]));
  const int32_t same = Plus(to, middle, to.Constant(std::numbers::ln2));
  const int32_t gap = to.Emit(Code::kAbs, to.Emit(Code::kSubtract, of[0], of[1]));
  const int32_t more = to.Call("softplus", to.Emit(Code::kNegate, gap));
  const int32_t other = Plus(to, to.Emit(Code::kMaximum, of[0], of[1]), more);
  return Select(to, to.Emit(Code::kEqual, of[0], of[1]), same, other);
}

/// 0 at x = 0, whatever y.
int32_t XLogY(Builder& to, Operands of) {
  const int32_t outside = to.Emit(Code::kLessEqual, of[1], to.Constant(0));
  const int32_t flat = to.Emit(Code::kAnd, to.Emit(Code::kNot, of[0]), outside);
  const int32_t inside = Select(to, flat, to.Constant(1), of[1]);
  return Times(to, of[0], to.Call("log", inside));
}

constexpr SpecialCall kCompositions[] = {
    {"where", CallKind::kWhere, 3, 3, 0, "where(c, a, b): a where c holds, else b",
     "that of the value chosen", "all", Where},
    {"clip", CallKind::kComposition, 3, 3, SpecialCall::kMethod,
     "clip(x, low, high): x kept in [low, high]", "1 inside and on the ends, 0 outside", "all",
     Clip},
    {"square", CallKind::kComposition, 1, 1, 0, "x*x", "2*x", "all x", SquareOf},
    {"relu", CallKind::kComposition, 1, 1, 0, "x where positive, else 0", "1 if x > 0, else 0",
     "all x", Relu},
    {"leaky_relu", CallKind::kComposition, 1, 2, 0,
     "leaky_relu(x, slope=0.01): x where positive, else slope*x", "1 if x > 0, else slope", "all x",
     LeakyRelu},
    {"elu", CallKind::kComposition, 1, 2, 0, "elu(x, a=1): x where positive, else a*expm1(x)",
     "1 if x > 0, else a*exp(x)", "all x", Elu},
    {"gelu", CallKind::kComposition, 1, 1, 0, "x times the normal distribution's cdf at x",
     "cdf(x) + x*pdf(x)", "all x", Gelu},
    {"silu", CallKind::kComposition, 1, 1, 0, "x*sigmoid(x), also called swish",
     "sigmoid(x)*(1 + x*sigmoid(-x))", "all x", Silu},
    {"log_sigmoid", CallKind::kComposition, 1, 1, 0, "log(sigmoid(x)) without overflow",
     "sigmoid(-x)", "all x", LogSigmoid},
    {"huber", CallKind::kComposition, 2, 2, 0,
     "huber(r, delta): r**2/2 where abs(r) <= delta, else delta*(abs(r) - delta/2)",
     "r inside, delta*sign(r) outside", "delta >= 0", Huber},
    {"logaddexp", CallKind::kComposition, 2, 2, 0, "log(exp(x) + exp(y)) without overflow",
     "sigmoid(x - y), sigmoid(y - x)", "all x, y", LogAddExp},
    {"xlogy", CallKind::kComposition, 2, 2, 0, "x*log(y), 0 where x is 0",
     "log(y) in x, x/y in y; 0 where x = 0 and y <= 0", "y > 0, or x = 0", XLogY},
};

}  // namespace

std::span<const SpecialCall> Compositions() { return kCompositions; }

}  // namespace thalweg::expression
