#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

const Buckets kQueueSeconds = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120};
const Buckets kDurationSeconds = {0.01, 0.1, 0.5, 1, 5, 30, 120, 600, 3600, 21600};

/// How a run can end: the words of its termination.
const std::vector<std::string>& Outcomes() {
  static const std::vector<std::string> outcomes = {
      "converged", "limit", "stalled", "diverged", "non_finite", "cancelled", "failed"};
  return outcomes;
}

/// Runs: how many there are, begin and end, and how long they wait and last.
class RunMetrics final : public EventSink {
 public:
  RunMetrics(Registry& registry, const LabelSets& labels)
      : RunMetrics(registry, labels,
                   Gauges(registry, "thalweg_runs", "Unfinished runs, by their state."),
                   Counters(registry, "thalweg_runs_started_total",
                            "Runs that a worker has taken up for the first time.")) {}

  void On(const RunStarted& event) override {
    started_[event.optimizer]->Increment();
    queue_seconds_.Observe(event.queued.count());
  }
  void On(const RunFinished& event) override {
    finished_[event.outcome][event.optimizer]->Increment();
    duration_seconds_[event.outcome]->Observe(event.duration.count());
  }
  void On(const RunsCounted& event) override {
    queued_.Set(static_cast<double>(event.queued));
    running_.Set(static_cast<double>(event.running));
    paused_.Set(static_cast<double>(event.paused));
  }

 private:
  using ByOptimizer = ByName<Counter*>;

  RunMetrics(Registry& registry, const LabelSets& labels, prometheus::Family<Gauge>& runs,
             prometheus::Family<Counter>& started)
      : queued_(runs.Add({{"state", "queued"}})),
        running_(runs.Add({{"state", "running"}})),
        paused_(runs.Add({{"state", "paused"}})),
        started_(labels.optimizers,
                 [&](std::string_view optimizer) {
                   return &started.Add({{"algorithm", std::string(optimizer)}});
                 }),
        finished_(FinishedSeries(registry, labels)),
        queue_seconds_(OneHistogram(registry, "thalweg_run_queue_seconds",
                                    "From a run's creation to its first step.", kQueueSeconds)),
        duration_seconds_(DurationSeries(registry)) {}

  static ByName<ByOptimizer> FinishedSeries(Registry& registry, const LabelSets& labels) {
    auto& family =
        Counters(registry, "thalweg_runs_finished_total", "Runs that are over, by how they ended.");
    return {Outcomes(), [&](std::string_view outcome) {
              return ByOptimizer(labels.optimizers, [&](std::string_view optimizer) {
                return &family.Add(
                    {{"outcome", std::string(outcome)}, {"algorithm", std::string(optimizer)}});
              });
            }};
  }

  static ByName<Histogram*> DurationSeries(Registry& registry) {
    auto& family = Histograms(registry, "thalweg_run_duration_seconds",
                              "Time that a run took, by how it ended.");
    return {Outcomes(), [&](std::string_view outcome) {
              return &family.Add({{"outcome", std::string(outcome)}}, kDurationSeconds);
            }};
  }

  Gauge& queued_;
  Gauge& running_;
  Gauge& paused_;
  const ByOptimizer started_;
  const ByName<ByOptimizer> finished_;
  Histogram& queue_seconds_;
  const ByName<Histogram*> duration_seconds_;
};

}  // namespace

std::unique_ptr<EventSink> MakeRunMetrics(Registry& registry, const LabelSets& labels) {
  return std::make_unique<RunMetrics>(registry, labels);
}

}  // namespace thalweg::metrics
