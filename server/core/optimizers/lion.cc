#include "server/core/optimizers/lion.h"

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<Lion::Options> Lion::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen, "weight of m against g in the step's sign"},
          {"beta2", &Options::beta2, kUnitHalfOpen, "decay of m, the mean gradient"},
      },
      FirstOrderTable(WeightDecay::kDecoupled));
}

void Lion::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m) {
        x_block -= rate * (beta1 * m + (1 - beta1) * g).sign();
        m = beta2 * m + (1 - beta2) * g;
      },
      gradient, x, m_);
}

OptimizerEntry LionEntry() {
  return EntryOf<Optimizer, Lion>(
      {.name = "lion",
       .title = "Lion",
       .summary = "Steps of learning_rate in every coordinate, along the sign of a mean gradient.",
       .formula = "x -= learning_rate*sign(beta1*m + (1-beta1)*g); m = beta2*m + (1-beta2)*g",
       .source = "Chen et al. (2023), arXiv:2302.06675",
       .advice =
           "For large noisy models: half of Adam's memory, with a rate 3 to 10 times smaller. "
           "Its steps never shrink, so near a minimum it needs a falling rate.",
       .example =
           "thalweg minimize --function beale --optimizer lion "
           "--set 'learning_rate=cosine(initial=0.05,final=0,steps=500)' --stop iterations=500"});
}

}  // namespace thalweg
