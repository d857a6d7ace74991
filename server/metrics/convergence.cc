#include <algorithm>
#include <cmath>
#include <iterator>

#include "server/metrics/by_name.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/on_demand.h"

namespace thalweg::metrics {
namespace {

const Buckets kCounts = {10, 100, 1e3, 1e4, 1e5, 1e6};

const std::vector<std::string>& ObjectiveKinds() {
  static const std::vector<std::string> kinds = {"function", "formula", "least_squares",
                                                 "constrained", "model"};
  return kinds;
}

/// The decade of a norm by its upper end; "none" where there is no norm, or it is not finite.
std::string_view Decade(double norm) {
  static constexpr int kLeast = -12;
  static constexpr std::string_view kDecades[] = {"1e-12", "1e-11", "1e-10", "1e-9", "1e-8", "1e-7",
                                                  "1e-6",  "1e-5",  "1e-4",  "1e-3", "1e-2", "1e-1",
                                                  "1e+0",  "1e+1",  "1e+2",  "1e+3"};
  if (!std::isfinite(norm)) return "none";
  for (int i = 0; i < static_cast<int>(std::size(kDecades)); ++i) {
    if (norm <= std::pow(10.0, kLeast + i)) return kDecades[i];
  }
  return kDecades[std::size(kDecades) - 1];
}

/// How runs end, what it took and how near to a stationary point they came: by algorithm and kind
/// of objective. Most combinations never occur, so their series are made when first needed.
class ConvergenceMetrics final : public EventSink {
 public:
  ConvergenceMetrics(Registry& registry, const LabelSets& labels)
      : algorithms_(Itself(labels.optimizers)),
        objectives_(Itself(ObjectiveKinds())),
        reasons_(AllReasons(labels.rules)),
        runs_(registry,
              Counters(registry, "thalweg_convergence_runs_total",
                       "Runs that are over, by why: how they ended, and by which rule."),
              {"algorithm", "objective", "reason"}),
        iterations_(registry,
                    Histograms(registry, "thalweg_convergence_iterations",
                               "Iterations that a run took to converge."),
                    {"algorithm", "objective"}, kCounts),
        evaluations_(registry,
                     Histograms(registry, "thalweg_convergence_evaluations",
                                "Evaluations that a run took to converge: of values, gradients "
                                "and products with the Hessian."),
                     {"algorithm", "objective"}, kCounts),
        decades_(registry,
                 Counters(registry, "thalweg_convergence_gradient_norm_decade_total",
                          "Runs that are over, by the size of their last gradient: the decade's "
                          "upper end, none where no gradient is known."),
                 {"algorithm", "decade"}),
        other_runs_(runs_.Make({kOther, kOther, kOther})),
        other_iterations_(iterations_.Make({kOther, kOther})),
        other_evaluations_(evaluations_.Make({kOther, kOther})),
        other_decades_(decades_.Make({kOther, kOther})) {}

  void On(const RunFinished& event) override {
    const std::string_view algorithm = algorithms_[event.optimizer];
    const std::string_view objective = objectives_[event.objective];
    const std::string_view reason = reasons_[event.outcome][event.criterion];
    Or(runs_.Find({algorithm, objective, reason}), other_runs_).Increment();
    Or(decades_.Find({algorithm, Decade(event.gradient_norm)}), other_decades_).Increment();
    if (event.outcome != "converged") return;
    Or(iterations_.Find({algorithm, objective}), other_iterations_)
        .Observe(static_cast<double>(event.iterations));
    Or(evaluations_.Find({algorithm, objective}), other_evaluations_)
        .Observe(static_cast<double>(event.evaluations));
  }

 private:
  using Reasons = ByName<std::string>;

  /// "converged:gradient_norm", and "converged:method" where no rule but the method itself found
  /// the end; the outcome alone where it says it all.
  static ByName<Reasons> AllReasons(const std::vector<std::string>& rules) {
    const std::vector<std::string> by_rules = {"converged", "limit", "stalled"};
    std::vector<std::string> outcomes = {"diverged", "non_finite", "cancelled", "failed"};
    outcomes.insert(outcomes.end(), by_rules.begin(), by_rules.end());
    return {outcomes, [&](std::string_view outcome) {
              const std::string name(outcome);
              const bool by_rule =
                  std::find(by_rules.begin(), by_rules.end(), name) != by_rules.end();
              return Reasons(rules, [&](std::string_view rule) {
                if (!by_rule) return name;
                return name + ":" + std::string(rule == kOther ? "method" : rule);
              });
            }};
  }

  template <typename Metric>
  static Metric& Or(Metric* found, Metric& other) {
    return found == nullptr ? other : *found;
  }

  const ByName<std::string> algorithms_;
  const ByName<std::string> objectives_;
  const ByName<Reasons> reasons_;
  OnDemand<Counter, 3> runs_;
  OnDemand<Histogram, 2> iterations_;
  OnDemand<Histogram, 2> evaluations_;
  OnDemand<Counter, 2> decades_;
  Counter& other_runs_;  // where there is no room for another series
  Histogram& other_iterations_;
  Histogram& other_evaluations_;
  Counter& other_decades_;
};

}  // namespace

std::unique_ptr<EventSink> MakeConvergenceMetrics(Registry& registry, const LabelSets& labels) {
  return std::make_unique<ConvergenceMetrics>(registry, labels);
}

}  // namespace thalweg::metrics
