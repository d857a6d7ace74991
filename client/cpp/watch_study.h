#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "client/cpp/error.h"
#include "client/cpp/iterates_view.h"
#include "client/cpp/watch.h"
#include "thalweg/v1/study_service.grpc.pb.h"

namespace thalweg::client {

/// What happens during a watch of a study; as WatchHandlers, with the index of the run's arm.
struct StudyHandlers {
  /// The study as it is: at first, after each change, after each reconnection, and at last.
  std::function<void(const v1::Study&)> on_study = {};
  std::function<void(int64_t arm, const v1::Run&)> on_run = {};
  /// Iterates of one run, in order of iteration, each once.
  std::function<void(int64_t arm, const std::string& run, const IteratesView&)> on_iterates = {};
  std::function<void(int64_t arm, const std::string& run, const v1::Gap&)> on_gap = {};
  std::function<void(const Error& reason)> on_lost = {};
};

/// Watches `name` and all its runs to the end, and gives the study as it then is. Broken streams
/// are taken up again as by WatchRun. Of the options `from_iteration` is not used.
Result<v1::Study> WatchStudy(v1::StudyService::StubInterface& service, const std::string& name,
                             const StudyHandlers& handlers, const WatchOptions& options);

}  // namespace thalweg::client
