#include "server/rpc/handlers/cancel_run.h"

#include "server/rpc/translate/run.h"
#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {

absl::StatusOr<v1::CancelRunResponse> CancelRun(runs::RunBook& runs,
                                                const v1::CancelRunRequest& request) {
  const auto name = RunName::Parse(request.name());
  if (!name.ok()) return name.status();
  const auto run = runs.Cancel(name->id());
  if (!run.ok()) return run.status();
  v1::CancelRunResponse response;
  ToWire(*run, kWholeRun, *response.mutable_run());
  return response;
}

}  // namespace thalweg::rpc
