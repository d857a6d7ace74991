#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

const Buckets kCompileSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2};

/// Objectives turned from text into something that can be evaluated.
class CompileMetrics final : public EventSink {
 public:
  explicit CompileMetrics(Registry& registry)
      : CompileMetrics(
            registry,
            Counters(registry, "thalweg_compile_total", "Objectives compiled, or refused."),
            Counters(registry, "thalweg_machine_code_total",
                     "Programs of objectives made into machine code, or left to the "
                     "interpreter.")) {}

  void On(const ObjectiveCompiled& event) override {
    (event.ok ? ok_ : refused_).Increment();
    seconds_.Observe(event.duration.count());
  }
  void On(const MachineCodeMade& event) override {
    (event.ok ? made_ : interpreted_).Increment();
    machine_code_seconds_.Observe(event.duration.count());
  }

 private:
  CompileMetrics(Registry& registry, prometheus::Family<Counter>& compiled,
                 prometheus::Family<Counter>& made)
      : ok_(compiled.Add({{"result", "ok"}})),
        refused_(compiled.Add({{"result", "refused"}})),
        seconds_(OneHistogram(registry, "thalweg_compile_seconds",
                              "Time to compile an objective, or to refuse it.", kCompileSeconds)),
        made_(made.Add({{"result", "made"}})),
        interpreted_(made.Add({{"result", "interpreted"}})),
        machine_code_seconds_(OneHistogram(registry, "thalweg_machine_code_seconds",
                                           "Time to make machine code of one program.",
                                           kCompileSeconds)) {}

  Counter& ok_;
  Counter& refused_;
  Histogram& seconds_;
  Counter& made_;
  Counter& interpreted_;
  Histogram& machine_code_seconds_;
};

}  // namespace

std::unique_ptr<EventSink> MakeCompileMetrics(Registry& registry, const LabelSets&) {
  return std::make_unique<CompileMetrics>(registry);
}

}  // namespace thalweg::metrics
