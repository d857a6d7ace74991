#pragma once

#include "absl/status/statusor.h"
#include "server/studies/study_book.h"
#include "thalweg/v1/study_service.pb.h"

namespace thalweg::rpc {

/// Checks the study that `request` describes, makes it durable and begins to make its runs.
absl::StatusOr<v1::CreateStudyResponse> CreateStudy(studies::StudyBook& studies,
                                                    const v1::CreateStudyRequest& request);

}  // namespace thalweg::rpc
