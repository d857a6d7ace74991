#pragma once

#include "absl/status/statusor.h"
#include "server/studies/study_book.h"
#include "thalweg/v1/study_service.pb.h"

namespace thalweg::rpc {

/// Forgets a study that is over, and its runs.
absl::StatusOr<v1::DeleteStudyResponse> DeleteStudy(studies::StudyBook& studies,
                                                    const v1::DeleteStudyRequest& request);

}  // namespace thalweg::rpc
