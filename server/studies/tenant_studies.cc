#include "server/studies/tenant_studies.h"

#include <utility>

namespace thalweg::studies {

absl::Status TenantStudies::Check(const std::string& id) {
  if (sight_ == Sight::kAll) return absl::OkStatus();
  const absl::StatusOr<std::string> owner = all_.TenantOf(id);
  if (!owner.ok()) return owner.status();
  return *owner == tenant_ ? absl::OkStatus() : NoSuchStudy(id);
}

absl::StatusOr<Study> TenantStudies::Create(const StudySpec& spec, const std::string& request_id,
                                            bool validate_only) {
  StudySpec own = spec;
  own.base.tenant = tenant_;
  return all_.Create(own, request_id, validate_only);
}

absl::StatusOr<Study> TenantStudies::Get(const std::string& id) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Get(id);
}

absl::StatusOr<std::string> TenantStudies::TenantOf(const std::string& id) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.TenantOf(id);
}

absl::StatusOr<StudyPage> TenantStudies::List(const StudyQuery& query) {
  StudyQuery seen = query;
  if (sight_ == Sight::kOwn) seen.tenant = tenant_;
  return all_.List(seen);
}

absl::StatusOr<Study> TenantStudies::Cancel(const std::string& id) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Cancel(id);
}

absl::Status TenantStudies::Delete(const std::string& id) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Delete(id);
}

absl::StatusOr<std::unique_ptr<StudyWatcher>> TenantStudies::Watch(const std::string& id,
                                                                   const StudyWatchOptions& options,
                                                                   std::function<void()> wake) {
  if (absl::Status status = Check(id); !status.ok()) return status;
  return all_.Watch(id, options, std::move(wake));
}

}  // namespace thalweg::studies
