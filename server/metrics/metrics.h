#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/events/fan_out.h"
#include "server/metrics/run_series.h"

namespace thalweg::metrics {

/// An RPC as its metrics name it.
struct Method {
  std::string type;     ///< "unary", "server_stream" ...
  std::string service;  ///< "thalweg.v1.OptimizationService"
  std::string method;   ///< "CreateRun"
};

/// The closed sets that label values come from: whatever else an event names is counted as "other".
struct LabelSets {
  std::vector<std::string> optimizers;  ///< Names of the core's catalogue.
  std::vector<std::string> rules;       ///< Of stopping: likewise.
  std::vector<Method> methods;          ///< Of all services.
  /// Label and value of thalweg_build_info: version, revision, compiler ...
  std::vector<std::pair<std::string, std::string>> build;
};

struct Registry;

/// Most series that there are, whatever happens; without those of single runs.
inline constexpr int64_t kMostSeries = 2'500;

/// Counts what happens in the server, for Prometheus. Most series exist from the beginning, so that
/// an event only increments; the others are made when first needed, up to kMostSeries in all. See
/// README.md for the list of metrics.
///
///   metrics::Metrics metrics({.optimizers = ..., .rules = ..., .methods = ..., .build = ...});
///   metrics.On(SliceFinished{...});        // from any thread
///   Serve("/metrics", metrics.Text());
class Metrics final : public FanOut {
 public:
  explicit Metrics(const LabelSets& labels, RunSeries::Options runs = {});
  ~Metrics() override;

  /// All series in Prometheus' text format, version 0.0.4; the process' figures are read now.
  std::string Text() const;
  /// The same as values.
  std::vector<prometheus::MetricFamily> Collect() const;

 private:
  struct Parts {
    std::unique_ptr<Registry> registry;
    std::vector<std::unique_ptr<EventSink>> groups;
    RunSeries* runs = nullptr;  // one of the groups
  };
  static Parts MakeParts(const LabelSets& labels, RunSeries::Options runs);
  explicit Metrics(Parts parts);

  const Parts parts_;
};

}  // namespace thalweg::metrics
