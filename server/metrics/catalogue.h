#pragma once

#include <prometheus/registry.h>

#include <memory>
#include <span>

#include "server/events/events.h"
#include "server/metrics/metrics.h"

namespace thalweg::metrics {

/// Families that belong together, kept up to date by one sink.
struct Group {
  const char* name;
  std::unique_ptr<EventSink> (*make)(prometheus::Registry& registry, const LabelSets& labels);
};

/// All groups: a new metric is a member of one of them, or a new row. The figures of the process
/// itself (process.h) come from no event and are not listed here.
std::span<const Group> Groups();

// One per file of the same name.
std::unique_ptr<EventSink> MakeBuildMetrics(prometheus::Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeCompileMetrics(prometheus::Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeStudyMetrics(prometheus::Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeGrpcMetrics(prometheus::Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeRunMetrics(prometheus::Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeSteppingMetrics(prometheus::Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeStorageMetrics(prometheus::Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeWatcherMetrics(prometheus::Registry&, const LabelSets&);

}  // namespace thalweg::metrics
