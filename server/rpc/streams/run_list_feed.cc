#include "server/rpc/streams/run_list_feed.h"

#include <variant>

#include "server/rpc/translate/run.h"
#include "server/rpc/translate/run_name.h"
#include "thalweg/v1/watch_service.pb.h"

namespace thalweg::rpc {

absl::StatusOr<Feed::Fed> RunListFeed::Next(runs::SteadyTime /*now*/, MessageHolder& out) {
  const std::optional<runs::RunListChange> change = watcher_->Next();
  if (!change) return Fed{};
  auto& message = static_cast<v1::RunListChange&>(out.Message());
  message.Clear();
  if (const auto* run = std::get_if<runs::Run>(&*change)) {
    ToWire(*run, kListedRun, *message.mutable_run());
  } else if (const auto* gone = std::get_if<runs::RunDeleted>(&*change)) {
    message.set_deleted(RunName::Of(gone->id).Text());
  } else {
    message.set_missed(true);
  }
  return Fed{.filled = true};
}

}  // namespace thalweg::rpc
