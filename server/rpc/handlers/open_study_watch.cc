#include "server/rpc/handlers/open_study_watch.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/watch_options.h"
#include "server/rpc/streams/study_feed.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {
namespace {

absl::StatusOr<studies::StudyWatchOptions> OptionsOf(const v1::WatchStudyRequest& request) {
  Refusals refusals;
  studies::StudyWatchOptions options;
  const auto runs =
      WatchOptionsOf(request.mode(), request.max_updates_per_second(), /*from_iteration=*/0);
  if (runs.ok()) {
    options.runs = *runs;
  } else {
    refusals.Add("", runs.status());
  }
  for (const auto& [text, from] : request.from_iterations()) {
    const auto name = RunName::Parse(text);
    if (!name.ok() || from < 0) {
      refusals.Add(Keyed("from_iterations", text), Reason::kInvalidValue,
                   absl::StrCat("is ", from, "; must be \"runs/{run}\" with 0 or more"));
      continue;
    }
    options.from[name->id()] = from;
  }
  if (!refusals.empty()) return refusals.ToStatus();
  return options;
}

}  // namespace

absl::StatusOr<WatchOpener> CheckStudyWatch(studies::StudyBook& studies,
                                            const v1::WatchStudyRequest& request) {
  Refusals refusals;
  const auto name = StudyName::Parse(request.name());
  if (!name.ok()) refusals.Add("", name.status());
  const auto options = OptionsOf(request);
  if (!options.ok()) refusals.Add("", options.status());
  if (!refusals.empty()) return refusals.ToStatus();
  return [&studies, id = name->id(),
          options = *options](std::function<void()> wake) -> absl::StatusOr<OpenedWatch> {
    auto watcher = studies.Watch(id, options, std::move(wake));
    if (!watcher.ok()) return watcher.status();
    return OpenedWatch{id, std::make_unique<StudyFeed>(*std::move(watcher)), options.runs.mode};
  };
}

absl::StatusOr<OpenedWatch> OpenStudyWatch(studies::StudyBook& studies,
                                           const v1::WatchStudyRequest& request,
                                           std::function<void()> wake) {
  const auto opener = CheckStudyWatch(studies, request);
  if (!opener.ok()) return opener.status();
  return (*opener)(std::move(wake));
}

}  // namespace thalweg::rpc
