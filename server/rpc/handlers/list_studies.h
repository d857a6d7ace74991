#pragma once

#include "absl/status/statusor.h"
#include "server/studies/study_book.h"
#include "thalweg/v1/study_service.pb.h"

namespace thalweg::rpc {

/// A page of studies, newest first, in brief.
absl::StatusOr<v1::ListStudiesResponse> ListStudies(studies::StudyBook& studies,
                                                    const v1::ListStudiesRequest& request);

}  // namespace thalweg::rpc
