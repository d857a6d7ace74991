#pragma once

#include <memory>
#include <string>
#include <utility>

#include "server/rpc/streams/feed.h"

namespace thalweg::rpc {

/// One run's updates, as v1::RunUpdate.
class RunFeed final : public StreamFeed {
 public:
  RunFeed(std::unique_ptr<runs::Watcher> watcher, int64_t from_iteration)
      : watcher_(std::move(watcher)), next_iteration_(from_iteration) {}

  absl::StatusOr<Fed> Next(runs::SteadyTime now, MessageHolder& out) override;
  void FillHeartbeat(MessageHolder& out) const override;
  std::string WhereToResume() const override;

 private:
  const std::unique_ptr<runs::Watcher> watcher_;
  int64_t next_iteration_;
};

/// Iterates in an update, and iterates that it says were passed over.
int64_t IteratesIn(const runs::WatchUpdate& update);
int64_t SkippedBy(const runs::WatchUpdate& update);

}  // namespace thalweg::rpc
