#pragma once

#include <memory>
#include <string>
#include <utility>

#include "server/rpc/streams/feed.h"
#include "server/studies/study_watcher.h"

namespace thalweg::rpc {

/// A study's updates and those of its runs, as v1::StudyUpdate.
class StudyFeed final : public StreamFeed {
 public:
  explicit StudyFeed(std::unique_ptr<studies::StudyWatcher> watcher)
      : watcher_(std::move(watcher)) {}

  absl::StatusOr<Fed> Next(runs::SteadyTime now, MessageHolder& out) override;
  void FillHeartbeat(MessageHolder& out) const override;
  std::string WhereToResume() const override;

 private:
  const std::unique_ptr<studies::StudyWatcher> watcher_;
  std::shared_ptr<const studies::Study> study_;  // as last seen: tells the arms
};

}  // namespace thalweg::rpc
