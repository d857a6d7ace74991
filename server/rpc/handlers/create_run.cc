#include "server/rpc/handlers/create_run.h"

#include "server/core/violation.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run.h"
#include "server/rpc/translate/run_spec.h"

namespace thalweg::rpc {
namespace {

/// Only what is wrong with the run is at "run"; a full server or a reused id is not its fault.
absl::Status AtRun(const absl::Status& status) {
  const bool refused = status.code() == absl::StatusCode::kInvalidArgument;
  return refused ? Under("run", InWireTerms(status)) : status;
}

}  // namespace

absl::StatusOr<runs::Run> CreateRun(runs::RunBook& runs, const v1::Run& wire,
                                    const std::string& request_id, bool validate_only) {
  Refusals refusals;
  CheckRequestId(request_id, refusals);
  const auto spec = FromWire(wire);
  if (!spec.ok()) refusals.Add("run", spec.status());
  if (!refusals.empty()) return refusals.ToStatus();

  auto run = runs.Create(*spec, request_id, validate_only);
  if (!run.ok()) return AtRun(run.status());
  return run;
}

absl::StatusOr<v1::CreateRunResponse> CreateRun(runs::RunBook& runs,
                                                const v1::CreateRunRequest& request) {
  const auto run = CreateRun(runs, request.run(), request.request_id(), request.validate_only());
  if (!run.ok()) return run.status();
  v1::CreateRunResponse response;
  ToWire(*run, kWholeRun, *response.mutable_run());
  return response;
}

}  // namespace thalweg::rpc
