#include "server/rpc/handlers/compile_objective.h"

#include <algorithm>
#include <string>

#include "server/core/expression/compiled.h"
#include "server/core/expression/derivative_text.h"
#include "server/core/expression/mathml.h"
#include "server/core/expression/report.h"
#include "server/rpc/handlers/understand.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

using expression::Structure;

constexpr int32_t kMostGroups = 20;
constexpr int kMostNames = 20;

v1::Degree ToWire(expression::Degree degree) {
  switch (degree) {
    case expression::Degree::kConstant:
      return v1::DEGREE_CONSTANT;
    case expression::Degree::kLinear:
      return v1::DEGREE_LINEAR;
    case expression::Degree::kQuadratic:
      return v1::DEGREE_QUADRATIC;
    case expression::Degree::kOther:
      break;
  }
  return v1::DEGREE_UNSPECIFIED;
}

void GroupsToWire(const Layout& layout, const Structure& structure, v1::Structure& wire) {
  wire.set_group_count(structure.groups);
  if (structure.groups < 2) return;
  const int32_t shown = std::min(structure.groups, kMostGroups);
  for (int32_t g = 0; g < shown; ++g) wire.add_groups();
  for (Index i = 0; i < layout.size(); ++i) {
    const int32_t g = structure.group[static_cast<size_t>(i)];
    if (g < 0 || g >= shown) continue;
    v1::CoordinateGroup& group = *wire.mutable_groups(g);
    group.set_size(group.size() + 1);
    if (group.size() <= kMostNames) group.add_coordinates(layout.CoordinateName(i));
  }
}

void DerivativesToWire(const expression::Compiled& compiled, v1::CompileObjectiveResponse& wire) {
  for (expression::DerivativeText& derivative : expression::WriteDerivatives(compiled)) {
    v1::Derivative& to = *wire.add_derivatives();
    to.set_variable(std::move(derivative.variable));
    to.set_index(std::move(derivative.index));
    to.set_mathml(expression::WriteMathMl(derivative.text));
    to.set_formula(std::move(derivative.text));
    to.set_why_not(std::move(derivative.why_not));
  }
}

/// What the formula shows beyond what any objective has.
void FormulaToWire(const Understood& understood, bool derivatives,
                   v1::CompileObjectiveResponse& response) {
  const expression::Compiled& compiled = *understood.compiled;
  const expression::Report report =
      expression::ReportOn(compiled, understood.bounds.lower, understood.bounds.upper);
  for (const std::string& finding : report.findings) response.add_findings(finding);
  v1::Structure& structure = *response.mutable_structure();
  structure.set_degree(ToWire(report.structure.degree));
  for (const std::string& kink : report.kinks) structure.add_kinks(kink);
  GroupsToWire(understood.objective->layout(), report.structure, structure);
  v1::Footprint& footprint = *response.mutable_footprint();
  footprint.set_value_program(report.value_program);
  footprint.set_gradient_program(report.gradient_program);
  footprint.set_memory_bytes(report.memory_bytes);
  response.set_mathml(expression::WriteMathMl(compiled.machinery().source.text));
  if (derivatives) DerivativesToWire(compiled, response);
}

/// What a model says of itself.
void ModelToWire(const Understood& understood, v1::CompileObjectiveResponse& response) {
  const Traits traits = understood.objective->traits();
  v1::Structure& structure = *response.mutable_structure();
  if (traits.quadratic) structure.set_degree(v1::DEGREE_QUADRATIC);
  if (!traits.kink.empty()) structure.add_kinks(traits.kink);
  for (const std::string& remark : understood.remarks) response.add_findings(remark);
}

}  // namespace

absl::StatusOr<v1::CompileObjectiveResponse> CompileObjective(
    EventSink& events, const v1::CompileObjectiveRequest& request, const Interruption& interruption,
    const expression::Limits& limits, const models::Means& means) {
  const auto understood = Understand(request.objective(), request.point(), "point", events,
                                     interruption, limits, /*maker=*/nullptr, means);
  if (!understood.ok()) return understood.status();
  const Layout& layout = understood->objective->layout();

  v1::CompileObjectiveResponse response;
  for (const Variable& variable : layout.variables()) ToWire(variable, *response.add_variables());
  response.set_size(layout.size());
  response.set_operations(static_cast<int64_t>(understood->operations));
  response.set_gradient_operations(static_cast<int64_t>(understood->gradient_operations));
  if (understood->compiled) {
    FormulaToWire(*understood, request.derivatives(), response);
  } else {
    ModelToWire(*understood, response);
  }
  response.mutable_structure()->set_residuals(understood->objective->residual_count());
  return response;
}

}  // namespace thalweg::rpc
