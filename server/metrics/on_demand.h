#pragma once

#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "server/metrics/family.h"

namespace thalweg::metrics {

/// The series of one family that has too many combinations of label values for all to exist from
/// the start: each is made when first needed, while the registry has room.
///
///   OnDemand<Counter, 2> finished(registry, Counters(registry, ...), {"algorithm", "outcome"});
///   if (Counter* series = finished.Find({"adam", "converged"})) series->Increment();
///
/// Values come from closed sets and outlive the table. Safe for concurrent use.
template <typename Metric, size_t N>
class OnDemand {
 public:
  using Values = std::array<std::string_view, N>;

  /// `buckets` are those of a histogram.
  OnDemand(Registry& registry, prometheus::Family<Metric>& family,
           std::array<const char*, N> labels, Buckets buckets = {})
      : registry_(registry), family_(family), labels_(labels), buckets_(std::move(buckets)) {}

  /// The series of these values; null where it does not exist and there is no room for it.
  Metric* Find(const Values& values) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = series_.find(values);
      if (found != series_.end()) return found->second;
    }
    const std::lock_guard lock(mutex_);
    const auto found = series_.find(values);
    if (found != series_.end()) return found->second;
    return registry_.on_demand.Take(Samples()) ? &Add(values) : nullptr;
  }

  /// One that exists from the start, room or not.
  Metric& Make(const Values& values) {
    const std::lock_guard lock(mutex_);
    return Add(values);
  }

 private:
  static constexpr bool kIsHistogram = std::is_same_v<Metric, Histogram>;

  /// Series that one of ours is to Prometheus: a histogram's buckets, the last, sum and count.
  int64_t Samples() const { return kIsHistogram ? static_cast<int64_t>(buckets_.size()) + 3 : 1; }

  Metric& Add(const Values& values) {  // requires mutex_
    prometheus::Labels labels;
    for (size_t i = 0; i < N; ++i) labels.emplace(labels_[i], values[i]);
    Metric*& series = series_[values];
    if constexpr (kIsHistogram) {
      series = &family_.Add(labels, buckets_);
    } else {
      series = &family_.Add(labels);
    }
    return *series;
  }

  Registry& registry_;
  prometheus::Family<Metric>& family_;
  const std::array<const char*, N> labels_;
  const Buckets buckets_;
  std::shared_mutex mutex_;
  std::map<Values, Metric*> series_;
};

}  // namespace thalweg::metrics
