#include "server/core/optimizers/rprop.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"
#include "server/core/violation.h"

namespace thalweg {

OptionTable<Rprop::Options> Rprop::Table() {
  return Joined<Options>(
      {
          {"shrink",
           &Options::shrink,
           {0, 1, true, true},
           "factor of a step length when its gradient's sign changes"},
          {"grow",
           &Options::grow,
           {1, kInfinity, false, true},
           "factor of a step length while its gradient's sign stays"},
          {"least_step", &Options::least_step, kPositive, "no step length is smaller"},
          {"most_step", &Options::most_step, kPositive, "no step length is larger"},
      },
      FirstOrderTable());
}

absl::Status Rprop::Check(const Options& options) {
  if (options.least_step <= options.most_step) return absl::OkStatus();
  return Refuse("settings[least_step]", Reason::kInvalidValue,
                absl::StrFormat("least_step (%g) must not be above most_step (%g)",
                                options.least_step, options.most_step));
}

void Rprop::Move(double rate, const Vector& gradient, Vector& x) {
  if (ZeroAtFirst(gradient.size(), previous_)) {
    first_rate_ = rate;
    step_ = Vector::Constant(gradient.size(), rate);
  }
  const double scale = rate / first_rate_;
  const double shrink = options_.shrink;
  const double grow = options_.grow;
  const double least = options_.least_step;
  const double most = options_.most_step;
  InBlocks(
      [=](ConstBlock g, Block x_block, Block step, Block previous) {
        for (Index i = 0; i < g.size(); ++i) {
          const double agreement = g[i] * previous[i];
          const double factor = agreement > 0 ? grow : agreement < 0 ? shrink : 1;
          step[i] = std::min(std::max(step[i] * factor, least), most);
          previous[i] = agreement < 0 ? 0 : g[i];
        }
        x_block -= scale * step * previous.sign();
      },
      gradient, x, step_, previous_);
}

void Rprop::Remember(State& state) {
  state.Keep("first_rate", first_rate_);
  state.Keep("step", step_);
  state.Keep("previous", previous_);
}

OptimizerEntry RpropEntry() {
  return EntryOf<Optimizer, Rprop>(
      {.name = "rprop",
       .title = "Rprop (resilient propagation)",
       .summary = "Goes by the gradient's signs alone, with a step length per coordinate.",
       .formula = "where g*g' > 0: s *= grow; where g*g' < 0: s *= shrink, g = 0; "
                  "x -= s*sign(g); g' = g",
       .source = "Riedmiller & Braun (1993); Igel & Huesken (2000)",
       .advice = "For exact gradients whose sizes differ wildly between coordinates or say little; "
                 "hardly anything to tune. Not for noisy gradients (mini-batches): their signs "
                 "flip at random. Narrow valleys across the axes slow it down.",
       .example = "thalweg minimize --function beale --optimizer rprop"});
}

}  // namespace thalweg
