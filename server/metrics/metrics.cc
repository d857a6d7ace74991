#include "server/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <utility>

#include "server/metrics/catalogue.h"
#include "server/metrics/process.h"

namespace thalweg::metrics {
namespace {

std::vector<EventSink*> Pointers(const std::vector<std::unique_ptr<EventSink>>& groups) {
  std::vector<EventSink*> pointers;
  for (const auto& group : groups) pointers.push_back(group.get());
  return pointers;
}

}  // namespace

Metrics::Parts Metrics::MakeParts(const LabelSets& labels) {
  Parts parts{std::make_unique<prometheus::Registry>(), {}};
  for (const Group& group : Groups()) parts.groups.push_back(group.make(*parts.registry, labels));
  return parts;
}

Metrics::Metrics(const LabelSets& labels) : Metrics(MakeParts(labels)) {}

Metrics::Metrics(Parts parts) : FanOut(Pointers(parts.groups)), parts_(std::move(parts)) {}

std::vector<prometheus::MetricFamily> Metrics::Collect() const {
  std::vector<prometheus::MetricFamily> families = parts_.registry->Collect();
  for (prometheus::MetricFamily& family : ReadProcess()) families.push_back(std::move(family));
  return families;
}

std::string Metrics::Text() const { return prometheus::TextSerializer().Serialize(Collect()); }

}  // namespace thalweg::metrics
