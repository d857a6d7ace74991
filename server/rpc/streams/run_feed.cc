#include "server/rpc/streams/run_feed.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "server/rpc/translate/update.h"

namespace thalweg::rpc {
namespace {

v1::RunUpdate& MessageOf(MessageHolder& out) { return static_cast<v1::RunUpdate&>(out.Message()); }

}  // namespace

int64_t IteratesIn(const runs::WatchUpdate& update) {
  const auto* block = std::get_if<std::shared_ptr<const runs::IterateBlock>>(&update.what);
  return block == nullptr ? 0 : static_cast<int64_t>((*block)->rows());
}

int64_t SkippedBy(const runs::WatchUpdate& update) {
  const auto* gap = std::get_if<runs::Gap>(&update.what);
  return gap == nullptr ? 0 : gap->to - gap->from + 1;
}

absl::StatusOr<Feed::Fed> RunFeed::Next(runs::SteadyTime now, MessageHolder& out) {
  const auto step = watcher_->Next(now);
  if (!step.ok()) return step.status();
  if (!step->update) return Fed{.not_before = step->not_before};
  ToWire(*step->update, MessageOf(out));
  next_iteration_ = step->update->next_iteration;
  return Fed{.filled = true,
             .last = step->update->last,
             .iterates = IteratesIn(*step->update),
             .skipped = SkippedBy(*step->update)};
}

void RunFeed::FillHeartbeat(MessageHolder& out) const {
  v1::RunUpdate& message = MessageOf(out);
  message.Clear();
  message.mutable_heartbeat();
  message.set_next_iteration(next_iteration_);
}

std::string RunFeed::WhereToResume() const {
  return absl::StrCat("from_iteration = ", next_iteration_);
}

}  // namespace thalweg::rpc
