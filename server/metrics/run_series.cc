#include "server/metrics/run_series.h"

#include <limits>
#include <utility>

namespace thalweg::metrics {
namespace {

struct Row {
  const char* name;
  const char* help;
  double (*value)(const RunAdvanced& at);
};

double IterationOf(const RunAdvanced& at) {
  if (at.iteration < 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(at.iteration);
}

constexpr Row kRows[] = {
    {"thalweg_run_value", "Value of the objective at a run's newest durable iterate.",
     [](const RunAdvanced& at) { return at.value; }},
    {"thalweg_run_best_value", "Best value of a run so far.",
     [](const RunAdvanced& at) { return at.best_value; }},
    {"thalweg_run_gradient_norm", "2-norm of the gradient there; NaN where there is none.",
     [](const RunAdvanced& at) { return at.gradient_norm; }},
    {"thalweg_run_step_norm", "2-norm of the step that led there.",
     [](const RunAdvanced& at) { return at.step_norm; }},
    {"thalweg_run_learning_rate", "Learning rate, step length or trust radius of that step.",
     [](const RunAdvanced& at) { return at.learning_rate; }},
    {"thalweg_run_iteration", "Number of a run's newest durable iterate.", IterationOf},
};

prometheus::MetricFamily Family(const char* name, const char* help, prometheus::MetricType type) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

}  // namespace

bool RunSeries::Kept(const Place& place) const {
  return !place.ended || options_.now() - *place.ended < options_.kept;
}

bool RunSeries::HasRoom() {
  std::erase_if(places_, [this](const auto& entry) { return !Kept(entry.second); });
  return static_cast<int64_t>(places_.size()) < options_.most;
}

void RunSeries::On(const RunAdvanced& event) {
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(event.run); found != places_.end()) {
    found->second.at = event;
  } else if (HasRoom()) {
    waiting_.erase(event.run);
    places_.emplace(event.run, Place{event});
  } else if (waiting_.insert(event.run).second) {
    ++rejected_;
  }
}

void RunSeries::On(const RunFinished& event) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(event.run);
  const auto found = places_.find(event.run);
  if (found != places_.end()) found->second.ended = options_.now();
}

void RunSeries::On(const RunDeleted& event) {
  const std::lock_guard lock(mutex_);
  places_.erase(event.run);
}

std::vector<prometheus::MetricFamily> RunSeries::Collect() const {
  using prometheus::MetricType;
  std::vector<prometheus::MetricFamily> families;
  for (const Row& row : kRows) families.push_back(Family(row.name, row.help, MetricType::Gauge));
  families.push_back(Family("thalweg_run_series_rejected_total",
                            "Runs that asked for series of their own when all places were taken; "
                            "they get them when one is free.",
                            MetricType::Counter));

  const std::lock_guard lock(mutex_);
  for (const auto& [run, place] : places_) {
    if (!Kept(place)) continue;
    for (size_t i = 0; i < std::size(kRows); ++i) {
      prometheus::ClientMetric metric;
      metric.label.push_back({"run", run});
      metric.gauge.value = kRows[i].value(place.at);
      families[i].metric.push_back(std::move(metric));
    }
  }
  prometheus::ClientMetric rejected;
  rejected.counter.value = static_cast<double>(rejected_);
  families.back().metric.push_back(std::move(rejected));
  return families;
}

}  // namespace thalweg::metrics
