#pragma once

#include "absl/status/statusor.h"
#include "server/studies/study_book.h"
#include "thalweg/v1/study_service.pb.h"

namespace thalweg::rpc {

/// A study as it is now, whole.
absl::StatusOr<v1::GetStudyResponse> GetStudy(studies::StudyBook& studies,
                                              const v1::GetStudyRequest& request);

}  // namespace thalweg::rpc
