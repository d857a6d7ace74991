#include "server/core/expression/calls.h"

#include <limits>
#include <numbers>

namespace thalweg::expression {
namespace {

constexpr std::string_view kVector = "a vector, or a value for every turn of a range";

constexpr SpecialCall kSpecialCalls[] = {
    {"sum", CallKind::kSum, 1, 1, true, "sum, in 8 lanes", "1 for each element", kVector},
    {"mean", CallKind::kMean, 1, 1, true, "sum/count; nan of nothing", "1/count", kVector},
    {"prod", CallKind::kProduct, 1, 1, true, "product, in 8 lanes",
     "product of the others, exact with zeros", kVector},
    {"product", CallKind::kProduct, 1, 1, true, "prod by another name", "as prod", kVector},
    {"dot", CallKind::kDot, 2, 2, false, "sum of a[i]*b[i]", "b, a", "two vectors of one length"},
    {"norm", CallKind::kNorm, 1, 1, false, "Euclidean length sqrt(sum(x**2))", "x/norm(x), 0 at 0",
     "a vector"},
    {"min", CallKind::kMinimum, 1, -1, true, "smallest; of two or more arguments, elementwise",
     "1 for the smallest, ties share it equally", kVector},
    {"max", CallKind::kMaximum, 1, -1, true, "largest; of two or more arguments, elementwise",
     "1 for the largest, ties share it equally", kVector},
    {"amin", CallKind::kMinimum, 1, 1, true, "min by another name", "as min", kVector},
    {"amax", CallKind::kMaximum, 1, 1, true, "max by another name", "as max", kVector},
    {"where", CallKind::kWhere, 3, 3, false, "where(c, a, b): a where c holds, else b",
     "that of the value chosen", "all"},
    {"clip", CallKind::kClip, 3, 3, false, "clip(x, low, high): x kept in [low, high]",
     "1 inside and on the ends, 0 outside", "all"},
    {"square", CallKind::kSquare, 1, 1, false, "x*x", "2*x", "all x"},
    {"relu", CallKind::kRelu, 1, 1, false, "x where positive, else 0", "1 if x > 0, else 0",
     "all x"},
    {"len", CallKind::kLength, 1, 1, false, "number of elements of a vector", "0", "a vector"},
};

constexpr NamedNumber kNamedNumbers[] = {
    {"pi", std::numbers::pi},
    {"e", std::numbers::e},
    {"tau", 2 * std::numbers::pi},
    {"inf", std::numeric_limits<double>::infinity()},
    {"True", 1},
    {"False", 0},
};

}  // namespace

std::span<const SpecialCall> SpecialCalls() { return kSpecialCalls; }
std::span<const NamedNumber> NamedNumbers() { return kNamedNumbers; }

const SpecialCall* FindSpecialCall(std::string_view name) {
  for (const SpecialCall& call : kSpecialCalls) {
    if (call.name == name) return &call;
  }
  return nullptr;
}

}  // namespace thalweg::expression
