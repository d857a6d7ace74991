#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

/// Tables: how many there are, the room they take, and how uploads end.
class DatasetMetrics final : public EventSink {
 public:
  explicit DatasetMetrics(Registry& registry)
      : datasets_(OneGauge(registry, "thalweg_datasets", "Tables kept.")),
        bytes_(OneGauge(registry, "thalweg_dataset_bytes", "Bytes that they take on the disk.")),
        open_uploads_(
            OneGauge(registry, "thalweg_dataset_open_uploads", "Uploads that are not finished.")),
        staged_bytes_(
            OneGauge(registry, "thalweg_dataset_staged_bytes", "Bytes that have come of them.")),
        damaged_(OneCounter(registry, "thalweg_dataset_damage_total",
                            "Tables whose bytes were found not to be what was stored.")),
        uploads_({"stored", "existed", "invalid", "failed", "cancelled", "forgotten"},
                 [&family = Counters(registry, "thalweg_dataset_uploads_total",
                                     "Uploads that are over, by how they ended.")](
                     std::string_view result) {
                   return &family.Add({{"result", std::string(result)}});
                 }) {}

  void On(const DatasetsCounted& event) override {
    datasets_.Set(static_cast<double>(event.datasets));
    bytes_.Set(static_cast<double>(event.bytes));
    open_uploads_.Set(static_cast<double>(event.open_uploads));
    staged_bytes_.Set(static_cast<double>(event.staged_bytes));
  }
  void On(const UploadFinished& event) override { uploads_[event.result]->Increment(); }
  void On(const DatasetDamaged&) override { damaged_.Increment(); }

 private:
  Gauge& datasets_;
  Gauge& bytes_;
  Gauge& open_uploads_;
  Gauge& staged_bytes_;
  Counter& damaged_;
  const ByName<Counter*> uploads_;
};

}  // namespace

std::unique_ptr<EventSink> MakeDatasetMetrics(Registry& registry, const LabelSets&) {
  return std::make_unique<DatasetMetrics>(registry);
}

}  // namespace thalweg::metrics
