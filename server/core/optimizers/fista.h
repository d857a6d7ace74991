#pragma once

#include "server/core/optimizers/proximal.h"

namespace thalweg {

/// FISTA: proximal gradient steps from a point y ahead of x, by Nesterov's momentum: Beck &
/// Teboulle (2009), section 4, with backtracking. Variants: "restart" drops the momentum when it
/// points uphill (O'Donoghue & Candes (2015), section 3.2, the gradient scheme); "monotone" keeps x
/// where F would rise (Beck & Teboulle (2009b), IEEE TIP 18(11), MFISTA).
///
/// y is projected onto the bounds, as nothing is evaluated outside them. Two gradients a step: that
/// at y, and that at the new x, which tells how far from optimal it is.
class Fista final : public Proximal {
 public:
  struct Options : Proximal::Options {
    std::string variant = "restart";
  };
  static OptionTable<Options> Table();

  explicit Fista(const Options& options)
      : Proximal(options),
        restarts_(options.variant == "restart"),
        monotone_(options.variant == "monotone") {}

  absl::Status Step(Problem& problem, Iterate& at) override;
  void Remember(State& state) override;

 private:
  const bool restarts_, monotone_;
  Vector y_;      // n; where the next step is made from; empty: from x
  double t_ = 1;  // Nesterov's sequence, t_k
};

OptimizerEntry FistaEntry();

}  // namespace thalweg
