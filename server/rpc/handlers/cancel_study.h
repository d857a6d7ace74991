#pragma once

#include "absl/status/statusor.h"
#include "server/studies/study_book.h"
#include "thalweg/v1/study_service.pb.h"

namespace thalweg::rpc {

/// Cancels a study and its runs, and answers with its results.
absl::StatusOr<v1::CancelStudyResponse> CancelStudy(studies::StudyBook& studies,
                                                    const v1::CancelStudyRequest& request);

}  // namespace thalweg::rpc
