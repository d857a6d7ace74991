#include "server/runs/tenant_runs.h"

#include <utility>

namespace thalweg::runs {

absl::Status TenantRuns::Check(const std::string& id) {
  if (sight_ == Sight::kAll) return absl::OkStatus();
  const absl::StatusOr<std::string> owner = all_.TenantOf(id);
  if (!owner.ok()) return owner.status();
  return *owner == tenant_ ? absl::OkStatus() : NoSuchRun(id);
}

absl::StatusOr<Run> TenantRuns::Create(const RunSpec& spec, const std::string& request_id,
                                       bool validate_only) {
  RunSpec own = spec;
  own.tenant = tenant_;
  return all_.Create(own, request_id, validate_only);
}

absl::StatusOr<Run> TenantRuns::Fork(const std::string& id, const ForkRequest& request,
                                     const std::string& request_id, bool validate_only) {
  // Whose the parent is, is looked at behind what was asked before with this request_id: a retry
  // finds the fork although its parent is gone, and a stranger's parent looks like one that is not.
  ForkRequest own = request;
  own.tenant = tenant_;
  own.own_alone = sight_ == Sight::kOwn;
  return all_.Fork(id, own, request_id, validate_only);
}

absl::StatusOr<Run> TenantRuns::Get(const std::string& id) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Get(id);
}

absl::StatusOr<std::string> TenantRuns::TenantOf(const std::string& id) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.TenantOf(id);
}

absl::StatusOr<RunPage> TenantRuns::List(const RunQuery& query) {
  RunQuery seen = query;
  if (sight_ == Sight::kOwn) seen.tenant = tenant_;
  return all_.List(seen);
}

absl::StatusOr<Run> TenantRuns::Cancel(const std::string& id) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Cancel(id);
}

absl::StatusOr<Run> TenantRuns::Pause(const std::string& id) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Pause(id);
}

absl::StatusOr<Run> TenantRuns::Resume(const std::string& id, int64_t iterates) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Resume(id, iterates);
}

absl::StatusOr<ChangedRun> TenantRuns::Change(const std::string& id, const Overrides& overrides) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Change(id, overrides);
}

absl::Status TenantRuns::Delete(const std::string& id) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Delete(id);
}

absl::StatusOr<std::unique_ptr<Watcher>> TenantRuns::Watch(const std::string& id,
                                                           const WatchOptions& options,
                                                           std::function<void()> wake) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Watch(id, options, std::move(wake));
}

std::unique_ptr<RunListWatcher> TenantRuns::WatchList(const RunFilter& filter,
                                                      std::function<void()> wake) {
  RunFilter seen = filter;
  if (sight_ == Sight::kOwn) seen.tenant = tenant_;
  return all_.WatchList(seen, std::move(wake));
}

absl::StatusOr<IteratePage> TenantRuns::ListIterates(const std::string& id,
                                                     const IterateQuery& query) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.ListIterates(id, query);
}

}  // namespace thalweg::runs
