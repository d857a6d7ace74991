// The derivative as text: what the gradient's program adds to each coordinate.

#include "server/core/expression/derivative_text.h"

#include "absl/strings/str_cat.h"
#include "server/core/expression/formula_writer.h"
#include "server/core/expression/order.h"

namespace thalweg::expression {
namespace {

constexpr size_t kMostVariables = 64;  // each takes time in proportion to the program

/// What the program adds to the coordinates of variable `v`.
std::vector<int32_t> EffectsOn(const Machinery& machinery, size_t v) {
  const Program& program = machinery.gradient;
  const int64_t begin = machinery.layout.OffsetOf(v);
  const int64_t end = begin + machinery.layout.variables()[v].length;
  std::vector<int32_t> effects;
  for (const int32_t index : RunOrder(program)) {
    const Op& op = program.At(index);
    if (op.code != Code::kScatter && op.code != Code::kScatterAt) continue;
    const Address& address = program.addresses[static_cast<size_t>(op.aux)];
    const bool gradient =
        program.arrays[static_cast<size_t>(address.array)].kind == ArrayKind::kGradient;
    if (gradient && address.base >= begin && address.base < end) effects.push_back(index);
  }
  return effects;
}

DerivativeText WriteOne(const Machinery& machinery, size_t v, size_t most_bytes) {
  const Variable& variable = machinery.layout.variables()[v];
  FormulaWriter writer(machinery, machinery.gradient, most_bytes);
  DerivativeText derivative;
  derivative.variable = variable.name;
  Whole place{machinery.layout.OffsetOf(v), {}};
  if (!variable.scalar) {
    derivative.index = writer.FreshName("k");
    writer.SetTurns(derivative.index, variable.length);
    place.terms[derivative.index] = 1;
  }
  const Term total = writer.Added(EffectsOn(machinery, v), place);
  std::string text;
  for (const std::string& line : writer.lines()) absl::StrAppend(&text, line, "\n");
  absl::StrAppend(&text, Spelled(total, Binding::kSum));
  derivative.why_not = writer.failure();
  if (derivative.why_not.empty() && text.size() > most_bytes) {
    derivative.why_not = absl::StrCat("it takes ", text.size(), " bytes as text; at most ",
                                      most_bytes, " are shown");
  }
  if (derivative.why_not.empty()) derivative.text = std::move(text);
  return derivative;
}

}  // namespace

std::vector<DerivativeText> WriteDerivatives(const Compiled& compiled, size_t most_bytes) {
  const Machinery& machinery = compiled.machinery();
  std::vector<DerivativeText> derivatives;
  for (size_t v = 0; v < machinery.layout.variables().size() && v < kMostVariables; ++v) {
    derivatives.push_back(WriteOne(machinery, v, most_bytes));
  }
  return derivatives;
}

}  // namespace thalweg::expression
