#include "server/rpc/handlers/open_watch.h"

#include <string>
#include <utility>

#include "server/rpc/handlers/create_run.h"
#include "server/rpc/handlers/watch_options.h"
#include "server/rpc/streams/run_feed.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {
namespace {

absl::StatusOr<OpenedWatch> Open(runs::RunBook& runs, const std::string& id,
                                 const runs::WatchOptions& options, std::function<void()> wake) {
  auto watcher = runs.Watch(id, options, std::move(wake));
  if (!watcher.ok()) return watcher.status();
  return OpenedWatch{id, std::make_unique<RunFeed>(*std::move(watcher), options.from_iteration),
                     options.mode};
}

}  // namespace

absl::StatusOr<WatchOpener> CheckWatch(runs::RunBook& runs, const v1::WatchRunRequest& request) {
  Refusals refusals;
  const auto name = RunName::Parse(request.name());
  if (!name.ok()) refusals.Add("", name.status());
  const auto options =
      WatchOptionsOf(request.mode(), request.max_updates_per_second(), request.from_iteration());
  if (!options.ok()) refusals.Add("", options.status());
  if (!refusals.empty()) return refusals.ToStatus();
  return [&runs, id = name->id(), options = *options](std::function<void()> wake) {
    return Open(runs, id, options, std::move(wake));
  };
}

absl::StatusOr<OpenedWatch> OpenWatch(runs::RunBook& runs, const v1::WatchRunRequest& request,
                                      std::function<void()> wake) {
  const auto opener = CheckWatch(runs, request);
  if (!opener.ok()) return opener.status();
  return (*opener)(std::move(wake));
}

absl::StatusOr<OpenedWatch> OpenOptimize(runs::RunBook& runs, const v1::OptimizeRequest& request,
                                         std::function<void()> wake) {
  // Nothing is made for a call whose other fields are wrong.
  const auto options =
      WatchOptionsOf(request.mode(), request.max_updates_per_second(), /*from_iteration=*/0);
  if (!options.ok()) return options.status();
  const auto run = CreateRun(runs, request.run(), request.request_id(), /*validate_only=*/false);
  if (!run.ok()) return run.status();
  return Open(runs, run->id, *options, std::move(wake));
}

}  // namespace thalweg::rpc
