#include "server/core/constraint_spec.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/constraint_text.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

constexpr size_t kLongestName = 128;  // bytes

using CompiledFormula = absl::StatusOr<std::shared_ptr<const expression::Compiled>>;

/// A text without line ends, short enough for a message.
std::string Named(const ConstraintSpec& spec) {
  if (!spec.name.empty()) return spec.name;
  std::string name = spec.expression.substr(0, kLongestName);
  for (char& c : name) c = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return name;
}

absl::Status TakeBounds(const ConstraintSpec& spec, const ConstraintText& text,
                        ConstraintBlock& block) {
  if (text.compared && (spec.lower || spec.upper)) {
    return Refuse(spec.lower ? "lower" : "upper", Reason::kInvalidValue,
                  "given beside a comparison in the expression; give one of the two");
  }
  block.lower = spec.lower.value_or(text.lower);
  block.upper = spec.upper.value_or(text.upper);
  if (std::isinf(block.lower) && std::isinf(block.upper)) {
    return Refuse("expression", Reason::kMissingField,
                  "nothing bounds it; write a comparison such as x**2 <= 1, or give lower or "
                  "upper");
  }
  if (block.lower <= block.upper) return absl::OkStatus();
  return Refuse("upper", Reason::kInvalidValue,
                absl::StrCat("is ", NumberText(block.upper), ", less than the lower bound ",
                             NumberText(block.lower)));
}

/// The formula as a number, or where it is an array, as the squares of its elements.
CompiledFormula CompileText(const ConstraintText& text, const ObjectiveSpec& spec,
                            const Layout& layout, const expression::Limits& limits, bool& several) {
  several = text.each;
  CompiledFormula compiled =
      expression::Compile({text.formula, layout.variables(), spec.parameters}, limits);
  if (compiled.ok() || text.each) return compiled;
  CompiledFormula array =
      expression::Compile({text.squares, layout.variables(), spec.parameters}, limits);
  if (!array.ok()) return compiled;
  several = true;
  return array;
}

absl::StatusOr<ConstraintBlock> BuildOne(const ConstraintSpec& one, const ObjectiveSpec& spec,
                                         const Layout& layout, const expression::Limits& limits,
                                         expression::CodeMaker* maker) {
  if (one.name.size() > kLongestName) {
    return Refuse("name", Reason::kInvalidValue,
                  absl::StrCat(one.name.size(), " bytes; at most ", kLongestName, " are allowed"));
  }
  const auto text = ReadConstraint(one.expression, limits);
  if (!text.ok()) return Under("expression", text.status());
  ConstraintBlock block;
  block.name = Named(one);
  if (absl::Status status = TakeBounds(one, *text, block); !status.ok()) return status;
  const auto compiled = CompileText(*text, spec, layout, limits, block.several);
  if (!compiled.ok()) return Under("expression", compiled.status());
  if (block.several && (*compiled)->residual_count() == 0) {
    return Refuse("expression", Reason::kWrongShape,
                  "its numbers cannot be told one by one; write several constraints");
  }
  block.function = expression::MakeObjective(*compiled, maker);
  return block;
}

}  // namespace

absl::StatusOr<Constraints> BuildConstraints(const ObjectiveSpec& spec, const Layout& layout,
                                             const expression::Limits& limits,
                                             expression::CodeMaker* maker) {
  if (spec.constraints.size() > kMostConstraints) {
    return Refuse(
        "constraints", Reason::kInvalidValue,
        absl::StrCat("has ", spec.constraints.size(), " entries; at most ", kMostConstraints,
                     " are allowed (one entry may hold many: x[i] <= x[i+1] for i in "
                     "range(n-1))"));
  }
  std::vector<Violation> violations;
  std::vector<ConstraintBlock> blocks;
  Index rows = 0;
  for (size_t i = 0; i < spec.constraints.size() && violations.size() < 20; ++i) {
    auto block = BuildOne(spec.constraints[i], spec, layout, limits, maker);
    if (block.ok()) {
      rows += block->rows();
      blocks.push_back(*std::move(block));
      continue;
    }
    const absl::Status status = Under(absl::StrCat("constraints[", i, "]"), block.status());
    for (Violation& violation : ViolationsOf(status)) violations.push_back(std::move(violation));
  }
  if (!violations.empty()) return Refuse(std::move(violations));
  if (rows > kMostConstraintRows || rows * layout.size() > kMostConstraintSlopes) {
    return Refuse("constraints", Reason::kQuotaExceeded,
                  absl::StrCat(rows, " constraints of ", layout.size(), " unknowns; at most ",
                               kMostConstraintRows, " are allowed, and at most ",
                               kMostConstraintSlopes, " derivatives together"));
  }
  return Constraints(std::move(blocks), spec.feasibility_tolerance);
}

}  // namespace thalweg
