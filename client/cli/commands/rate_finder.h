#pragma once

#include <vector>

#include "client/cli/commands/fit_run.h"
#include "client/cpp/client.h"

namespace thalweg::cli {

/// A step with a learning rate, and the loss after it.
struct TriedRate {
  double rate = 0;
  double loss = 0;
  double smoothed = 0;  ///< Running mean of the losses, filled in by SuggestRate.
};

/// What the tried rates say; 0 where they say nothing.
struct RateAdvice {
  double steepest = 0;  ///< Where the smoothed loss falls fastest: what to take.
  double least = 0;     ///< Where it is least; larger rates undo what was learnt.
};

/// Leslie N. Smith (2017), "Cyclical Learning Rates for Training Neural Networks", section 3.3:
/// rates rise at equal ratios, and one is taken at which the loss falls fast. `tried` is cut behind
/// the rate at which the loss has left the scale. Losses of `noisy` steps are smoothed.
RateAdvice SuggestRate(std::vector<TriedRate>& tried, bool noisy);

/// Makes such a run, watches it, and prints the curve and the advice; the exit code.
int FindRate(const client::Client& client, const FitOptions& options, v1::Run run,
             Context& context);

}  // namespace thalweg::cli
