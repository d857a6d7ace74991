#pragma once

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Polyak's step: as long as would reach the least value f* on a function that is linear along the
/// gradient: t = scale*(f - f*)/||g||^2. Polyak (1987), Introduction to optimization, section 5.3.
/// Where f* is not known it is guessed to lie `gap` below the best value so far; the gap grows
/// where a step got half of the way there and shrinks where it did not: Nedic & Bertsekas (2001),
/// SIAM J. Optim. 12(1), 109-138, section 2.3 (dynamic step size), without their lower limit of the
/// gap.
class Polyak final : public Optimizer {
 public:
  struct Options {
    bool estimate = true;
    double f_star = 0;
    double scale = 1;
    double gap = 1;
    double grow = 1.5;
    double shrink = 0.8;
  };
  static OptionTable<Options> Table();

  explicit Polyak(const Options& options) : options_(options), gap_(options.gap) {}

  Capabilities capabilities() const override { return {.bounds = true}; }
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  void Remember(State& state) override;

 private:
  const Options options_;
  double gap_;         // of the guess below the best value
  double lowest_ = 0;  // value so far
  bool begun_ = false;
  bool reached_ = false;  // whether f_star has been
};

OptimizerEntry PolyakEntry();

}  // namespace thalweg
