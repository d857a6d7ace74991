#include "server/core/optimizers/adadelta.h"

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<Adadelta::Options> Adadelta::Table() {
  return Joined<Options>(
      {
          {"rho", &Options::rho, kUnitHalfOpen, "decay of both running means"},
          {"epsilon", &Options::epsilon, kPositive, "added to both means; sets the first step"},
          {"denominator",
           &Options::denominator,
           {},
           "current: s counts this gradient, as published; previous: not yet, as TensorFlow.js",
           {"current", "previous"}},
      },
      FirstOrderTable());
}

void Adadelta::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), s_);
  ZeroAtFirst(gradient.size(), u_);
  ZeroAtFirst(gradient.size(), step_);
  const double rho = options_.rho;
  const double epsilon = options_.epsilon;
  InBlocks(
      [&](ConstBlock g, Block x_block, Block s, Block u, Block d) {
        if (previous_denominator_) d = (s + epsilon).sqrt();
        s = rho * s + (1 - rho) * g.square();
        if (!previous_denominator_) d = (s + epsilon).sqrt();
        d = (u + epsilon).sqrt() / d * g;
        u = rho * u + (1 - rho) * d.square();
        x_block -= rate * d;
      },
      gradient, x, s_, u_, step_);
}

OptimizerEntry AdadeltaEntry() {
  return EntryOf<Optimizer, Adadelta>(
      {.name = "adadelta",
       .title = "ADADELTA",
       .summary = "Steps sized by those before them; needs hardly any tuning of the rate.",
       .formula = "s = rho*s + (1-rho)*g^2; d = sqrt(u + epsilon)/sqrt(s + epsilon)*g; "
                  "u = rho*u + (1-rho)*d^2; x -= learning_rate*d",
       .source = "Zeiler (2012), arXiv:1212.5701",
       .advice = "Where no rate is known at all: steps take their unit from earlier "
                 "steps. Slow to get going, as its first steps are of the size of "
                 "sqrt(epsilon).",
       .example = "thalweg minimize --function booth --optimizer adadelta --set "
                  "learning_rate=1 --set epsilon=0.001"});
}

}  // namespace thalweg
