#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

/// Studies: how many there are, and how they end.
class StudyMetrics final : public EventSink {
 public:
  explicit StudyMetrics(Registry& registry)
      : StudyMetrics(Gauges(registry, "thalweg_studies", "Unfinished studies."),
                     Counters(registry, "thalweg_studies_finished_total",
                              "Studies that are over, by how they ended.")) {}

  void On(const StudyFinished& event) override { finished_[event.outcome]->Increment(); }
  void On(const StudiesCounted& event) override {
    studies_.Set(static_cast<double>(event.running));
  }

 private:
  StudyMetrics(prometheus::Family<Gauge>& studies, prometheus::Family<Counter>& finished)
      : studies_(studies.Add({})),
        finished_({"finished", "cancelled", "failed"}, [&finished](std::string_view outcome) {
          return &finished.Add({{"outcome", std::string(outcome)}});
        }) {}

  Gauge& studies_;
  const ByName<Counter*> finished_;
};

}  // namespace

std::unique_ptr<EventSink> MakeStudyMetrics(Registry& registry, const LabelSets&) {
  return std::make_unique<StudyMetrics>(registry);
}

}  // namespace thalweg::metrics
