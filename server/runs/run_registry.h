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

  /// Room for one more, until it is added or given up; false when there is none.
  bool Reserve();
  void ReserveRegardless();
  void GiveUp();
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
  EventSink& events_;
  const int64_t most_;
  mutable std::mutex mutex_;
  std::condition_variable released_;
  std::map<std::string, std::shared_ptr<ActiveRun>> runs_;
  std::set<std::string> held_;
  int64_t reserved_ = 0;
  RunsCounted counts_;
};

}  // namespace thalweg::runs
