#include <array>
#include <chrono>
#include <string_view>

#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

prometheus::Labels BuildLabels(const LabelSets& labels) {
  return {labels.build.begin(), labels.build.end()};
}

double SecondsSinceEpoch() {
  return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// What this process is and whether it serves.
class BuildMetrics final : public EventSink {
 public:
  BuildMetrics(Registry& registry, const LabelSets& labels)
      : ready_family_(Gauges(registry, "thalweg_ready",
                             "1 while this component is ready to serve, 0 while it is not.")) {
    Gauges(registry, "thalweg_build_info", "1; the labels say what was built, and with what.")
        .Add(BuildLabels(labels))
        .Set(1);
    OneGauge(registry, "thalweg_start_time_seconds",
             "When this server started, in seconds since the epoch.")
        .Set(SecondsSinceEpoch());
    for (size_t i = 0; i < kComponents.size(); ++i) {
      ready_[i] = &ready_family_.Add({{"component", std::string(kComponents[i])}});
    }
  }

  void On(const ServerReady& event) override {
    for (size_t i = 0; i < kComponents.size(); ++i) {
      if (kComponents[i] == event.component) ready_[i]->Set(event.ready ? 1 : 0);
    }
  }

 private:
  static constexpr std::array<std::string_view, 4> kComponents = {"grpc", "http", "storage",
                                                                  "workers"};
  prometheus::Family<Gauge>& ready_family_;
  std::array<Gauge*, kComponents.size()> ready_{};
};

}  // namespace

std::unique_ptr<EventSink> MakeBuildMetrics(Registry& registry, const LabelSets& labels) {
  return std::make_unique<BuildMetrics>(registry, labels);
}

}  // namespace thalweg::metrics
