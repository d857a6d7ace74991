#include "server/rpc/handlers/fork_run.h"

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/translate/overrides.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run.h"
#include "server/rpc/translate/run_name.h"
#include "server/rpc/translate/run_spec.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ForkRunResponse> ForkRun(runs::RunBook& runs,
                                            const v1::ForkRunRequest& request) {
  const auto name = RunName::Parse(request.name());
  if (!name.ok()) return name.status();
  Refusals refusals;
  CheckRequestId(request.request_id(), refusals);
  CheckNames(request.display_name(), request.labels(), refusals);
  runs::ForkRequest fork;
  fork.overrides = OverridesFromWire(request.optimizer(), request.stopping(), refusals);
  if (request.has_seed()) fork.overrides.seed = request.seed();
  if (request.has_pace()) fork.overrides.pace = request.pace();
  if (request.has_iteration()) fork.iteration = request.iteration();
  fork.display_name = request.display_name();
  fork.labels.insert(request.labels().begin(), request.labels().end());
  if (!refusals.empty()) return refusals.ToStatus();

  const auto run = runs.Fork(name->id(), fork, request.request_id(), request.validate_only());
  if (!run.ok()) return run.status();
  v1::ForkRunResponse response;
  ToWire(*run, kWholeRun, *response.mutable_run());
  return response;
}

}  // namespace thalweg::rpc
