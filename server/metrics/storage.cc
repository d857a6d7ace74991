#include <chrono>

#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

const Buckets kCommitSeconds = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5};
const Buckets kCommitIterates = {1, 4, 16, 64, 256, 1024, 4096, 16384};

double SecondsSinceEpoch() {
  return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// What is written to the disk, how long that takes, and what was found there at the start.
class StorageMetrics final : public EventSink {
 public:
  explicit StorageMetrics(Registry& registry)
      : StorageMetrics(registry,
                       Counters(registry, "thalweg_storage_errors_total",
                                "Operations on the store's files that failed, or found damage."),
                       Counters(registry, "thalweg_storage_recoveries_total",
                                "Starts that took up unfinished runs: all of them (clean), or "
                                "with some set aside (quarantined).")) {}

  void On(const CommitFinished& event) override {
    commit_seconds_.Observe(event.duration.count());
    if (!event.ok) return;
    commit_iterates_.Observe(static_cast<double>(event.iterates));
    records_.Increment(static_cast<double>(event.iterates));
    bytes_.Increment(static_cast<double>(event.bytes));
    last_commit_.Set(SecondsSinceEpoch());
    beat_.Set(SecondsSinceEpoch());
  }
  void On(const StorageFailed& event) override { errors_[event.op][event.error]->Increment(); }
  void On(const StorageMeasured& event) override {
    size_.Set(static_cast<double>(event.size));
    free_.Set(static_cast<double>(event.free));
  }
  void On(const StorageBeat&) override { beat_.Set(SecondsSinceEpoch()); }
  void On(const PendingCounted& event) override {
    pending_bytes_.Set(static_cast<double>(event.bytes));
  }
  void On(const RecoveryFinished& event) override {
    (event.failed == 0 ? clean_ : quarantined_).Increment();
    recovery_seconds_.Set(event.duration.count());
    recovered_runs_.Set(static_cast<double>(event.runs));
  }

 private:
  StorageMetrics(Registry& registry, prometheus::Family<Counter>& errors,
                 prometheus::Family<Counter>& recoveries)
      : commit_seconds_(OneHistogram(registry, "thalweg_storage_commit_seconds",
                                     "Time of a commit, the disk's fsync included.",
                                     kCommitSeconds)),
        commit_iterates_(OneHistogram(registry, "thalweg_storage_commit_batch_size",
                                      "Iterates made durable by one commit.", kCommitIterates)),
        records_(OneCounter(registry, "thalweg_storage_appended_records_total",
                            "Iterates made durable.")),
        bytes_(OneCounter(registry, "thalweg_storage_appended_bytes_total",
                          "Bytes made durable, as given to the store.")),
        pending_bytes_(OneGauge(registry, "thalweg_storage_pending_bytes",
                                "Bytes of iterates made but not yet durable.")),
        last_commit_(OneGauge(registry, "thalweg_storage_last_commit_timestamp_seconds",
                              "When a commit last succeeded, in seconds since the epoch; 0: none "
                              "yet.")),
        errors_(
            {"write", "fsync", "read", "open"},
            [&](std::string_view op) {
              return ByName<Counter*>(
                  {"enospc", "eio", "emfile", "corrupt"}, [&](std::string_view error) {
                    return &errors.Add({{"op", std::string(op)}, {"error", std::string(error)}});
                  });
            }),
        size_(OneGauge(registry, "thalweg_storage_size_bytes",
                       "Bytes that runs and studies take on the disk.")),
        free_(OneGauge(registry, "thalweg_storage_free_bytes",
                       "Bytes that can still be written there.")),
        beat_(
            OneGauge(registry, "thalweg_storage_heartbeat_timestamp_seconds",
                     "When a commit was last seen to succeed, in seconds since the epoch; without "
                     "work a trifling one is made every 10 s.")),
        clean_(recoveries.Add({{"result", "clean"}})),
        quarantined_(recoveries.Add({{"result", "quarantined"}})),
        recovery_seconds_(OneGauge(registry, "thalweg_storage_recovery_seconds",
                                   "Time that taking up unfinished runs took at the start.")),
        recovered_runs_(OneGauge(registry, "thalweg_storage_recovered_runs",
                                 "Unfinished runs taken up at the start.")) {}

  Histogram& commit_seconds_;
  Histogram& commit_iterates_;
  Counter& records_;
  Counter& bytes_;
  Gauge& pending_bytes_;
  Gauge& last_commit_;
  const ByName<ByName<Counter*>> errors_;
  Gauge& size_;
  Gauge& free_;
  Gauge& beat_;
  Counter& clean_;
  Counter& quarantined_;
  Gauge& recovery_seconds_;
  Gauge& recovered_runs_;
};

}  // namespace

std::unique_ptr<EventSink> MakeStorageMetrics(Registry& registry, const LabelSets&) {
  return std::make_unique<StorageMetrics>(registry);
}

}  // namespace thalweg::metrics
