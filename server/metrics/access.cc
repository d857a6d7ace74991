#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/family.h"

namespace thalweg::metrics {
namespace {

using Counted = ByName<Counter*>;

Counted CountersBy(prometheus::Family<Counter>& family, const char* label,
                   const std::vector<std::string>& names) {
  return Counted(names, [&family, label](std::string_view name) {
    return &family.Add({{label, std::string(name)}});
  });
}

/// Calls that were turned away: without a fit token, or beyond a limit.
class AccessMetrics final : public EventSink {
 public:
  explicit AccessMetrics(Registry& registry)
      : failures_(CountersBy(Counters(registry, "thalweg_auth_failures_total",
                                      "Calls refused for want of a fit token, by reason."),
                             "reason",
                             {"token_missing", "token_invalid", "token_expired", "role_too_low"})),
        rejections_(CountersBy(
            Counters(registry, "thalweg_quota_rejections_total",
                     "Calls refused because a limit was reached, by which."),
            "quota", {"unfinished_runs", "open_watches", "calls_per_second", "evaluations"})) {}

  void On(const AuthFailed& event) override { failures_[event.reason]->Increment(); }
  void On(const QuotaRefused& event) override { rejections_[event.quota]->Increment(); }

 private:
  const Counted failures_;
  const Counted rejections_;
};

}  // namespace

std::unique_ptr<EventSink> MakeAccessMetrics(Registry& registry, const LabelSets&) {
  return std::make_unique<AccessMetrics>(registry);
}

}  // namespace thalweg::metrics
