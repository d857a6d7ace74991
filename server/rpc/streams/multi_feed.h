#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/rpc/streams/feed.h"
#include "server/rpc/streams/turns.h"
#include "server/rpc/translate/status.h"
#include "thalweg/v1/watch_service.pb.h"

namespace thalweg::rpc {

/// One of the watches that share a stream.
struct Subscription {
  /// As a WatchOpener, for a feed without a stream to itself.
  using Opener = std::function<absl::StatusOr<std::unique_ptr<Feed>>(std::function<void()> wake)>;

  std::string id;
  Opener open;
  /// The part of an update that its feed fills.
  google::protobuf::Message& (*part)(v1::WatchUpdate& update);
};

/// Many watches in one stream, as v1::WatchUpdate: one message of each that has something to say,
/// in turns, so that none waits for more than one message of each of the others. Those with nothing
/// to say are not asked until they call. Each is opened when its turn comes for the first time, and
/// its feed is gone when it ends; the last message is the end of the last of them.
class MultiFeed final : public StreamFeed {
 public:
  /// `incidents` outlives the feed.
  MultiFeed(std::vector<Subscription> subscriptions, const IncidentLog& incidents,
            std::function<void()> wake);

  absl::StatusOr<Fed> Next(runs::SteadyTime now, MessageHolder& out) override;
  void FillHeartbeat(MessageHolder& out) const override;
  std::string WhereToResume() const override;

 private:
  struct Member {
    Subscription subscription;
    std::unique_ptr<Feed> feed = nullptr;                       // while it is open
    std::optional<absl::Status> outcome = std::nullopt;         // why it ends, once that is known
    bool ended = false;                                         // that was told
    std::optional<runs::SteadyTime> not_before = std::nullopt;  // it is to be asked again
  };

  Fed Serve(size_t index, runs::SteadyTime now, MessageHolder& out);
  void Open(size_t index);
  Fed End(Member& member, MessageHolder& out);
  void AskThoseInTime(runs::SteadyTime now);
  std::optional<runs::SteadyTime> Soonest() const;

  const IncidentLog& incidents_;
  const std::function<void()> wake_;
  const std::shared_ptr<Turns> turns_;  // shared with wake-up calls
  std::vector<Member> members_;
  size_t left_;  // members that have not ended
};

}  // namespace thalweg::rpc
