#include "server/rpc/handlers/pause_run.h"

#include "server/rpc/translate/run.h"
#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {

absl::StatusOr<v1::PauseRunResponse> PauseRun(runs::RunBook& runs,
                                              const v1::PauseRunRequest& request) {
  const auto name = RunName::Parse(request.name());
  if (!name.ok()) return name.status();
  const auto run = runs.Pause(name->id());
  if (!run.ok()) return run.status();
  v1::PauseRunResponse response;
  ToWire(*run, kWholeRun, *response.mutable_run());
  return response;
}

}  // namespace thalweg::rpc
