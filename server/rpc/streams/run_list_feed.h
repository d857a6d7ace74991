#pragma once

#include <memory>
#include <utility>

#include "server/rpc/streams/feed.h"
#include "server/runs/run_list_log.h"

namespace thalweg::rpc {

/// What happens in the list of runs, as v1::RunListChange. Never the last.
class RunListFeed final : public Feed {
 public:
  explicit RunListFeed(std::unique_ptr<runs::RunListWatcher> watcher)
      : watcher_(std::move(watcher)) {}

  absl::StatusOr<Fed> Next(runs::SteadyTime now, MessageHolder& out) override;

 private:
  const std::unique_ptr<runs::RunListWatcher> watcher_;
};

}  // namespace thalweg::rpc
