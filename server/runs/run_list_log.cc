#include "server/runs/run_list_log.h"

#include <algorithm>

namespace thalweg::runs {

void RunListLog::Changed(std::shared_ptr<const Run> run, Standing standing) {
  Add({run->id, run->spec.labels, run->spec.tenant, run, std::move(standing)});
}

void RunListLog::Deleted(const std::string& id, Labels labels, std::string tenant) {
  Add({id, std::move(labels), std::move(tenant), nullptr, {}});
}

void RunListLog::Add(Entry entry) {
  Entries::node_type dropped;  // destroyed without the lock
  std::vector<std::shared_ptr<Subscription>> woken;
  {
    const std::lock_guard lock(mutex_);
    if (readers_ == 0) return;
    const auto [number, fresh] = number_of_.try_emplace(entry.id);
    if (!fresh) dropped = entries_.extract(number->second);
    number->second = ++last_;
    entries_.emplace(last_, std::move(entry));
    if (entries_.size() > kMostRuns) {
      dropped = entries_.extract(entries_.begin());
      forgotten_ = dropped.key();
      number_of_.erase(dropped.mapped().id);
    }
    woken.swap(armed_);
  }
  for (const auto& subscription : woken) subscription->Fire();
}

std::unique_ptr<RunListWatcher> RunListLog::Watch(RunFilter filter, std::function<void()> wake) {
  return std::make_unique<RunListWatcher>(*this, std::move(filter), std::move(wake));
}

RunListWatcher::RunListWatcher(RunListLog& log, RunFilter filter, std::function<void()> wake)
    : log_(log),
      filter_(std::move(filter)),
      subscription_(std::make_shared<Subscription>(std::move(wake))) {
  const std::lock_guard lock(log_.mutex_);
  ++log_.readers_;
}

RunListWatcher::~RunListWatcher() {
  RunListLog::Entries unread;  // destroyed without the lock
  {
    const std::lock_guard lock(log_.mutex_);
    std::erase(log_.armed_, subscription_);
    if (--log_.readers_ == 0) {
      unread.swap(log_.entries_);
      log_.number_of_.clear();
    }
  }
  subscription_->Close();
}

std::optional<RunListChange> RunListWatcher::Next() {
  std::optional<RunListLog::Entry> entry;
  {
    const std::lock_guard lock(log_.mutex_);
    if (!seen_ || *seen_ < log_.forgotten_) {
      seen_ = log_.last_;
      return ChangesMissed{};
    }
    entry = NextEntry();
    if (!entry) {
      auto& armed = log_.armed_;
      if (std::find(armed.begin(), armed.end(), subscription_) == armed.end()) {
        armed.push_back(subscription_);
      }
      return std::nullopt;
    }
  }
  if (!entry->run) return RunDeleted{std::move(entry->id)};
  return At(*entry->run, entry->standing);
}

std::optional<RunListLog::Entry> RunListWatcher::NextEntry() {
  for (auto at = log_.entries_.upper_bound(*seen_); at != log_.entries_.end(); ++at) {
    seen_ = at->first;
    if (Wanted(at->second)) return at->second;
  }
  return std::nullopt;
}

bool RunListWatcher::Wanted(const RunListLog::Entry& entry) const {
  if (filter_.tenant && entry.tenant != *filter_.tenant) return false;
  if (!filter_.label) return true;
  const auto found = entry.labels.find(filter_.label->first);
  return found != entry.labels.end() && found->second == filter_.label->second;
}

}  // namespace thalweg::runs
