#include "server/rpc/handlers/get_run.h"

#include "server/rpc/translate/run.h"
#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {

absl::StatusOr<v1::GetRunResponse> GetRun(runs::RunBook& runs, const v1::GetRunRequest& request) {
  const auto name = RunName::Parse(request.name());
  if (!name.ok()) return name.status();
  const auto run = runs.Get(name->id());
  if (!run.ok()) return run.status();
  v1::GetRunResponse response;
  ToWire(*run, kWholeRun, *response.mutable_run());
  return response;
}

}  // namespace thalweg::rpc
