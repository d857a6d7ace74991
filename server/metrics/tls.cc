#include <chrono>
#include <limits>

#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

/// How long the certificate in force is good for, and whether the next one could be taken.
class TlsMetrics final : public EventSink {
 public:
  explicit TlsMetrics(Registry& registry)
      : expiry_(OneGauge(registry, "thalweg_tls_certificate_expiry_timestamp_seconds",
                         "When the certificate in force expires, in seconds since the epoch; +Inf: "
                         "there is no TLS.")),
        refused_(OneCounter(registry, "thalweg_tls_certificate_refusals_total",
                            "Changes of the certificate's files that could not be used.")) {
    expiry_.Set(std::numeric_limits<double>::infinity());
  }

  void On(const CertificateLoaded& event) override {
    expiry_.Set(Seconds(event.expires.time_since_epoch()).count());
  }
  void On(const CertificateRefused&) override { refused_.Increment(); }

 private:
  Gauge& expiry_;
  Counter& refused_;
};

}  // namespace

std::unique_ptr<EventSink> MakeTlsMetrics(Registry& registry, const LabelSets&) {
  return std::make_unique<TlsMetrics>(registry);
}

}  // namespace thalweg::metrics
