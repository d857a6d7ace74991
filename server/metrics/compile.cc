#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

const Buckets kCompileSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2};

/// Objectives turned from text into something that can be evaluated.
class CompileMetrics final : public EventSink {
 public:
  explicit CompileMetrics(Registry& registry)
      : CompileMetrics(registry, Counters(registry, "thalweg_compile_total",
                                          "Objectives compiled, or refused.")) {}

  void On(const ObjectiveCompiled& event) override {
    (event.ok ? ok_ : refused_).Increment();
    seconds_.Observe(event.duration.count());
  }

 private:
  CompileMetrics(Registry& registry, prometheus::Family<Counter>& compiled)
      : ok_(compiled.Add({{"result", "ok"}})),
        refused_(compiled.Add({{"result", "refused"}})),
        seconds_(OneHistogram(registry, "thalweg_compile_seconds",
                              "Time to compile an objective, or to refuse it.", kCompileSeconds)) {}

  Counter& ok_;
  Counter& refused_;
  Histogram& seconds_;
};

}  // namespace

std::unique_ptr<EventSink> MakeCompileMetrics(Registry& registry, const LabelSets&) {
  return std::make_unique<CompileMetrics>(registry);
}

}  // namespace thalweg::metrics
