#include <utility>

#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

/// Memory that the server bounds, by what it is for.
class MemoryMetrics final : public EventSink {
 public:
  explicit MemoryMetrics(Registry& registry)
      : MemoryMetrics(Gauges(registry, "thalweg_memory_budget_bytes",
                             "Memory that iterates may take: those not yet durable (pending), and "
                             "those kept for watchers (traces)."),
                      Gauges(registry, "thalweg_memory_used_bytes", "Memory that they take.")) {}

  void On(const MemoryCounted& event) override {
    const auto [budget, used] = pools_[event.pool];
    budget->Set(static_cast<double>(event.budget_bytes));
    used->Set(static_cast<double>(event.used_bytes));
  }

 private:
  MemoryMetrics(prometheus::Family<Gauge>& budgets, prometheus::Family<Gauge>& used)
      : pools_({"pending", "traces"}, [&](std::string_view pool) {
          const prometheus::Labels labels{{"pool", std::string(pool)}};
          return std::pair(&budgets.Add(labels), &used.Add(labels));
        }) {}

  const ByName<std::pair<Gauge*, Gauge*>> pools_;
};

}  // namespace

std::unique_ptr<EventSink> MakeMemoryMetrics(Registry& registry, const LabelSets&) {
  return std::make_unique<MemoryMetrics>(registry);
}

}  // namespace thalweg::metrics
