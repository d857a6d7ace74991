#pragma once

#include <memory>
#include <span>

#include "server/events/events.h"
#include "server/metrics/family.h"
#include "server/metrics/metrics.h"

namespace thalweg::metrics {

/// Families that belong together, kept up to date by one sink.
struct Group {
  const char* name;
  std::unique_ptr<EventSink> (*make)(Registry& registry, const LabelSets& labels);
};

/// All groups: a new metric is a member of one of them, or a new row. The figures of the process
/// itself (process.h) come from no event, and the series of single runs (run_series.h) from no
/// registry: they are not listed here.
std::span<const Group> Groups();

// One per file of the same name.
std::unique_ptr<EventSink> MakeAccessMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeBuildMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeCompileMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeConnectionMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeConvergenceMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeMemoryMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeStudyMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeDatasetMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeGrpcMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeLogMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeRunMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeSteppingMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeStorageMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeTlsMetrics(Registry&, const LabelSets&);
std::unique_ptr<EventSink> MakeWatcherMetrics(Registry&, const LabelSets&);

}  // namespace thalweg::metrics
