#include "server/core/optimizers/adagrad.h"

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<Adagrad::Options> Adagrad::Table() {
  return Joined<Options>(
      {
          {"initial_accumulator", &Options::initial_accumulator, kNonNegative,
           "what s is at first, in units of the gradient squared"},
          {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
          {"epsilon_placement",
           &Options::epsilon_placement,
           {},
           "outside: sqrt(s) + epsilon, as PyTorch; inside: sqrt(s + epsilon), as TensorFlow.js",
           {"outside", "inside"}},
      },
      FirstOrderTable());
}

void Adagrad::Move(double rate, const Vector& gradient, Vector& x) {
  if (ZeroAtFirst(gradient.size(), s_)) s_.setConstant(options_.initial_accumulator);
  const double epsilon = options_.epsilon;
  InBlocks(
      [&](ConstBlock g, Block x_block, Block s) {
        s += g.square();
        if (epsilon_inside_) {
          x_block -= rate * g / (s + epsilon).sqrt();
        } else {
          x_block -= rate * g / (s.sqrt() + epsilon);
        }
      },
      gradient, x, s_);
}

OptimizerEntry AdagradEntry() {
  return EntryOf<Optimizer, Adagrad>(
      {.name = "adagrad",
       .title = "AdaGrad",
       .summary = "A rate per coordinate that falls with the squared gradients seen so far.",
       .formula = "s += g^2; x -= learning_rate*g/(sqrt(s) + epsilon)",
       .source = "Duchi, Hazan & Singer (2011)",
       .advice = "For sparse gradients, where rarely seen coordinates should move far. "
                 "Its rates only ever fall, so long runs come to a stand; rmsprop and "
                 "adam forget the past.",
       .example = "thalweg minimize --function booth --optimizer adagrad --set "
                  "learning_rate=1"});
}

}  // namespace thalweg
