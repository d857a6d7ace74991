#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace thalweg::metrics {

/// The process' own figures, read now from /proc and the kernel, under the names that every
/// Prometheus client library gives them. A figure that cannot be read is left out.
std::vector<prometheus::MetricFamily> ReadProcess();

}  // namespace thalweg::metrics
