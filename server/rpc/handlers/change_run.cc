#include "server/rpc/handlers/change_run.h"

#include "server/rpc/translate/overrides.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run.h"
#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ChangeRunResponse> ChangeRun(runs::RunBook& runs,
                                                const v1::ChangeRunRequest& request) {
  const auto name = RunName::Parse(request.name());
  if (!name.ok()) return name.status();
  Refusals refusals;
  runs::Overrides overrides = OverridesFromWire(request.optimizer(), request.stopping(), refusals);
  if (request.has_pace()) overrides.pace = request.pace();
  if (!refusals.empty()) return refusals.ToStatus();
  const auto changed = runs.Change(name->id(), overrides);
  if (!changed.ok()) return changed.status();
  v1::ChangeRunResponse response;
  ToWire(changed->run, kWholeRun, *response.mutable_run());
  response.set_iteration(changed->iteration);
  return response;
}

}  // namespace thalweg::rpc
