#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

const Buckets kSliceSeconds = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.2};

ByName<Counter*> IterationSeries(Registry& registry, const LabelSets& labels) {
  auto& family = Counters(registry, "thalweg_iterations_total", "Iterations made.");
  return {labels.optimizers, [&](std::string_view optimizer) {
            return &family.Add({{"algorithm", std::string(optimizer)}});
          }};
}

/// Work done on runs, and the workers that do it.
class SteppingMetrics final : public EventSink {
 public:
  SteppingMetrics(Registry& registry, const LabelSets& labels)
      : SteppingMetrics(registry, labels,
                        Counters(registry, "thalweg_evaluations_total",
                                 "Evaluations of objectives, by what was evaluated."),
                        Counters(registry, "thalweg_nonfinite_evaluations_total",
                                 "Iterates whose value or gradient has a NaN (nan), or an infinity "
                                 "and no NaN (inf).")) {}

  void On(const SliceFinished& event) override {
    iterations_[event.optimizer]->Increment(static_cast<double>(event.iterations));
    values_.Increment(static_cast<double>(event.value_evaluations));
    gradients_.Increment(static_cast<double>(event.gradient_evaluations));
    nan_.Increment(static_cast<double>(event.nan_iterates));
    infinite_.Increment(static_cast<double>(event.infinite_iterates));
    slice_seconds_.Observe(event.duration.count());
  }
  void On(const FloatingPointReset&) override { resets_.Increment(); }
  void On(const WorkersCounted& event) override {
    workers_.Set(static_cast<double>(event.workers));
    busy_.Set(static_cast<double>(event.busy));
    queue_.Set(static_cast<double>(event.waiting_runs));
  }

 private:
  SteppingMetrics(Registry& registry, const LabelSets& labels,
                  prometheus::Family<Counter>& evaluations, prometheus::Family<Counter>& nonfinite)
      : iterations_(IterationSeries(registry, labels)),
        values_(evaluations.Add({{"kind", "value"}})),
        gradients_(evaluations.Add({{"kind", "gradient"}})),
        nan_(nonfinite.Add({{"class", "nan"}})),
        infinite_(nonfinite.Add({{"class", "inf"}})),
        slice_seconds_(OneHistogram(registry, "thalweg_slice_seconds",
                                    "Time that a worker stepped one run before the next had its "
                                    "turn.",
                                    kSliceSeconds)),
        resets_(
            OneCounter(registry, "thalweg_fp_environment_resets_total",
                       "Times that a worker's floating-point mode had been changed by something "
                       "and was set right before a slice.")),
        workers_(OneGauge(registry, "thalweg_workers", "Threads that step runs.")),
        busy_(OneGauge(registry, "thalweg_workers_busy", "Threads that are stepping a run now.")),
        queue_(OneGauge(registry, "thalweg_work_queue_length", "Runs that wait for a worker.")) {}

  const ByName<Counter*> iterations_;
  Counter& values_;
  Counter& gradients_;
  Counter& nan_;
  Counter& infinite_;
  Histogram& slice_seconds_;
  Counter& resets_;
  Gauge& workers_;
  Gauge& busy_;
  Gauge& queue_;
};

}  // namespace

std::unique_ptr<EventSink> MakeSteppingMetrics(Registry& registry, const LabelSets& labels) {
  return std::make_unique<SteppingMetrics>(registry, labels);
}

}  // namespace thalweg::metrics
