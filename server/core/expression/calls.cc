#include "server/core/expression/calls.h"

#include <limits>
#include <numbers>
#include <vector>

namespace thalweg::expression {
namespace {

constexpr unsigned kGenerators = SpecialCall::kGenerators;
constexpr unsigned kAxis = SpecialCall::kAxis;
constexpr unsigned kAxes = SpecialCall::kAxis | SpecialCall::kAxisByPosition;
constexpr unsigned kMethod = SpecialCall::kMethod;
constexpr unsigned kDdof = SpecialCall::kDdof;

constexpr std::string_view kArray = "an array, or a value for every turn of a range";
constexpr std::string_view kAny = "an array";

constexpr SpecialCall kCalls[] = {
    {"sum", CallKind::kSum, 1, 1, kGenerators | kAxes | kMethod, "sum, in 8 lanes",
     "1 for each element", kArray},
    {"mean", CallKind::kMean, 1, 1, kGenerators | kAxes | kMethod, "sum/count; nan of nothing",
     "1/count", kArray},
    {"prod", CallKind::kProduct, 1, 1, kGenerators | kAxes | kMethod, "product, in 8 lanes",
     "product of the others, exact with zeros", kArray},
    {"product", CallKind::kProduct, 1, 1, kGenerators | kAxes, "prod by another name", "as prod",
     kArray},
    {"min", CallKind::kMinimum, 1, -1, kGenerators | kAxis | kMethod,
     "smallest; of two or more arguments, elementwise", "1 for the smallest, ties share it equally",
     kArray},
    {"max", CallKind::kMaximum, 1, -1, kGenerators | kAxis | kMethod,
     "largest; of two or more arguments, elementwise", "1 for the largest, ties share it equally",
     kArray},
    {"amin", CallKind::kMinimum, 1, 1, kGenerators | kAxes, "min by another name", "as min",
     kArray},
    {"amax", CallKind::kMaximum, 1, 1, kGenerators | kAxes, "max by another name", "as max",
     kArray},
    {"norm", CallKind::kNorm, 1, 1, kAxis,
     "Euclidean length sqrt(sum(x**2)), of a matrix the Frobenius norm", "x/norm(x), 0 at 0", kAny},
    {"var", CallKind::kVar, 1, 1, kAxes | kMethod | kDdof,
     "mean of (x - mean(x))**2; with ddof=1 the sum over count - 1", "2*(x - mean(x))/count", kAny},
    {"std", CallKind::kStd, 1, 1, kAxes | kMethod | kDdof, "sqrt(var(x))",
     "(x - mean(x))/(count*std(x)), 0 where std is 0", kAny},
    {"logsumexp", CallKind::kLogSumExp, 1, 1, kAxes, "log(sum(exp(x))) without overflow",
     "softmax(x)", kAny},
    {"least_squares", CallKind::kLeastSquares, 1, -1, kGenerators,
     "sum of the squares of all elements of its arguments, the residuals", "2*x for each element",
     "numbers, vectors, matrices, or a value for every turn of a range"},
    {"dot", CallKind::kDot, 2, 2, kMethod, "a @ b; of two vectors, sum of a[i]*b[i]", "b, a",
     "lengths that meet must be equal"},
    {"matmul", CallKind::kDot, 2, 2, 0, "a @ b", "as dot", "lengths that meet must be equal"},
    {"trace", CallKind::kTrace, 1, 1, kMethod, "sum of the diagonal", "1 on the diagonal",
     "a matrix"},
    {"softmax", CallKind::kSoftmax, 1, 1, kAxes,
     "exp(x)/sum(exp(x)) without overflow; over all elements, or along an axis",
     "s*(d - sum(s*d)) for a change d, where s = softmax(x)", kAny},
    {"log_softmax", CallKind::kLogSoftmax, 1, 1, kAxes, "x - logsumexp(x), likewise",
     "d - sum(softmax(x)*d) for a change d", kAny},
    {"cumsum", CallKind::kCumsum, 1, 1, kAxes | kMethod,
     "running sums, one after the other; of a matrix along an axis",
     "each element's: 1 for every sum from there on", "a vector, or a matrix and an axis"},
    {"transpose", CallKind::kTranspose, 1, 1, kMethod, "rows become columns; also a.T",
     "the same element's", kAny},
    {"reshape", CallKind::kReshape, 2, 3, kMethod,
     "reshape(a, (m, n)): the same elements, row after row; one length may be -1",
     "the same element's", "as many elements as before"},
    {"ravel", CallKind::kRavel, 1, 1, kMethod, "all elements as one vector, row after row",
     "the same element's", kAny},
    {"flatten", CallKind::kRavel, 1, 1, kMethod, "ravel by another name", "as ravel", kAny},
    {"diag", CallKind::kDiag, 1, 1, 0,
     "the diagonal of a matrix; of a vector, the matrix with that diagonal", "the same element's",
     kAny},
    {"outer", CallKind::kOuter, 2, 2, 0, "the matrix of all a[i]*b[j]", "b, a", "two vectors"},
    {"zeros", CallKind::kZeros, 1, 1, 0, "zeros(n) or zeros((m, n))", "0", "constant lengths"},
    {"ones", CallKind::kOnes, 1, 1, 0, "ones(n) or ones((m, n))", "0", "constant lengths"},
    {"eye", CallKind::kEye, 1, 1, 0, "eye(n): ones on the diagonal of an n x n matrix", "0",
     "a constant length"},
    {"arange", CallKind::kArange, 1, 3, 0,
     "arange(stop), arange(start, stop, step): start, start + step, ... before stop", "0",
     "constants, step not 0"},
    {"linspace", CallKind::kLinspace, 3, 3, 0,
     "linspace(start, stop, n): n numbers, evenly spaced, ends included", "0", "constants"},
    {"len", CallKind::kLength, 1, 1, 0, "number of elements of a vector, of rows of a matrix", "0",
     kAny},
};

// Written after a dot, without brackets.
constexpr SpecialCall kAttributes[] = {
    {"T", CallKind::kTranspose, 1, 1, 0, "", "", ""},
    {"shape", CallKind::kShape, 1, 1, 0, "", "", ""},
    {"size", CallKind::kSize, 1, 1, 0, "", "", ""},
    {"ndim", CallKind::kRank, 1, 1, 0, "", "", ""},
};

constexpr NamedNumber kNamedNumbers[] = {
    {"pi", std::numbers::pi},
    {"e", std::numbers::e},
    {"tau", 2 * std::numbers::pi},
    {"inf", std::numeric_limits<double>::infinity()},
    {"True", 1},
    {"False", 0},
};

const SpecialCall* Find(std::span<const SpecialCall> rows, std::string_view name) {
  for (const SpecialCall& call : rows) {
    if (call.name == name) return &call;
  }
  return nullptr;
}

}  // namespace

std::span<const SpecialCall> SpecialCalls() {
  static const auto* const all = [] {
    auto* made = new std::vector<SpecialCall>(std::begin(kCalls), std::end(kCalls));
    made->insert(made->end(), Compositions().begin(), Compositions().end());
    return made;
  }();
  return *all;
}
std::span<const NamedNumber> NamedNumbers() { return kNamedNumbers; }

const SpecialCall* FindSpecialCall(std::string_view name) { return Find(SpecialCalls(), name); }
const SpecialCall* FindAttribute(std::string_view name) { return Find(kAttributes, name); }

}  // namespace thalweg::expression
