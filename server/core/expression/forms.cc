#include "server/core/expression/forms.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/expression/residuals.h"
#include "server/core/expression/schedule.h"
#include "server/core/expression/tangent.h"
#include "server/core/violation.h"

namespace thalweg::expression {
namespace {

/// "1000 x 20 turns": of the loops around and of `loop` itself, outermost first.
std::string TurnsText(const Program& program, int32_t loop) {
  std::vector<std::string> turns;
  for (; loop >= 0;
       loop = program.RegionAt(program.RegionAt(program.LoopAt(loop).body).parent).loop) {
    turns.push_back(absl::StrCat(program.LoopAt(loop).most));
  }
  std::reverse(turns.begin(), turns.end());
  return absl::StrCat(absl::StrJoin(turns, " x "), " turns");
}

absl::Status CheckCost(const Machinery& made, std::string_view what, const Form& form) {
  const Limits& limits = made.limits;
  const int64_t bytes = form.code.memory * static_cast<int64_t>(sizeof(double));
  if (bytes > limits.scratch_bytes) {
    return Refuse("", Reason::kExpressionTooLarge,
                  absl::StrFormat("one evaluation of the %s needs %d bytes of memory; the limit "
                                  "is %d",
                                  what, bytes, limits.scratch_bytes));
  }
  if (form.code.operations <= static_cast<double>(limits.evaluation_operations)) {
    return absl::OkStatus();
  }
  Complaints complaints(made.source.text);
  const int32_t loop = form.code.costliest_loop;
  const int32_t origin = loop < 0 ? -1 : form.program.LoopAt(loop).origin;
  const Node& node = made.tree.At(origin < 0 ? made.tree.statements.back().root : origin);
  const std::string part = Quoted(Excerpt(made.source.text, node.begin, node.end));
  complaints.Add(
      Reason::kEvaluationTooCostly, node.begin,
      absl::StrFormat("one evaluation of the %s takes up to %.4g operations; the limit is %.4g, "
                      "and %s alone has %s",
                      what, form.code.operations, static_cast<double>(limits.evaluation_operations),
                      part, loop < 0 ? "all of them" : TurnsText(form.program, loop)));
  return complaints.ToStatus();
}

}  // namespace

absl::StatusOr<Form> Finish(const Machinery& made, std::string_view what, bool fits,
                            Builder& written) {
  if (written.full()) {
    return Refuse("", Reason::kExpressionTooLarge,
                  absl::StrFormat("the program of the %s has more than %d operations, the limit",
                                  what, made.limits.program_operations));
  }
  if (!fits) {
    return Refuse("", Reason::kExpressionTooLarge,
                  absl::StrFormat("the %s needs more than %d bytes of memory, the limit", what,
                                  made.limits.scratch_bytes));
  }
  Form form;
  form.program = std::move(written.program());
  Schedule(form.program);
  form.code = Assemble(form.program);
  if (absl::Status status = CheckCost(made, what, form); !status.ok()) return status;
  return form;
}

absl::StatusOr<Form> HessianVectorForm(const Machinery& made) {
  Builder tangent(made.limits.program_operations);
  const bool fits = Tangent(made.gradient, made.limits.scratch_bytes, tangent);
  return Finish(made, "Hessian-vector product", fits, tangent);
}

absl::StatusOr<Form> ResidualForm(const Machinery& made) {
  Builder written(made.limits.program_operations);
  const bool fits = WriteResiduals(made.value, made.residuals, /*jacobian=*/false,
                                   made.limits.scratch_bytes, written);
  return Finish(made, "residuals", fits, written);
}

absl::StatusOr<Form> JacobianByRows(const Machinery& made) {
  Builder written(made.limits.program_operations);
  const bool fits = WriteResiduals(made.value, made.residuals, /*jacobian=*/true,
                                   made.limits.scratch_bytes, written);
  return Finish(made, "Jacobian", fits, written);
}

absl::StatusOr<Form> JacobianByColumns(const Machinery& made) {
  const auto residuals = ResidualForm(made);
  if (!residuals.ok()) return residuals.status();
  Builder tangent(made.limits.program_operations);
  const bool fits = Tangent(residuals->program, made.limits.scratch_bytes, tangent);
  return Finish(made, "Jacobian", fits, tangent);
}

absl::StatusOr<JacobianForm> FormOfJacobian(const Machinery& made) {
  // Every place that gives residuals walks through the program once.
  constexpr size_t kMostStepsOverRows = 50'000'000;
  auto columns = JacobianByColumns(made);
  if (made.residuals.blocks.size() * made.value.ops.size() <= kMostStepsOverRows) {
    auto rows = JacobianByRows(made);
    const auto n = static_cast<double>(made.layout.size());
    const bool cheaper =
        rows.ok() && (!columns.ok() || rows->code.operations <= n * columns->code.operations);
    if (cheaper) return JacobianForm{*std::move(rows), /*by_columns=*/false};
  }
  if (!columns.ok()) return columns.status();
  return JacobianForm{*std::move(columns), /*by_columns=*/true};
}

}  // namespace thalweg::expression
