#pragma once

#include <prometheus/registry.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/events/fan_out.h"

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
  std::vector<Method> methods;          ///< Of all services.
  /// Label and value of thalweg_build_info: version, revision, compiler ...
  std::vector<std::pair<std::string, std::string>> build;
};

/// Counts what happens in the server, for Prometheus. Every series exists from the beginning; an
/// event only increments. See README.md for the list of metrics.
///
///   metrics::Metrics metrics({.optimizers = ..., .methods = ..., .build = ...});
///   metrics.On(SliceFinished{...});        // from any thread
///   Serve("/metrics", metrics.Text());
class Metrics final : public FanOut {
 public:
  explicit Metrics(const LabelSets& labels);

  /// All series in Prometheus' text format, version 0.0.4; the process' figures are read now.
  std::string Text() const;
  /// The same as values.
  std::vector<prometheus::MetricFamily> Collect() const;

 private:
  struct Parts {
    std::unique_ptr<prometheus::Registry> registry;
    std::vector<std::unique_ptr<EventSink>> groups;
  };
  static Parts MakeParts(const LabelSets& labels);
  explicit Metrics(Parts parts);

  const Parts parts_;
};

}  // namespace thalweg::metrics
