#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "server/rpc/streams/feed.h"
#include "server/rpc/translate/status.h"
#include "server/runs/run_book.h"
#include "server/studies/study_book.h"
#include "thalweg/v1/watch_service.pb.h"

namespace thalweg::rpc {

/// The beginning of Watch: checks all that is asked for. Nothing is read from the disk yet: each
/// subject is looked for when its turn in the stream comes. The books and `incidents` outlive it.
absl::StatusOr<OpenedWatch> OpenWatches(runs::RunBook& runs, studies::StudyBook& studies,
                                        const IncidentLog& incidents,
                                        const v1::WatchRequest& request,
                                        std::function<void()> wake);

}  // namespace thalweg::rpc
