#include "server/rpc/handlers/open_watches.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/open_study_watch.h"
#include "server/rpc/handlers/open_watch.h"
#include "server/rpc/streams/multi_feed.h"
#include "server/rpc/streams/run_list_feed.h"
#include "server/rpc/translate/label.h"
#include "server/rpc/translate/refusals.h"

namespace thalweg::rpc {
namespace {

constexpr int kMostSubscriptions = 256;
constexpr size_t kMostIdBytes = 64;

Subscription::Opener FeedOf(WatchOpener opener) {
  return [open = std::move(opener)](
             std::function<void()> wake) -> absl::StatusOr<std::unique_ptr<Feed>> {
    auto opened = open(std::move(wake));
    if (!opened.ok()) return opened.status();
    return std::move(opened->feed);
  };
}

Subscription::Opener ListOf(runs::RunBook& runs, std::optional<runs::Label> label) {
  return [&runs, label = std::move(label)](
             std::function<void()> wake) -> absl::StatusOr<std::unique_ptr<Feed>> {
    return std::make_unique<RunListFeed>(runs.WatchList({label, {}}, std::move(wake)));
  };
}

google::protobuf::Message& RunPart(v1::WatchUpdate& update) { return *update.mutable_run(); }
google::protobuf::Message& StudyPart(v1::WatchUpdate& update) { return *update.mutable_study(); }
google::protobuf::Message& ListPart(v1::WatchUpdate& update) { return *update.mutable_runs(); }

absl::StatusOr<Subscription> SubscriptionOf(runs::RunBook& runs, studies::StudyBook& studies,
                                            const v1::Subscription& wire) {
  if (wire.has_run()) {
    auto opener = CheckWatch(runs, wire.run());
    if (!opener.ok()) return Under("run", opener.status());
    return Subscription{wire.id(), FeedOf(*std::move(opener)), RunPart};
  }
  if (wire.has_study()) {
    auto opener = CheckStudyWatch(studies, wire.study());
    if (!opener.ok()) return Under("study", opener.status());
    return Subscription{wire.id(), FeedOf(*std::move(opener)), StudyPart};
  }
  if (wire.has_runs()) {
    auto label = LabelFilter(wire.runs().label());
    if (!label.ok()) return Under("runs", label.status());
    return Subscription{wire.id(), ListOf(runs, *std::move(label)), ListPart};
  }
  return Refuse("", Reason::kMissingField, "watches nothing; give run, study or runs");
}

void CheckId(const std::string& id, bool fresh, const std::string& field, Refusals& refusals) {
  if (id.empty()) {
    refusals.Add(field, Reason::kMissingField,
                 absl::StrCat("is empty; give 1 to ", kMostIdBytes, " bytes"));
  } else if (id.size() > kMostIdBytes) {
    refusals.Add(field, Reason::kInvalidValue,
                 absl::StrCat("has ", id.size(), " bytes; at most ", kMostIdBytes, " are allowed"));
  } else if (!fresh) {
    refusals.Add(field, Reason::kInvalidValue,
                 absl::StrCat("is ", Quoted(id), ", as of a subscription before it"));
  }
}

absl::StatusOr<std::vector<Subscription>> SubscriptionsOf(runs::RunBook& runs,
                                                          studies::StudyBook& studies,
                                                          const v1::WatchRequest& request) {
  const int count = request.subscriptions_size();
  if (count == 0) return Refuse("subscriptions", Reason::kMissingField, "is empty; give 1 to 256");
  if (count > kMostSubscriptions) {
    return Refuse("subscriptions", Reason::kInvalidValue,
                  absl::StrCat("has ", count, "; at most ", kMostSubscriptions, " are allowed"));
  }
  Refusals refusals;
  std::set<std::string> ids;
  std::vector<Subscription> subscriptions;
  for (int i = 0; i < count; ++i) {
    const v1::Subscription& wire = request.subscriptions(i);
    const std::string field = absl::StrCat("subscriptions[", i, "]");
    CheckId(wire.id(), ids.insert(wire.id()).second, field + ".id", refusals);
    auto subscription = SubscriptionOf(runs, studies, wire);
    if (subscription.ok()) {
      subscriptions.push_back(*std::move(subscription));
    } else {
      refusals.Add(field, subscription.status());
    }
  }
  if (!refusals.empty()) return refusals.ToStatus();
  return subscriptions;
}

bool IsLive(const v1::Subscription& wire) {
  return wire.has_runs() || wire.run().mode() == v1::WATCH_MODE_LIVE ||
         wire.study().mode() == v1::WATCH_MODE_LIVE;
}

}  // namespace

absl::StatusOr<OpenedWatch> OpenWatches(runs::RunBook& runs, studies::StudyBook& studies,
                                        const IncidentLog& incidents,
                                        const v1::WatchRequest& request,
                                        std::function<void()> wake) {
  auto subscriptions = SubscriptionsOf(runs, studies, request);
  if (!subscriptions.ok()) return subscriptions.status();
  const auto& wires = request.subscriptions();
  const bool live = std::all_of(wires.begin(), wires.end(), IsLive);
  auto feed = std::make_unique<MultiFeed>(*std::move(subscriptions), incidents, std::move(wake));
  return OpenedWatch{"", std::move(feed), live ? runs::WatchMode::kLive : runs::WatchMode::kAll};
}

}  // namespace thalweg::rpc
