#pragma once

#include <memory>

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Another method, which does not end at saddles and maxima: where the gradient is small, the
/// Hessian's least eigenvalue is looked at (Lanczos, or all of a small Hessian). Where it is
/// negative, x steps along its eigenvector to a lower value, and the method begins afresh from
/// there. Negative curvature as a way on: Moré & Sorensen (1979).
class EscapeSaddles final : public Optimizer {
 public:
  struct Options {
    Part inner{"lbfgs", {}};
    double threshold = 1e-5;
    int64_t products = 48;
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Optimizer>> Make(const Options& options);

  EscapeSaddles(Options options, std::unique_ptr<Optimizer> inner)
      : options_(std::move(options)), inner_(std::move(inner)) {}

  Capabilities capabilities() const override;
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  bool Unfinished(const Iterate& at) const override { return IsSmall(at) && !looked_; }
  void Remember(State& state) override;
  double LargestStableRate(double curvature) const override {
    return inner_->LargestStableRate(curvature);
  }

 private:
  bool IsSmall(const Iterate& at) const;
  absl::StatusOr<bool> Escape(Problem& problem, Iterate& at);

  const Options options_;
  std::unique_ptr<Optimizer> inner_;
  bool looked_ = false;   // at the curvature, since the gradient last became small
  bool pending_ = false;  // after the last step: it is small and has not been looked at
};

OptimizerEntry EscapeSaddlesEntry();

}  // namespace thalweg
