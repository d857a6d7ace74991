#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>

#include "server/metrics/series_budget.h"

namespace thalweg::metrics {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using Buckets = prometheus::Histogram::BucketBoundaries;

/// All families, and how many series may be added to them when first needed.
struct Registry : prometheus::Registry {
  SeriesBudget on_demand;
};

// Families by name and help text. The registry owns them and hands out references that live as long
// as it does.

inline prometheus::Family<Counter>& Counters(Registry& registry, const std::string& name,
                                             const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

inline prometheus::Family<Gauge>& Gauges(Registry& registry, const std::string& name,
                                         const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

inline prometheus::Family<Histogram>& Histograms(Registry& registry, const std::string& name,
                                                 const std::string& help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

// Families of one series, without a label.

inline Counter& OneCounter(Registry& registry, const std::string& name, const std::string& help) {
  return Counters(registry, name, help).Add({});
}

inline Gauge& OneGauge(Registry& registry, const std::string& name, const std::string& help) {
  return Gauges(registry, name, help).Add({});
}

inline Histogram& OneHistogram(Registry& registry, const std::string& name, const std::string& help,
                               const Buckets& buckets) {
  return Histograms(registry, name, help).Add({}, buckets);
}

}  // namespace thalweg::metrics
