#pragma once

#include <prometheus/metric_family.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/events/events.h"

namespace thalweg::metrics {

/// Series of single runs, of those that ask for them: where each stands, from its creation until
/// some time after its end. Their number is bounded: a run that finds no place waits until one is
/// free. Not in the registry, since they come and go.
class RunSeries final : public EventSink {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    int64_t most = 50;              ///< Runs at a time; 0: none.
    std::chrono::minutes kept{10};  ///< After the end of a run.
    std::function<Clock::time_point()> now = Clock::now;
  };

  explicit RunSeries(Options options) : options_(std::move(options)) {}

  void On(const RunAdvanced& event) override;
  void On(const RunFinished& event) override;
  void On(const RunDeleted& event) override;

  /// The families as they are now; without a run they have no series.
  std::vector<prometheus::MetricFamily> Collect() const;

 private:
  struct Place {
    RunAdvanced at;
    std::optional<Clock::time_point> ended = {};
  };

  bool Kept(const Place& place) const;
  bool HasRoom();  // requires mutex_

  const Options options_;
  mutable std::mutex mutex_;
  std::map<std::string, Place> places_;  // by run
  std::set<std::string> waiting_;        // unfinished runs without a place
  int64_t rejected_ = 0;
};

}  // namespace thalweg::metrics
