#include "server/core/optimizers/polyak.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"

namespace thalweg {

OptionTable<Polyak::Options> Polyak::Table() {
  return {
      {"estimate",
       &Options::estimate,
       {},
       "whether the least value is guessed from the values met; else it is f_star"},
      {"f_star", &Options::f_star, kAnyFinite,
       "least value of the objective (greatest, where it is maximised); not used with estimate"},
      {"scale", &Options::scale, {0, 2, true, true}, "part of Polyak's step that is made"},
      {"gap", &Options::gap, kPositive, "first guess how far below the start f* is, in units of f"},
      {"grow",
       &Options::grow,
       {1, kInfinity, false, true},
       "factor of the gap after a step that reached the guess"},
      {"shrink", &Options::shrink, {0, 1, true, true}, "factor of the gap after one that did not"},
  };
}

absl::Status Polyak::Step(Problem& problem, Iterate& at) {
  if (!std::exchange(begun_, true)) lowest_ = at.value;
  const double target = options_.estimate ? lowest_ - gap_ : problem.Signed(options_.f_star);
  const double slope2 = at.gradient.squaredNorm();
  const double rise = at.value - target;
  at.learning_rate = slope2 > 0 && rise > 0 ? options_.scale * rise / slope2 : 0;
  reached_ = !options_.estimate && rise <= 0;
  if (at.learning_rate == 0) {
    at.flags |= kRejected;
    return absl::OkStatus();
  }
  at.x -= at.learning_rate * at.gradient;
  problem.bounds().Project(at.x);
  absl::Status status = problem.Evaluate(at);
  // Half of the way counts: a curved function never quite gets where its slope points.
  const bool there = at.value <= lowest_ - gap_ / 2;
  if (!there || gap_ < 0x1p500) gap_ *= there ? options_.grow : options_.shrink;
  lowest_ = std::min(lowest_, at.value);
  return status;
}

std::optional<StopReason> Polyak::Finished() const {
  if (!reached_) return std::nullopt;
  return StopReason{
      Termination::kConverged,
      "f_star",
      lowest_,
      lowest_,
      absl::StrFormat("the value f_star = %g has been reached: there is no step below it",
                      options_.f_star),
      {}};
}

void Polyak::Remember(State& state) {
  state.Keep("gap", gap_);
  state.Keep("lowest", lowest_);
  state.Keep("begun", begun_);
  state.Keep("reached", reached_);
}

OptimizerEntry PolyakEntry() {
  return EntryOf<Optimizer, Polyak>(
      {.name = "polyak",
       .title = "Polyak's step size",
       .summary = "Gradient descent whose step is as long as the distance to the least value says.",
       .formula = "x -= scale*(f - f_star)/||g||^2*g; f_star unknown: best value less a gap that "
                  "adapts",
       .source = "Polyak (1987); Nedic & Bertsekas (2001)",
       .advice = "Where the least value is known (0 for a fit that can be exact): no rate to tune, "
                 "kinks are no trouble. Guessing it costs some steps up and down on the way; "
                 "narrow valleys slow it like gradient descent.",
       .example = "thalweg minimize --function booth --optimizer polyak --set estimate=false "
                  "--set f_star=0"});
}

}  // namespace thalweg
