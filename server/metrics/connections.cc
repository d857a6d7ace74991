#include <chrono>

#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

ByName<Counter*> Rejected(Registry& registry) {
  auto& family = Counters(registry, "thalweg_grpc_connections_rejected_total",
                          "Connections to gRPC closed at once: over --max-connections, or for want "
                          "of file descriptors.");
  return {{"limit", "descriptors"}, [&](std::string_view reason) {
            return &family.Add({{"reason", std::string(reason)}});
          }};
}

/// Who is connected, and whether new connections are served at all.
class ConnectionMetrics final : public EventSink {
 public:
  explicit ConnectionMetrics(Registry& registry)
      : open_(OneGauge(registry, "thalweg_grpc_connections",
                       "Connections to gRPC now; counted every 5 s.")),
        rejected_(Rejected(registry)),
        probe_success_(OneGauge(registry, "thalweg_self_probe_success",
                                "1 where the server, opening a connection to its own gRPC port, "
                                "was served; asked every 10 s.")),
        probe_time_(OneGauge(registry, "thalweg_self_probe_timestamp_seconds",
                             "When it was last served so, in seconds since the epoch; 0: never "
                             "yet.")) {}

  void On(const ConnectionsCounted& event) override { open_.Set(static_cast<double>(event.open)); }
  void On(const ConnectionRejected& event) override { rejected_[event.reason]->Increment(); }
  void On(const SelfProbed& event) override {
    probe_success_.Set(event.failure.empty() ? 1 : 0);
    if (event.failure.empty()) {
      probe_time_.Set(Seconds(std::chrono::system_clock::now().time_since_epoch()).count());
    }
  }

 private:
  Gauge& open_;
  const ByName<Counter*> rejected_;
  Gauge& probe_success_;
  Gauge& probe_time_;
};

}  // namespace

std::unique_ptr<EventSink> MakeConnectionMetrics(Registry& registry, const LabelSets& /*labels*/) {
  return std::make_unique<ConnectionMetrics>(registry);
}

}  // namespace thalweg::metrics
