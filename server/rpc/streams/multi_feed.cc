#include "server/rpc/streams/multi_feed.h"

#include <utility>

#include "server/rpc/unary_call.h"

namespace thalweg::rpc {
namespace {

v1::WatchUpdate& MessageOf(MessageHolder& out) {
  return static_cast<v1::WatchUpdate&>(out.Message());
}

/// The part of the stream's message that is one subscription's.
class PartHolder final : public MessageHolder {
 public:
  PartHolder(const Subscription& subscription, MessageHolder& whole)
      : subscription_(subscription), whole_(whole) {}

  google::protobuf::Message& Message() override {
    v1::WatchUpdate& update = MessageOf(whole_);
    update.set_subscription(subscription_.id);
    return subscription_.part(update);
  }

 private:
  const Subscription& subscription_;
  MessageHolder& whole_;
};

}  // namespace

MultiFeed::MultiFeed(std::vector<Subscription> subscriptions, const IncidentLog& incidents,
                     std::function<void()> wake)
    : incidents_(incidents),
      wake_(std::move(wake)),
      turns_(std::make_shared<Turns>(subscriptions.size())),
      left_(subscriptions.size()) {
  for (Subscription& subscription : subscriptions) {
    turns_->Ask(members_.size());
    members_.push_back({std::move(subscription)});
  }
}

absl::StatusOr<Feed::Fed> MultiFeed::Next(runs::SteadyTime now, MessageHolder& out) {
  AskThoseInTime(now);
  while (const std::optional<size_t> index = turns_->Next()) {
    const Fed fed = Serve(*index, now, out);
    if (fed.filled) return fed;
  }
  return Fed{.not_before = Soonest()};
}

Feed::Fed MultiFeed::Serve(size_t index, runs::SteadyTime now, MessageHolder& out) {
  Member& member = members_[index];
  if (member.ended) return {};
  if (!member.feed && !member.outcome) Open(index);
  if (member.outcome) return End(member, out);
  PartHolder part(member.subscription, out);
  auto fed = Guarded<Fed>([&] { return member.feed->Next(now, part); });
  if (!fed.ok()) {
    member.outcome = fed.status();
    return End(member, out);
  }
  if (fed->last) member.outcome = absl::OkStatus();  // told in its next turn
  if (fed->filled) turns_->Ask(index);
  member.not_before = fed->not_before;
  fed->last = false;  // of the subscription's messages, not of these
  return *fed;
}

void MultiFeed::Open(size_t index) {
  Member& member = members_[index];
  auto feed = Guarded<std::unique_ptr<Feed>>([&] {
    return member.subscription.open([turns = turns_, wake = wake_, index] {
      turns->Ask(index);
      wake();
    });
  });
  if (feed.ok()) {
    member.feed = *std::move(feed);
  } else {
    member.outcome = feed.status();
  }
}

Feed::Fed MultiFeed::End(Member& member, MessageHolder& out) {
  member.feed.reset();
  member.not_before.reset();
  member.ended = true;
  --left_;
  const grpc::Status status = ToGrpc(*member.outcome, incidents_);
  v1::WatchUpdate& update = MessageOf(out);
  update.Clear();
  update.set_subscription(member.subscription.id);
  update.mutable_end()->set_code(status.error_code());
  update.mutable_end()->set_message(status.error_message());
  return {.filled = true, .last = left_ == 0};
}

void MultiFeed::AskThoseInTime(runs::SteadyTime now) {
  for (size_t index = 0; index < members_.size(); ++index) {
    if (!members_[index].not_before || *members_[index].not_before > now) continue;
    members_[index].not_before.reset();
    turns_->Ask(index);
  }
}

std::optional<runs::SteadyTime> MultiFeed::Soonest() const {
  std::optional<runs::SteadyTime> soonest;
  for (const Member& member : members_) {
    if (member.not_before && (!soonest || *member.not_before < *soonest)) {
      soonest = member.not_before;
    }
  }
  return soonest;
}

void MultiFeed::FillHeartbeat(MessageHolder& out) const {
  v1::WatchUpdate& message = MessageOf(out);
  message.Clear();
  message.mutable_heartbeat();
}

std::string MultiFeed::WhereToResume() const {
  return "the last next_iteration of each run and study";
}

}  // namespace thalweg::rpc
