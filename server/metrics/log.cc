#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

/// Lines of the log, as Prometheus advises: a surge of errors is seen without reading them.
class LogMetrics final : public EventSink {
 public:
  explicit LogMetrics(Registry& registry) : lines_(Lines(registry)) {}
  void On(const LogLineWritten& event) override { lines_[event.level]->Increment(); }

 private:
  static ByName<Counter*> Lines(Registry& registry) {
    auto& family =
        Counters(registry, "thalweg_log_messages_total", "Lines of the log, by their level.");
    return {{"debug", "info", "warning", "error"}, [&](std::string_view level) {
              return &family.Add({{"level", std::string(level)}});
            }};
  }

  const ByName<Counter*> lines_;
};

}  // namespace

std::unique_ptr<EventSink> MakeLogMetrics(Registry& registry, const LabelSets& /*labels*/) {
  return std::make_unique<LogMetrics>(registry);
}

}  // namespace thalweg::metrics
