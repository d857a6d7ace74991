#include "server/rpc/handlers/delete_run.h"

#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {

absl::StatusOr<v1::DeleteRunResponse> DeleteRun(runs::RunBook& runs,
                                                const v1::DeleteRunRequest& request) {
  const auto name = RunName::Parse(request.name());
  if (!name.ok()) return name.status();
  if (const absl::Status status = runs.Delete(name->id()); !status.ok()) return status;
  return v1::DeleteRunResponse();
}

}  // namespace thalweg::rpc
