#pragma once

#include "server/core/optimizers/proximal.h"

namespace thalweg {

/// Proximal gradient (iterative soft thresholding, ISTA) with backtracking: Beck & Teboulle (2009),
/// section 3. The step length may grow from step to step, as the method needs no memory of it.
class ProximalGradient final : public Proximal {
 public:
  struct Options : Proximal::Options {
    double grow = 1.1;
  };
  static OptionTable<Options> Table();

  explicit ProximalGradient(const Options& options) : Proximal(options), options_(options) {}

  absl::Status Step(Problem& problem, Iterate& at) override;
  void Remember(State& state) override { RememberShared(state); }

 private:
  const Options options_;
};

OptimizerEntry ProximalGradientEntry();

}  // namespace thalweg
