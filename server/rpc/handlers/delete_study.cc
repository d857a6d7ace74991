#include "server/rpc/handlers/delete_study.h"

#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {

absl::StatusOr<v1::DeleteStudyResponse> DeleteStudy(studies::StudyBook& studies,
                                                    const v1::DeleteStudyRequest& request) {
  const auto name = StudyName::Parse(request.name());
  if (!name.ok()) return name.status();
  if (absl::Status status = studies.Delete(name->id()); !status.ok()) return status;
  return v1::DeleteStudyResponse();
}

}  // namespace thalweg::rpc
