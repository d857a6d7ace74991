#include "server/rpc/handlers/compile_objective.h"

#include <string>

#include "server/rpc/handlers/understand.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {

absl::StatusOr<v1::CompileObjectiveResponse> CompileObjective(
    EventSink& events, const v1::CompileObjectiveRequest& request, const Interruption& interruption,
    const expression::Limits& limits) {
  const auto understood =
      Understand(request.objective(), request.point(), "point", events, interruption, limits);
  if (!understood.ok()) return understood.status();

  const Layout& layout = understood->objective->layout();
  v1::CompileObjectiveResponse response;
  for (const Variable& variable : layout.variables()) ToWire(variable, *response.add_variables());
  response.set_size(layout.size());
  response.set_operations(understood->compiled->operations());
  response.set_gradient_operations(understood->compiled->gradient_operations());
  for (const std::string& finding : understood->compiled->findings())
    response.add_findings(finding);
  return response;
}

}  // namespace thalweg::rpc
