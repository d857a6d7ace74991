#include "server/rpc/handlers/get_study.h"

#include "server/rpc/translate/run_name.h"
#include "server/rpc/translate/study.h"

namespace thalweg::rpc {

absl::StatusOr<v1::GetStudyResponse> GetStudy(studies::StudyBook& studies,
                                              const v1::GetStudyRequest& request) {
  const auto name = StudyName::Parse(request.name());
  if (!name.ok()) return name.status();
  const auto study = studies.Get(name->id());
  if (!study.ok()) return study.status();
  v1::GetStudyResponse response;
  ToWire(*study, StudyView::kWhole, *response.mutable_study());
  return response;
}

}  // namespace thalweg::rpc
