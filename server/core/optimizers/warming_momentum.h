#pragma once

#include "server/core/deterministic_math.h"
#include "server/core/state.h"

namespace thalweg {

/// NAdam's momentum, mu_t = beta1*(1 - 0.96^(t*psi)/2), which warms up from beta1/2 to beta1, and
/// the parts of the gradient g and its mean m in a step that looks ahead. Dozat (2016), Alg. 2 and
/// section 3.
class WarmingMomentum {
 public:
  WarmingMomentum(double beta1, double psi) : beta1_(beta1), cooling_(Power(0.96, psi)) {}

  /// The step is of_gradient*g + of_mean*m.
  struct Parts {
    double of_gradient = 0;  ///< (1 - mu_t) / (1 - P_t), P_t = mu_1 * ... * mu_t.
    double of_mean = 0;      ///< mu_{t+1} / (1 - P_{t+1}).
  };
  /// For the next t, beginning with t = 1.
  Parts Next() {
    warmth_ *= cooling_;
    if (warmth_ < 0x1p-64) warmth_ = 0;  // 1 - warmth/2 is 1 long before
    const double mu = At(warmth_);
    const double mu_next = At(warmth_ * cooling_);
    product_ *= mu;
    if (product_ < 0x1p-64) product_ = 0;
    return {(1 - mu) / (1 - product_), mu_next / (1 - product_ * mu_next)};
  }

  void Remember(State& state) {
    state.Keep("warmth", warmth_);
    state.Keep("product", product_);
  }

 private:
  double At(double warmth) const { return beta1_ * (1 - 0.5 * warmth); }

  double beta1_;
  double cooling_;      // 0.96^psi
  double warmth_ = 1;   // 0.96^(t*psi), as a running product
  double product_ = 1;  // P_t
};

}  // namespace thalweg
