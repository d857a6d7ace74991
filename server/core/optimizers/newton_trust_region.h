#pragma once

#include <string>

#include "server/core/finish.h"
#include "server/core/optimizer.h"
#include "server/core/option_table.h"
#include "server/core/trust_region/conjugate_gradient.h"
#include "server/core/trust_region/trust_radius.h"

namespace thalweg {

/// Newton's method within a trust region: minimises the quadratic model of f over ||p|| <= radius,
/// by conjugate gradients on products with the Hessian (Steihaug (1983)) or exactly (Moré &
/// Sorensen (1983)), from the Hessian's n columns. A step that fails is shortened along itself
/// (Nocedal & Yuan (1998)), or solved for anew where the Hessian is at hand. With bounds:
/// StepInBox.
class NewtonTrustRegion final : public Optimizer {
 public:
  struct Options {
    std::string subproblem = "steihaug";
    double initial_radius = 1;
    int64_t cg_iterations = 500;
  };
  static OptionTable<Options> Table();

  explicit NewtonTrustRegion(const Options& options)
      : options_(options), exact_(options.subproblem == "exact") {}

  Capabilities capabilities() const override;
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override { return finish_.Reason(); }
  void Remember(State& state) override;

 private:
  absl::Status Search(Problem& problem, Iterate& at, double slope);
  absl::Status BeginRadius(const Vector& gradient);
  absl::Status Look(Problem& problem, const Vector& x);
  absl::Status Propose(const Bounds& bounds, const Iterate& at, double forcing,
                       ModelStep& step) const;

  const Options options_;
  const bool exact_;
  TrustRadius trust_;
  Forcing forcing_;
  Finish finish_;
  // Within a step:
  HessianProduct product_;
  Matrix hessian_;  // n x n, where it is exact
};

OptimizerEntry NewtonTrustRegionEntry();

}  // namespace thalweg
