#pragma once

#include "server/core/state.h"

namespace thalweg {

/// 1 - beta^t: what a running mean that began at zero has to be divided by after t steps (Kingma &
/// Ba (2015), section 3). The power is kept as a running product, whose bits do not depend on
/// anyone's pow().
class BiasCorrection {
 public:
  /// 1 - beta^t for the next t, beginning with t = 1.
  double Next(double beta) {
    power_ *= beta;
    // Long before this, 1 - power_ is 1; zero avoids the slow arithmetic of subnormals.
    if (power_ < 0x1p-64) power_ = 0;
    return 1 - power_;
  }
  void Remember(State& state, std::string_view name) { state.Keep(name, power_); }

 private:
  double power_ = 1;  // beta^t
};

}  // namespace thalweg
