#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "server/rpc/streams/feed.h"
#include "server/studies/study_book.h"
#include "thalweg/v1/study_service.pb.h"

namespace thalweg::rpc {

/// Checks what WatchStudy is asked for, all but whether there is such a study.
absl::StatusOr<WatchOpener> CheckStudyWatch(studies::StudyBook& studies,
                                            const v1::WatchStudyRequest& request);

/// The beginning of WatchStudy: a watcher of the study that is named and of all its runs.
absl::StatusOr<OpenedWatch> OpenStudyWatch(studies::StudyBook& studies,
                                           const v1::WatchStudyRequest& request,
                                           std::function<void()> wake);

}  // namespace thalweg::rpc
