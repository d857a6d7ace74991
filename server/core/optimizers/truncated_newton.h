#pragma once

#include "server/core/finish.h"
#include "server/core/optimizer.h"
#include "server/core/option_table.h"
#include "server/core/trust_region/conjugate_gradient.h"

namespace thalweg {

/// Truncated Newton: conjugate gradients on the Newton system, no more exact than is worth it
/// (Dembo & Steihaug (1983); forcing by Eisenstat & Walker (1996)), then a line search. Where the
/// curvature is not positive the direction is what has been found so far, and steps may grow. With
/// bounds: two-metric projection (Bertsekas (1982)).
class TruncatedNewton final : public Optimizer {
 public:
  struct Options {
    int64_t cg_iterations = 500;
  };
  static OptionTable<Options> Table();

  explicit TruncatedNewton(const Options& options) : options_(options) {}

  Capabilities capabilities() const override {
    return {.gradient = true, .hessian = true, .bounds = true};
  }
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override { return finish_.Reason(); }
  void Remember(State& state) override;

 private:
  absl::Status Direct(Problem& problem, const Iterate& at, double slope, ModelStep& step);
  absl::Status Search(Problem& problem, Iterate& at, double slope, const ModelStep& step);
  static absl::Status Grow(Problem& problem, const Iterate& at, const ModelStep& step,
                           Iterate& next);

  const Options options_;
  Forcing forcing_;
  Finish finish_;
};

OptimizerEntry TruncatedNewtonEntry();

}  // namespace thalweg
