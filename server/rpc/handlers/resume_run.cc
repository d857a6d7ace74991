#include "server/rpc/handlers/resume_run.h"

#include "server/rpc/translate/run.h"
#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ResumeRunResponse> ResumeRun(runs::RunBook& runs,
                                                const v1::ResumeRunRequest& request) {
  const auto name = RunName::Parse(request.name());
  if (!name.ok()) return name.status();
  const auto run = runs.Resume(name->id(), request.iterations());
  if (!run.ok()) return run.status();
  v1::ResumeRunResponse response;
  ToWire(*run, kWholeRun, *response.mutable_run());
  return response;
}

}  // namespace thalweg::rpc
