#include "server/rpc/translate/update.h"

#include <memory>
#include <variant>

#include "server/rpc/translate/iterates.h"
#include "server/rpc/translate/run.h"

namespace thalweg::rpc {

void ToWire(const runs::WatchUpdate& update, v1::RunUpdate& wire) {
  if (const auto* run = std::get_if<runs::Run>(&update.what)) {
    wire.Clear();
    ToWire(*run, kStreamedRun, *wire.mutable_run());
  } else if (const auto* block =
                 std::get_if<std::shared_ptr<const runs::IterateBlock>>(&update.what)) {
    ToWire(**block, *wire.mutable_iterates());
  } else {
    const auto& gap = std::get<runs::Gap>(update.what);
    wire.Clear();
    wire.mutable_gap()->set_from_iteration(gap.from);
    wire.mutable_gap()->set_to_iteration(gap.to);
    wire.mutable_gap()->set_reason(gap.reason);
  }
  wire.clear_events();
  for (const runs::RunEvent& event : update.events) ToWire(event, *wire.add_events());
  wire.set_next_iteration(update.next_iteration);
  wire.set_last(update.last);
}

}  // namespace thalweg::rpc
