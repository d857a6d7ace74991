#include "server/core/optimizers/rmsprop.h"

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<RmsProp::Options> RmsProp::Table() {
  return Joined<Options>(
      {
          {"decay", &Options::decay, kUnitHalfOpen, "part of the mean square that a step keeps"},
          {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
          {"epsilon_placement",
           &Options::epsilon_placement,
           {},
           "outside: sqrt(s) + epsilon, as PyTorch; inside: sqrt(s + epsilon), as TensorFlow",
           {"outside", "inside"}},
          {"centered",
           &Options::centered,
           {},
           "divide by the running standard deviation instead of the root mean square"},
          {"momentum", &Options::momentum, kUnitHalfOpen, "part of the last step that is kept"},
      },
      FirstOrderTable());
}

void RmsProp::Move(double rate, const Vector& gradient, Vector& x) {
  const Index n = gradient.size();
  ZeroAtFirst(n, s_);
  ZeroAtFirst(n, step_);
  if (options_.centered) ZeroAtFirst(n, a_);
  if (options_.momentum > 0) ZeroAtFirst(n, b_);

  const double decay = options_.decay;
  const double epsilon = options_.epsilon;
  InBlocks(
      [&](ConstBlock g, Block s, Block d) {
        s = decay * s + (1 - decay) * g.square();
        d = s;
      },
      gradient, s_, step_);
  if (options_.centered) {
    // A variance; rounding may take it below zero, where a root would make NaN.
    InBlocks(
        [&](ConstBlock g, Block a, Block d) {
          a = decay * a + (1 - decay) * g;
          d = (d - a.square()).max(0.0);
        },
        gradient, a_, step_);
  }
  InBlocks(
      [&](ConstBlock g, Block d) {
        if (epsilon_inside_) {
          d = g / (d + epsilon).sqrt();
        } else {
          d = g / (d.sqrt() + epsilon);
        }
      },
      gradient, step_);
  if (options_.momentum > 0) {
    b_ = options_.momentum * b_ + step_;
    x -= rate * b_;
  } else {
    x -= rate * step_;
  }
}

OptimizerEntry RmsPropEntry() {
  return EntryOf<Optimizer, RmsProp>(
      {.name = "rmsprop",
       .title = "RMSprop",
       .summary = "Gradients divided by the root of their running mean square.",
       .formula = "s = decay*s + (1-decay)*g^2; x -= learning_rate*g/(sqrt(s) + epsilon)",
       .source = "Tieleman & Hinton (2012), lecture 6e; centered: Graves (2013), arXiv:1308.0850",
       .advice = "For noisy gradients and objectives whose scale changes on the way. "
                 "With exact gradients it jumps around the minimum by about "
                 "learning_rate: let that fall.",
       .example =
           "thalweg minimize --function beale --optimizer rmsprop --set "
           "'learning_rate=cosine(initial=0.02,final=0,steps=1000)' --stop iterations=1000"});
}

}  // namespace thalweg
