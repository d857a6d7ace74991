#include "server/runs/room_keeper.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::runs {
namespace {

constexpr std::chrono::seconds kTellEvery{1};

}  // namespace

bool RoomKeeper::Look() {
  const auto room = store_.Room();
  bool enough = true;  // where nothing is known a commit will tell
  if (room.ok() && room->has_value()) {
    size_ = (*room)->size;
    free_ = (*room)->free;
    reserve_ = (*room)->reserve;
    enough = free_ >= (full() ? reserve_ + reserve_ / 4 : reserve_.load());
  }
  if (std::exchange(first_, false) && enough) events_.On(ServerReady{"storage", true});
  if (!enough) SetFull(true);
  if (std::chrono::steady_clock::now() >= next_telling_) Tell();
  return enough;
}

void RoomKeeper::Ended(const absl::Status& status) {
  if (status.ok()) SetFull(false);
  if (absl::IsResourceExhausted(status)) SetFull(true);
}

void RoomKeeper::SetFull(bool full) {
  if (full_.exchange(full) == full) return;
  Tell();
  events_.On(ServerReady{"storage", !full});
}

void RoomKeeper::Tell() {
  next_telling_ = std::chrono::steady_clock::now() + kTellEvery;
  if (free_ != INT64_MAX) events_.On(StorageMeasured{size_, free_});
}

absl::Status RoomKeeper::Refusal() const {
  const std::string figures =
      free_ == INT64_MAX
          ? ""
          : absl::StrCat(" (", free_.load(), " bytes free, ", reserve_.load(), " kept in reserve)");
  return RefuseWith(absl::StatusCode::kResourceExhausted, Reason::kStorageFull,
                    absl::StrCat("the server's disk is full", figures,
                                 ": nothing new can be kept until there is room"));
}

}  // namespace thalweg::runs
