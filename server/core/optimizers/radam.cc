#include "server/core/optimizers/radam.h"

#include <cmath>

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {
namespace {

// The variance of the denominator is finite from here on (section 4.2 of the paper has 4; its
// authors' code and PyTorch 5).
constexpr double kLengthNeeded = 5;

}  // namespace

OptionTable<RAdam::Options> RAdam::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
          {"beta2", &Options::beta2, kUnitHalfOpen, "decay of v, the mean squared gradient"},
          {"epsilon", &Options::epsilon, kPositive, "added to the root of v"},
      },
      FirstOrderTable());
}

// rho is the number of gradients that v is worth: Liu et al. (2020), eq. (5) and Alg. 2.
void RAdam::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), v_);
  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double epsilon = options_.epsilon;
  const double step = rate / first_.Next(beta1);
  const double correction = second_.Next(beta2);
  const auto t = static_cast<double>(++t_);
  const double rho_most = 2 / (1 - beta2) - 1;
  const double rho = rho_most - 2 * t * (1 - correction) / correction;
  const bool adaptive = rho > kLengthNeeded;
  const double certainty = adaptive
                               ? std::sqrt((rho - 4) * (rho - 2) * rho_most /
                                           ((rho_most - 4) * (rho_most - 2) * rho) * correction)
                               : 0;
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m, Block v) {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g.square();
        if (adaptive) {
          x_block -= step * certainty * m / (v.sqrt() + epsilon);
        } else {
          x_block -= step * m;
        }
      },
      gradient, x, m_, v_);
}

void RAdam::Remember(State& state) {
  state.Keep("t", t_);
  first_.Remember(state, "beta1^t");
  second_.Remember(state, "beta2^t");
  state.Keep("m", m_);
  state.Keep("v", v_);
}

OptimizerEntry RAdamEntry() {
  return EntryOf<Optimizer, RAdam>(
      {.name = "radam",
       .title = "RAdam (rectified Adam)",
       .summary = "Adam that warms itself up: no scaling until it knows the gradients' size.",
       .formula = "rho = R - 2*t*beta2^t/(1-beta2^t), R = 2/(1-beta2) - 1; where rho > 5: "
                  "x -= learning_rate*m/(1-beta1^t)*r*sqrt(1-beta2^t)/(sqrt(v) + epsilon), "
                  "r^2 = (rho-4)(rho-2)R/((R-4)(R-2)rho); before: "
                  "x -= learning_rate*m/(1-beta1^t)",
       .source = "Liu et al. (2020), arXiv:1908.03265",
       .advice = "In place of Adam with a warm-up schedule. The first steps (five at the default "
                 "beta2) are those of momentum and grow with the gradient: on steep objectives "
                 "clip_norm keeps them short.",
       .example = "thalweg minimize --function rosenbrock --optimizer radam "
                  "--set learning_rate=0.01 --set clip_norm=10"});
}

}  // namespace thalweg
