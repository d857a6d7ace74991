#include "server/core/optimizers/swats.h"

#include <cmath>

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<Swats::Options> Swats::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen,
           "decay of m, the mean gradient; the momentum after the switch"},
          {"beta2", &Options::beta2, kUnitHalfOpen,
           "decay of v, the mean squared gradient, and of the estimated rate"},
          {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
          {"switch_tolerance", &Options::switch_tolerance, kNonNegative,
           "it switches when the latest rate is as close as this to its running mean"},
      },
      FirstOrderTable());
}

void Swats::Move(double rate, const Vector& gradient, Vector& x) {
  if (descent_rate_ == 0) return MoveAsAdam(rate, gradient, x);
  const double beta1 = options_.beta1;
  const double step = (1 - beta1) * descent_rate_ * (rate / rate_at_switch_);
  InBlocks(
      [=](ConstBlock g, Block x_block, Block v) {
        v = beta1 * v + g;
        x_block -= step * v;
      },
      gradient, x, v_);
}

void Swats::MoveAsAdam(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), v_);
  step_.resize(gradient.size());
  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double epsilon = options_.epsilon;
  const double scale = rate / first_.Next(beta1);
  const double correction = second_.Next(beta2);
  const double root = std::sqrt(correction);
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m, Block v, Block step) {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g.square();
        step = scale * m / (v.sqrt() / root + epsilon);
        x_block -= step;
      },
      gradient, x, m_, v_, step_);
  ++t_;
  MaybeSwitch(rate, gradient, correction);
}

// The rate at which the projection of gradient descent's step onto Adam's is Adam's: section 3 of
// the paper. A negative one (Adam going uphill) is no rate and does not switch.
void Swats::MaybeSwitch(double rate, const Vector& gradient, double correction) {
  const double along = step_.dot(gradient);
  if (along == 0) return;
  const double projected = step_.squaredNorm() / along;
  estimate_ = options_.beta2 * estimate_ + (1 - options_.beta2) * projected;
  const double settled = estimate_ / correction;
  if (t_ > 1 && settled > 0 && std::abs(settled - projected) < options_.switch_tolerance) {
    descent_rate_ = settled;
    rate_at_switch_ = rate;
    v_.setZero();
  }
}

void Swats::Remember(State& state) {
  state.Keep("t", t_);
  state.Keep("estimate", estimate_);
  state.Keep("descent_rate", descent_rate_);
  state.Keep("rate_at_switch", rate_at_switch_);
  first_.Remember(state, "beta1^t");
  second_.Remember(state, "beta2^t");
  state.Keep("m", m_);
  state.Keep("v", v_);
}

OptimizerEntry SwatsEntry() {
  return EntryOf<Optimizer, Swats>(
      {.name = "swats",
       .title = "SWATS (Adam, then gradient descent)",
       .summary = "Begins as Adam and switches to gradient descent with momentum at a rate that it "
                  "learned from Adam's steps.",
       .formula =
           "p = Adam's step; r = p'p/p'g; c = beta2*c + (1-beta2)*r; "
           "where |c/(1-beta2^t) - r| < switch_tolerance: R = c/(1-beta2^t), and from then on "
           "v = beta1*v + g; x -= (1-beta1)*R*v",
       .source = "Keskar & Socher (2017), arXiv:1712.07628",
       .advice = "For Adam's start and gradient descent's end without choosing the moment. The "
                 "paper's switch_tolerance is tiny; a larger one (1e-4) switches sooner.",
       .example = "thalweg minimize --function booth --optimizer swats "
                  "--set learning_rate=0.05 --set switch_tolerance=0.001"});
}

}  // namespace thalweg
