#include "server/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <utility>

#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"
#include "server/metrics/process.h"

namespace thalweg::metrics {
namespace {

std::vector<EventSink*> Pointers(const std::vector<std::unique_ptr<EventSink>>& groups) {
  std::vector<EventSink*> pointers;
  for (const auto& group : groups) pointers.push_back(group.get());
  return pointers;
}

int64_t CountSeries(const std::vector<prometheus::MetricFamily>& families) {
  size_t series = 0;
  for (const prometheus::MetricFamily& family : families) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      const size_t buckets = metric.histogram.bucket.size();
      series += buckets == 0 ? 1 : buckets + 2;  // with sum and count
    }
  }
  return static_cast<int64_t>(series);
}

}  // namespace

Metrics::Parts Metrics::MakeParts(const LabelSets& labels, RunSeries::Options runs) {
  Parts parts{std::make_unique<Registry>(), {}};
  for (const Group& group : Groups()) parts.groups.push_back(group.make(*parts.registry, labels));
  auto series = std::make_unique<RunSeries>(std::move(runs));
  parts.runs = series.get();
  parts.groups.push_back(std::move(series));
  return parts;
}

Metrics::Metrics(const LabelSets& labels, RunSeries::Options runs)
    : Metrics(MakeParts(labels, std::move(runs))) {}

Metrics::Metrics(Parts parts) : FanOut(Pointers(parts.groups)), parts_(std::move(parts)) {
  parts_.registry->on_demand.Set(kMostSeries - CountSeries(Collect()));
}

Metrics::~Metrics() = default;

std::vector<prometheus::MetricFamily> Metrics::Collect() const {
  std::vector<prometheus::MetricFamily> families = parts_.registry->Collect();
  for (auto& family : parts_.runs->Collect()) families.push_back(std::move(family));
  for (auto& family : ReadProcess()) families.push_back(std::move(family));
  return families;
}

std::string Metrics::Text() const { return prometheus::TextSerializer().Serialize(Collect()); }

}  // namespace thalweg::metrics
