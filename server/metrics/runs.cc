#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/on_demand.h"

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

const Buckets kCancellationSeconds = {0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 30};

/// Criteria of runs that could not go on.
const std::vector<std::string>& Failures() {
  static const std::vector<std::string> reasons = {"error", "data_corrupt"};
  return reasons;
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
  void On(const RunCreated& event) override {
    // All of them at once: what has been 0 can be seen to rise.
    for (const std::string& outcome : Outcomes()) (void)Finished(event.optimizer, outcome);
  }
  void On(const RunFinished& event) override {
    Finished(event.optimizer, event.outcome).Increment();
    duration_seconds_[event.outcome]->Observe(event.duration.count());
    if (event.outcome == "failed") failures_[event.criterion]->Increment();
  }
  void On(const RecoveryFinished& event) override {
    failures_["data_corrupt"]->Increment(static_cast<double>(event.failed));
  }
  void On(const RunCancelled& event) override {
    cancellation_seconds_.Observe(event.duration.count());
  }
  void On(const RequestReplayed&) override { replays_.Increment(); }
  void On(const RunsCounted& event) override {
    queued_.Set(static_cast<double>(event.queued));
    running_.Set(static_cast<double>(event.running));
    paused_.Set(static_cast<double>(event.paused));
  }

 private:
  RunMetrics(Registry& registry, const LabelSets& labels, prometheus::Family<Gauge>& runs,
             prometheus::Family<Counter>& started)
      : algorithms_(Itself(labels.optimizers)),
        outcomes_(Itself(Outcomes())),
        queued_(runs.Add({{"state", "queued"}})),
        running_(runs.Add({{"state", "running"}})),
        paused_(runs.Add({{"state", "paused"}})),
        started_(labels.optimizers,
                 [&](std::string_view optimizer) {
                   return &started.Add({{"algorithm", std::string(optimizer)}});
                 }),
        finished_(registry,
                  Counters(registry, "thalweg_runs_finished_total",
                           "Runs that are over, by how they ended."),
                  {"algorithm", "outcome"}),
        finished_by_other_(Outcomes(),
                           [this](std::string_view outcome) {
                             return &finished_.Make({kOther, outcome});
                           }),
        queue_seconds_(OneHistogram(registry, "thalweg_run_queue_seconds",
                                    "From a run's creation to its first step.", kQueueSeconds)),
        duration_seconds_(DurationSeries(registry)),
        failures_(FailureSeries(registry)),
        cancellation_seconds_(OneHistogram(registry, "thalweg_cancellation_seconds",
                                           "From the wish to cancel a run to its being durable.",
                                           kCancellationSeconds)),
        replays_(OneCounter(registry, "thalweg_idempotent_replays_total",
                            "Creations of runs and studies that were answered with what an earlier "
                            "request of the same request_id had made.")) {}

  static ByName<Histogram*> DurationSeries(Registry& registry) {
    auto& family = Histograms(registry, "thalweg_run_duration_seconds",
                              "Time that a run took, by how it ended.");
    return {Outcomes(), [&](std::string_view outcome) {
              return &family.Add({{"outcome", std::string(outcome)}}, kDurationSeconds);
            }};
  }

  static ByName<Counter*> FailureSeries(Registry& registry) {
    auto& family =
        Counters(registry, "thalweg_run_failures_total", "Runs that could not go on, by why.");
    return {Failures(), [&](std::string_view reason) {
              return &family.Add({{"reason", std::string(reason)}});
            }};
  }

  Counter& Finished(const std::string& optimizer, const std::string& outcome) {
    Counter* const found = finished_.Find({algorithms_[optimizer], outcomes_[outcome]});
    return found == nullptr ? *finished_by_other_[outcome] : *found;
  }

  const ByName<std::string> algorithms_;
  const ByName<std::string> outcomes_;
  Gauge& queued_;
  Gauge& running_;
  Gauge& paused_;
  const ByName<Counter*> started_;
  OnDemand<Counter, 2> finished_;
  const ByName<Counter*> finished_by_other_;
  Histogram& queue_seconds_;
  const ByName<Histogram*> duration_seconds_;
  const ByName<Counter*> failures_;
  Histogram& cancellation_seconds_;
  Counter& replays_;
};

}  // namespace

std::unique_ptr<EventSink> MakeRunMetrics(Registry& registry, const LabelSets& labels) {
  return std::make_unique<RunMetrics>(registry, labels);
}

}  // namespace thalweg::metrics
