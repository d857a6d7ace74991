#include "server/core/expression/functions.h"

#include <numbers>
#include <unordered_map>
#include <vector>

#include "server/core/expression/chain.h"
#include "server/core/expression/kernels.h"

namespace thalweg::expression {
namespace {

constexpr double kLn2 = std::numbers::ln2;
constexpr double kLn10 = std::numbers::ln10;

int32_t Zero(Chain&, int) { return -1; }

int32_t Square(Chain& d, int32_t a) { return d.Multiply(a, a); }

/// 1 - x^2 without cancellation near |x| = 1.
int32_t OneLessSquare(Chain& d) {
  return d.Multiply(d.Subtract(d.Number(1), d.x), d.Add(d.Number(1), d.x));
}

/// Ties of minimum and maximum split the adjoint equally, as PyTorch does.
int32_t Chosen(Chain& d, int32_t wins) {
  const int32_t half = d.Multiply(d.Number(0.5), d.adjoint);
  const int32_t tie = d.Select(d.Equal(d.x, d.y), half, d.Number(0));
  return d.Select(wins, d.adjoint, tie);
}

int32_t PowerRule(Chain& d, int which) {
  const int32_t zero = d.Number(0);
  if (which == 0) {
    const int32_t less = d.Subtract(d.y, d.Number(1));
    const int32_t partial = d.Multiply(d.y, d.Call("pow", d.x, less));
    return d.Times(d.Select(d.Equal(d.y, zero), zero, partial));
  }
  // 0 ** y is 0 for every y > 0 around, so the exponent's derivative there is 0, not 0 * -inf.
  const int32_t flat = d.Unary(Code::kNot, d.x);
  const int32_t log = d.Call("log", d.Select(flat, d.Number(1), d.x));
  return d.Times(d.Multiply(d.z, log));
}

int32_t HypotRule(Chain& d, int which) {
  const int32_t at_zero = d.Unary(Code::kNot, d.z);
  const int32_t partial = d.Divide(which == 0 ? d.x : d.y, d.Select(at_zero, d.Number(1), d.z));
  // Chosen, not left to 0/1, so that the second derivative at the origin is 0 as well.
  return d.Times(d.Select(at_zero, d.Number(0), partial));
}

int32_t Atan2Rule(Chain& d, int which) {
  const int32_t squares = d.Add(Square(d, d.x), Square(d, d.y));
  return d.Times(d.Divide(which == 0 ? d.y : d.Negate(d.x), squares));
}

// The rules below use: x, y operands; z value; adjoint. See Chain.
#define THALWEG_RULE(body) [](Chain& d, [[maybe_unused]] int which) -> int32_t { return body; }

const Function kTable[] = {
    {"exp", "", 1, Code::kCall1, Exp, nullptr, THALWEG_RULE(d.Times(d.z)), "all x",
     "e to the power x", "exp(x)"},
    {"expm1", "", 1, Code::kCall1, Expm1, nullptr, THALWEG_RULE(d.Times(d.Add(d.z, d.Number(1)))),
     "all x", "exp(x) - 1, accurate near 0", "exp(x)"},
    {"exp2", "", 1, Code::kCall1, Exp2, nullptr,
     THALWEG_RULE(d.Times(d.Multiply(d.Number(kLn2), d.z))), "all x", "2 to the power x",
     "log(2)*exp2(x)"},
    {"log", "ln", 1, Code::kCall1, Log, nullptr, THALWEG_RULE(d.Over(d.x)), "x > 0",
     "natural logarithm", "1/x"},
    {"log1p", "", 1, Code::kCall1, Log1p, nullptr, THALWEG_RULE(d.Over(d.Add(d.Number(1), d.x))),
     "x > -1", "log(1 + x), accurate near 0", "1/(1 + x)"},
    {"log2", "", 1, Code::kCall1, Log2, nullptr,
     THALWEG_RULE(d.Over(d.Multiply(d.Number(kLn2), d.x))), "x > 0", "logarithm to base 2",
     "1/(x*log(2))"},
    {"log10", "", 1, Code::kCall1, Log10, nullptr,
     THALWEG_RULE(d.Over(d.Multiply(d.Number(kLn10), d.x))), "x > 0", "logarithm to base 10",
     "1/(x*log(10))"},
    {"sqrt", "", 1, Code::kSqrt, nullptr, nullptr, THALWEG_RULE(d.Over(d.Add(d.z, d.z))), "x >= 0",
     "square root", "1/(2*sqrt(x)), inf at 0"},
    {"cbrt", "", 1, Code::kCall1, Cbrt, nullptr,
     THALWEG_RULE(d.Over(d.Multiply(d.Number(3), Square(d, d.z)))), "all x", "cube root",
     "1/(3*cbrt(x)**2), inf at 0"},
    {"sin", "", 1, Code::kCall1, Sin, nullptr, THALWEG_RULE(d.Times(d.Call("cos", d.x))), "all x",
     "sine", "cos(x)"},
    {"cos", "", 1, Code::kCall1, Cos, nullptr, THALWEG_RULE(d.Times(d.Negate(d.Call("sin", d.x)))),
     "all x", "cosine", "-sin(x)"},
    {"tan", "", 1, Code::kCall1, Tan, nullptr,
     THALWEG_RULE(d.Times(d.Add(d.Number(1), Square(d, d.z)))), "all x", "tangent",
     "1 + tan(x)**2"},
    {"asin", "arcsin", 1, Code::kCall1, Asin, nullptr,
     THALWEG_RULE(d.Over(d.Sqrt(OneLessSquare(d)))), "-1 <= x <= 1", "inverse sine",
     "1/sqrt(1 - x**2)"},
    {"acos", "arccos", 1, Code::kCall1, Acos, nullptr,
     THALWEG_RULE(d.Over(d.Negate(d.Sqrt(OneLessSquare(d))))), "-1 <= x <= 1", "inverse cosine",
     "-1/sqrt(1 - x**2)"},
    {"atan", "arctan", 1, Code::kCall1, Atan, nullptr,
     THALWEG_RULE(d.Over(d.Add(d.Number(1), Square(d, d.x)))), "all x", "inverse tangent",
     "1/(1 + x**2)"},
    {"sinh", "", 1, Code::kCall1, Sinh, nullptr, THALWEG_RULE(d.Times(d.Call("cosh", d.x))),
     "all x", "hyperbolic sine", "cosh(x)"},
    {"cosh", "", 1, Code::kCall1, Cosh, nullptr, THALWEG_RULE(d.Times(d.Call("sinh", d.x))),
     "all x", "hyperbolic cosine", "sinh(x)"},
    {"tanh", "", 1, Code::kCall1, Tanh, nullptr,
     THALWEG_RULE(d.Times(d.Subtract(d.Number(1), Square(d, d.z)))), "all x", "hyperbolic tangent",
     "1 - tanh(x)**2"},
    {"asinh", "arcsinh", 1, Code::kCall1, Asinh, nullptr,
     THALWEG_RULE(d.Over(d.Call("hypot", d.x, d.Number(1)))), "all x", "inverse hyperbolic sine",
     "1/sqrt(x**2 + 1)"},
    {"acosh", "arccosh", 1, Code::kCall1, Acosh, nullptr,
     THALWEG_RULE(
         d.Over(d.Multiply(d.Sqrt(d.Subtract(d.x, d.Number(1))), d.Sqrt(d.Add(d.x, d.Number(1)))))),
     "x >= 1", "inverse hyperbolic cosine", "1/sqrt(x**2 - 1)"},
    {"atanh", "arctanh", 1, Code::kCall1, Atanh, nullptr, THALWEG_RULE(d.Over(OneLessSquare(d))),
     "-1 < x < 1", "inverse hyperbolic tangent", "1/(1 - x**2)"},
    {"erf", "", 1, Code::kCall1, Erf, nullptr,
     THALWEG_RULE(d.Times(d.Multiply(d.Number(2 * std::numbers::inv_sqrtpi),
                                     d.Call("exp", d.Negate(Square(d, d.x)))))),
     "all x", "error function", "2/sqrt(pi)*exp(-x**2)"},
    {"sigmoid", "expit", 1, Code::kCall1, Sigmoid, nullptr,
     THALWEG_RULE(d.Times(d.Multiply(d.z, d.Call("sigmoid", d.Negate(d.x))))), "all x",
     "1/(1 + exp(-x)) without overflow", "sigmoid(x)*sigmoid(-x)"},
    {"softplus", "", 1, Code::kCall1, Softplus, nullptr,
     THALWEG_RULE(d.Times(d.Call("sigmoid", d.x))), "all x", "log(1 + exp(x)) without overflow",
     "sigmoid(x)"},
    {"abs", "fabs", 1, Code::kAbs, nullptr, nullptr,
     THALWEG_RULE(d.Times(d.Unary(Code::kSign, d.x))), "all x", "absolute value",
     "sign(x), 0 at 0"},
    {"sign", "", 1, Code::kSign, nullptr, nullptr, Zero, "all x", "-1, 0 or 1", "0"},
    {"floor", "", 1, Code::kFloor, nullptr, nullptr, Zero, "all x", "largest integer not above x",
     "0"},
    {"ceil", "", 1, Code::kCeil, nullptr, nullptr, Zero, "all x", "smallest integer not below x",
     "0"},
    {"round", "rint", 1, Code::kRound, nullptr, nullptr, Zero, "all x",
     "nearest integer, halves to even", "0"},
    {"minimum", "fmin", 2, Code::kMinimum, nullptr, nullptr,
     THALWEG_RULE(Chosen(d, which == 0 ? d.Less(d.x, d.y) : d.Less(d.y, d.x))), "all x, y",
     "the smaller; nan if either is", "1 for the smaller, 1/2 each in a tie"},
    {"maximum", "fmax", 2, Code::kMaximum, nullptr, nullptr,
     THALWEG_RULE(Chosen(d, which == 0 ? d.Less(d.y, d.x) : d.Less(d.x, d.y))), "all x, y",
     "the larger; nan if either is", "1 for the larger, 1/2 each in a tie"},
    {"pow", "power", 2, Code::kCall2, nullptr, Power, PowerRule, "x > 0, or integer y",
     "x to the power y, as x**y", "y*x**(y-1) in x; x**y*log(x) in y, 0 at x = 0"},
    {"hypot", "", 2, Code::kCall2, nullptr, Hypot, HypotRule, "all x, y",
     "sqrt(x**2 + y**2) without overflow", "x/hypot and y/hypot, 0 at the origin"},
    {"atan2", "arctan2", 2, Code::kCall2, nullptr, Atan2, Atan2Rule, "all but 0, 0",
     "angle of the point (y, x): atan2(y, x)", "x/(x**2 + y**2) in y, -y/(x**2 + y**2) in x"},
    // Operators. Their names cannot be typed as a call.
    {"+", "", 2, Code::kAdd, nullptr, nullptr, THALWEG_RULE(d.adjoint), "", "sum", "1, 1"},
    {"-", "", 2, Code::kSubtract, nullptr, nullptr,
     THALWEG_RULE(which == 0 ? d.adjoint : d.Negate(d.adjoint)), "", "difference", "1, -1"},
    {"*", "", 2, Code::kMultiply, nullptr, nullptr, THALWEG_RULE(d.Times(which == 0 ? d.y : d.x)),
     "", "product", "y, x"},
    {"/", "", 2, Code::kDivide, nullptr, nullptr,
     THALWEG_RULE(which == 0 ? d.Over(d.y) : d.Times(d.Negate(d.Divide(d.z, d.y)))), "y != 0",
     "quotient", "1/y, -x/y**2"},
    {"negative", "", 1, Code::kNegate, nullptr, nullptr, THALWEG_RULE(d.Negate(d.adjoint)), "all x",
     "-x", "-1"},
    {"//", "", 2, Code::kFloorDivide, nullptr, nullptr, Zero, "y != 0", "floor of x/y", "0"},
    {"%", "", 2, Code::kModulo, nullptr, nullptr,
     THALWEG_RULE(which == 0 ? d.adjoint
                             : d.Times(d.Negate(d.Unary(Code::kFloor, d.Divide(d.x, d.y))))),
     "y != 0", "remainder with y's sign", "1, -floor(x/y)"},
    {"<", "", 2, Code::kLess, nullptr, nullptr, Zero, "", "1 if x < y", "0"},
    {"<=", "", 2, Code::kLessEqual, nullptr, nullptr, Zero, "", "1 if x <= y", "0"},
    {"==", "", 2, Code::kEqual, nullptr, nullptr, Zero, "", "1 if equal", "0"},
    {"!=", "", 2, Code::kNotEqual, nullptr, nullptr, Zero, "", "1 unless equal", "0"},
    {"and", "", 2, Code::kAnd, nullptr, nullptr, Zero, "", "1 if both hold", "0"},
    {"or", "", 2, Code::kOr, nullptr, nullptr, Zero, "", "1 if one holds", "0"},
    {"not", "", 1, Code::kNot, nullptr, nullptr, Zero, "", "1 unless x holds", "0"},
    {"~", "", 1, Code::kDetach, nullptr, nullptr, Zero, "", "x, for derivatives a constant", "0"},
    {"*0", "", 2, Code::kMaskedMultiply, nullptr, nullptr,
     THALWEG_RULE(d.Times(which == 0 ? d.y : d.x)), "", "0 if x is 0, else x*y", "y, x"},
};
#undef THALWEG_RULE

/// Row by operation, for those that are not calls.
int32_t RowOfCode(Code code) {
  static const auto* const rows = [] {
    auto* made = new std::vector<int32_t>(256, -1);
    for (size_t i = 0; i < std::size(kTable); ++i) {
      (*made)[static_cast<size_t>(kTable[i].code)] = static_cast<int32_t>(i);
    }
    return made;
  }();
  return (*rows)[static_cast<size_t>(code)];
}

}  // namespace

std::span<const Function> Table() { return kTable; }

const Function& RowOf(const Op& op) {
  const bool call = op.code == Code::kCall1 || op.code == Code::kCall2;
  return kTable[static_cast<size_t>(call ? op.aux : RowOfCode(op.code))];
}

int32_t FindFunction(std::string_view name) {
  static const auto* const rows = [] {
    auto* made = new std::unordered_map<std::string_view, int32_t>;
    for (size_t i = 0; i < std::size(kTable); ++i) {
      const auto row = static_cast<int32_t>(i);
      made->emplace(kTable[i].name, row);
      if (!kTable[i].other_name.empty()) made->emplace(kTable[i].other_name, row);
    }
    return made;
  }();
  const auto row = rows->find(name);
  return row == rows->end() ? -1 : row->second;
}

}  // namespace thalweg::expression
