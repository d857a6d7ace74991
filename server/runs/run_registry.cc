#include "server/runs/run_registry.h"

#include <utility>

namespace thalweg::runs {
namespace {

int64_t* CountOf(RunsCounted& counts, RunState state) {
  switch (state) {
    case RunState::kQueued:
      return &counts.queued;
    case RunState::kRunning:
      return &counts.running;
    case RunState::kPaused:
      return &counts.paused;
    default:
      return nullptr;
  }
}

}  // namespace

RunRegistry::Room RunRegistry::RoomFor(const std::string& tenant, int64_t most) const {
  if (static_cast<int64_t>(runs_.size()) + reserved_ >= most_) return Room::kServerFull;
  const auto found = of_tenant_.find(tenant);
  const bool full = most > 0 && found != of_tenant_.end() && found->second >= most;
  return full ? Room::kTenantFull : Room::kReserved;
}

void RunRegistry::Leave(const std::string& tenant) {
  const auto found = of_tenant_.find(tenant);
  if (--found->second == 0) of_tenant_.erase(found);
}

void RunRegistry::DropOver() {
  std::erase_if(runs_, [this](const auto& entry) {
    const bool over = IsTerminal(entry.second->trace()->Shown().standing.state);
    if (over) Leave(entry.second->trace()->run().spec.tenant);
    return over;
  });
}

RunRegistry::Room RunRegistry::Reserve(const std::string& tenant, int64_t most) {
  const std::lock_guard lock(mutex_);
  Room room = RoomFor(tenant, most);
  if (room != Room::kReserved) {
    DropOver();  // those that are about to be removed take none
    room = RoomFor(tenant, most);
  }
  if (room != Room::kReserved) return room;
  ++reserved_;
  ++of_tenant_[tenant];
  return room;
}

void RunRegistry::ReserveRegardless(const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  ++reserved_;
  ++of_tenant_[tenant];
}

void RunRegistry::GiveUp(const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  --reserved_;
  Leave(tenant);
}

void RunRegistry::Add(std::shared_ptr<ActiveRun> run) {
  const std::lock_guard lock(mutex_);
  --reserved_;
  runs_.emplace(run->trace()->id(), std::move(run));
}

void RunRegistry::Remove(const std::string& id) {
  std::shared_ptr<ActiveRun> gone;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  if (found == runs_.end()) return;
  gone = std::move(found->second);
  Leave(gone->trace()->run().spec.tenant);
  runs_.erase(found);
}

std::shared_ptr<ActiveRun> RunRegistry::Find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  return found == runs_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<ActiveRun>> RunRegistry::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<ActiveRun>> all;
  for (const auto& [id, run] : runs_) all.push_back(run);
  return all;
}

void RunRegistry::CountState(std::optional<RunState> before, RunState after) {
  const std::lock_guard lock(mutex_);
  if (before == after) return;
  if (before) {
    if (int64_t* count = CountOf(counts_, *before)) --*count;
  }
  if (int64_t* count = CountOf(counts_, after)) ++*count;
  events_.On(counts_);
}

RunRegistry::RequestHold::RequestHold(RunRegistry& registry, const std::string& request_id)
    : registry_(registry), request_id_(request_id) {
  if (request_id_.empty()) return;
  std::unique_lock lock(registry_.mutex_);
  registry_.released_.wait(lock, [this] { return !registry_.held_.contains(request_id_); });
  registry_.held_.insert(request_id_);
}

RunRegistry::RequestHold::~RequestHold() {
  if (request_id_.empty()) return;
  {
    const std::lock_guard lock(registry_.mutex_);
    registry_.held_.erase(request_id_);
  }
  registry_.released_.notify_all();
}

}  // namespace thalweg::runs
