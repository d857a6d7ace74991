#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/events/events.h"
#include "server/runs/active_run.h"

namespace thalweg::runs {

/// The unfinished runs, by id, and how many there are in each state.
class RunRegistry {
 public:
  RunRegistry(EventSink& events, int64_t most) : events_(events), most_(most) {}

  /// Room for one more of a tenant, until it is added or given up. `most` is what the tenant may
  /// have; 0: as many as all.
  enum class Room { kReserved, kServerFull, kTenantFull };
  Room Reserve(const std::string& tenant, int64_t most);
  void ReserveRegardless(const std::string& tenant);
  void GiveUp(const std::string& tenant);
  void Add(std::shared_ptr<ActiveRun> run);  ///< In reserved room.
  void Remove(const std::string& id);
  std::shared_ptr<ActiveRun> Find(const std::string& id) const;
  std::vector<std::shared_ptr<ActiveRun>> All() const;

  /// A run is now shown in another state. Absent: it is new.
  void CountState(std::optional<RunState> before, RunState after);

  /// Holds a request_id, so that creations with the same one come one after the other.
  class RequestHold {
   public:
    RequestHold(RunRegistry& registry, const std::string& request_id);
    RequestHold(const RequestHold&) = delete;
    RequestHold& operator=(const RequestHold&) = delete;
    ~RequestHold();

   private:
    RunRegistry& registry_;
    const std::string request_id_;  // empty: nothing is held
  };

 private:
  using Runs = std::map<std::string, std::shared_ptr<ActiveRun>>;
  Room RoomFor(const std::string& tenant, int64_t most) const;  // requires mutex_
  void Leave(const std::string& tenant);                        // requires mutex_
  void DropOver();                                              // requires mutex_

  EventSink& events_;
  const int64_t most_;
  mutable std::mutex mutex_;
  std::condition_variable released_;
  Runs runs_;
  std::map<std::string, int64_t> of_tenant_;  // runs and reservations; none of a tenant: no entry
  std::set<std::string> held_;
  int64_t reserved_ = 0;
  RunsCounted counts_;
};

}  // namespace thalweg::runs
