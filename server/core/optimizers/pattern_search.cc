#include "server/core/optimizers/pattern_search.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/optimizers/direct_search.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

// Numbers in a batch of points: 8 MiB.
constexpr Index kBatchSize = Index{1} << 20;

}  // namespace

OptionTable<PatternSearch::Options> PatternSearch::Table() {
  return {
      {"initial_step", &Options::initial_step, kNonNegative,
       "first step along each coordinate, in units of x; at most half the box"},
      {"relative_step", &Options::relative_step, kNonNegative,
       "times |x_i| at the start, added to that: for coordinates of different sizes"},
      {"poll",
       &Options::poll,
       {},
       "hooke_jeeves: coordinate after coordinate, each from where the last one got, after a leap "
       "as long as the last success; first: up to the first lower point, beginning where the last "
       "one was found; best: all points at once, and the lowest counts",
       {"hooke_jeeves", "first", "best"}},
      {"shrink",
       &Options::shrink,
       {0, 1, true, true},
       "factor of the step after a poll that found nothing lower"},
      {"expand",
       &Options::expand,
       {1, kInfinity, false, true},
       "factor of the step after one that did, of first and best (Hooke and Jeeves leap instead)"},
      {"step_tolerance", &Options::step_tolerance, kPositive,
       "it ends where no step is longer, over max(1, |x|)"},
  };
}

absl::Status PatternSearch::Check(const Options& options) {
  if (options.initial_step > 0 || options.relative_step > 0) return absl::OkStatus();
  return Refuse("settings[initial_step]", Reason::kInvalidValue,
                "initial_step and relative_step must not both be 0: it would not move");
}

absl::Status PatternSearch::Step(Problem& problem, Iterate& at) {
  if (scale_.size() == 0) SetScale(problem, at.x);
  Place found{at.x, at.value};
  absl::Status status = options_.poll == "hooke_jeeves" ? HookeJeeves(problem, at, found)
                        : options_.poll == "first"      ? PollUntilLower(problem, at, found)
                                                        : PollAll(problem, at, found);
  if (!status.ok()) return status;

  at.learning_rate = step_ * scale_.maxCoeff();
  lower_ = found.value < at.value;
  if (lower_ && options_.poll == "hooke_jeeves") move_ = found.x - at.x;
  MoveIfLower(found.x, found.value, at);
  if (!lower_) {
    step_ *= options_.shrink;
  } else if (options_.poll != "hooke_jeeves" && step_ * options_.expand < 0x1p500) {
    step_ *= options_.expand;
  }
  size_limit_ = options_.step_tolerance * std::max(1.0, at.x.cwiseAbs().maxCoeff());
  return status;
}

void PatternSearch::SetScale(const Problem& problem, const Vector& x) {
  scale_.setZero(x.size());
  for (const Index i : FreeCoordinates(problem.bounds(), x.size())) {
    const double step = options_.initial_step + options_.relative_step * std::abs(x[i]);
    scale_[i] = std::abs(Neighbour(problem.bounds(), i, x[i], step) - x[i]);
  }
  move_.setZero(x.size());
}

// From the leap, and where that ends no lower, from x itself.
absl::Status PatternSearch::HookeJeeves(Problem& problem, Iterate& at, Place& found) {
  if (lower_) {
    Place leap{at.x + move_, 0};
    problem.bounds().Project(leap.x);
    absl::Status status = Try(problem, at, leap);
    if (status.ok()) status = Explore(problem, at, leap);
    if (!status.ok()) return status;
    if (leap.value < at.value) {
      found = std::move(leap);
      return status;
    }
  }
  return Explore(problem, at, found);
}

absl::Status PatternSearch::Explore(Problem& problem, Iterate& at, Place& place) {
  Place trial = place;
  for (Index i = 0; i < place.x.size(); ++i) {
    for (const Index direction : {2 * i, 2 * i + 1}) {
      if (!Look(problem, direction, trial.x)) continue;
      if (absl::Status status = Try(problem, at, trial); !status.ok()) return status;
      if (trial.value < place.value) {
        place.x[i] = trial.x[i];
        place.value = trial.value;
        break;
      }
      trial.x[i] = place.x[i];
    }
  }
  return absl::OkStatus();
}

absl::Status PatternSearch::PollUntilLower(Problem& problem, Iterate& at, Place& found) {
  Place trial{at.x, 0};
  const Index directions = 2 * at.x.size();
  for (Index k = 0; k < directions; ++k) {
    const Index direction = (direction_ + k) % directions;
    if (!Look(problem, direction, trial.x)) continue;
    if (absl::Status status = Try(problem, at, trial); !status.ok()) return status;
    if (trial.value < at.value) {
      direction_ = direction;
      found = std::move(trial);
      return absl::OkStatus();
    }
    trial.x[direction / 2] = at.x[direction / 2];
  }
  return absl::OkStatus();
}

// In batches that fit the memory, whatever n.
absl::Status PatternSearch::PollAll(Problem& problem, Iterate& at, Place& found) {
  const Index n = at.x.size();
  const Index most = std::max<Index>(1, kBatchSize / n);
  Matrix points(n, std::min(most, 2 * n));
  Vector values;
  Vector trial = at.x;
  Index next = 0;
  while (next < 2 * n) {
    Index count = 0;
    for (; next < 2 * n && count < points.cols(); ++next) {
      if (!Look(problem, next, trial)) continue;
      points.col(count++) = trial;
      trial[next / 2] = at.x[next / 2];
    }
    if (count == 0) break;
    if (absl::Status s = problem.Values(points.leftCols(count), values); !s.ok()) return s;
    at.trials += count;
    for (Index j = 0; j < count; ++j) {
      if (Comparable(values[j]) < found.value) found = {points.col(j), values[j]};
    }
  }
  return absl::OkStatus();
}

// Moves x along a direction; false where a bound keeps it from moving.
bool PatternSearch::Look(const Problem& problem, Index direction, Vector& x) const {
  const Index i = direction / 2;
  const double step = step_ * scale_[i];
  const double from = x[i];
  x[i] += direction % 2 == 0 ? step : -step;
  if (problem.bounds().any()) {
    x[i] = std::min(std::max(x[i], problem.bounds().lower[i]), problem.bounds().upper[i]);
  }
  return x[i] != from;
}

absl::Status PatternSearch::Try(Problem& problem, Iterate& at, Place& place) {
  ++at.trials;
  absl::Status status = problem.Value(place.x, place.value);
  place.value = Comparable(place.value);
  return status;
}

std::optional<StopReason> PatternSearch::Finished() const {
  if (scale_.size() == 0) return std::nullopt;
  const double longest = step_ * scale_.maxCoeff();
  if (longest > size_limit_) return std::nullopt;
  return StopReason{
      Termination::kConverged,
      "poll_step",
      longest,
      size_limit_,
      absl::StrFormat("no step along a coordinate leads lower; the next would be of length %.3g",
                      longest),
      {}};
}

void PatternSearch::Remember(State& state) {
  state.Keep("scale", scale_);
  state.Keep("step", step_);
  state.Keep("size_limit", size_limit_);
  state.Keep("lower", lower_);
  state.Keep("move", move_);
  state.Keep("direction", direction_);
}

OptimizerEntry PatternSearchEntry() {
  return EntryOf<Optimizer, PatternSearch>(
      {.name = "pattern_search",
       .title = "Pattern search (Hooke-Jeeves, compass)",
       .summary = "Looks a step along each coordinate both ways; moves where it is lower, shortens "
                  "the step where it is not.",
       .formula = "x' = lowest of x +- s*e_i; none lower: s *= shrink. Hooke-Jeeves: from "
                  "x + (x - x_before) first",
       .source = "Hooke & Jeeves (1961); Kolda, Lewis & Torczon (2003)",
       .advice = "Where gradients are not to be had and the coordinates mean something by "
                 "themselves: robust, simple, and it uses many processors with poll=best. Slow in "
                 "valleys across the axes: powell or nelder_mead turn with them.",
       .example = "thalweg minimize --function booth --optimizer pattern_search"});
}

}  // namespace thalweg
