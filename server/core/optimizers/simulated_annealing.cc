#include "server/core/optimizers/simulated_annealing.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/deterministic_math.h"
#include "server/core/entry_of.h"
#include "server/core/optimizers/direct_search.h"
#include "server/core/random.h"

namespace thalweg {
namespace {

constexpr double kLonger = 1.2;   // factor of a width after an accepted move
constexpr double kWidest = 1e4;   // times the first width, where there is no box
constexpr Index kProbes = 10;     // first moves, whose changes make the temperature's unit
constexpr int64_t kProbing = -1;  // member of Random for those
constexpr Range kMoves{1, 10'000, false, false};

}  // namespace

OptionTable<SimulatedAnnealing::Options> SimulatedAnnealing::Table() {
  return {
      {"temperature", &Options::temperature, kNonNegative,
       "rise that is accepted with probability 1/e: a number or schedule, times the cooling"},
      {"relative_temperature",
       &Options::relative_temperature,
       {},
       "the temperature is in units of the mean change of f by the first moves; else in those of "
       "f"},
      {"cooling",
       &Options::cooling,
       {0, 1, true, false},
       "factor of the temperature from step to step; 1 where a schedule does it all"},
      {"moves", &Options::moves, kMoves, "moves of one step, each along one coordinate"},
      {"width", &Options::width, kPositive,
       "size of the first moves along each coordinate (their median), in units of x; at most half "
       "the box"},
      {"acceptance",
       &Options::acceptance,
       {0, 1, true, true},
       "part of the moves that should be accepted: the widths adapt to it"},
      {"reanneal_after", &Options::reanneal_after, kCountOrZero,
       "steps without a new best after which temperature and widths begin anew; 0: never"},
      {"width_tolerance", &Options::width_tolerance, kPositive,
       "it ends where no width is larger, over max(1, |x|)"},
  };
}

// In balance where the accepted part is as wanted: kLonger^a * shorter^(1-a) = 1.
SimulatedAnnealing::SimulatedAnnealing(const Options& options)
    : options_(options), shorter_(Power(kLonger, -options.acceptance / (1 - options.acceptance))) {}

absl::Status SimulatedAnnealing::Step(Problem& problem, Iterate& at) {
  if (widths_.size() == 0) {
    lowest_ = at.value;
    widths_.resize(at.x.size());
    SetWidths(problem.bounds());
    if (absl::Status status = MeasureTemperature(problem, at); !status.ok()) return status;
  }
  const std::vector<Index> free = FreeCoordinates(problem.bounds(), at.x.size());
  const double temperature = options_.temperature.At(at.iteration) * coolness_ * unit_;
  int64_t accepted = 0;
  for (int64_t move = 0; move < options_.moves && !free.empty(); ++move) {
    const Index i = free[static_cast<size_t>(next_++ % static_cast<int64_t>(free.size()))];
    Random random(problem.seed(), at.iteration, move);
    const double before = at.x[i];
    at.x[i] = Moved(problem.bounds(), i, before, random);
    double value = 0;
    if (absl::Status status = problem.Value(at.x, value); !status.ok()) return status;
    const double rise = Comparable(value) - at.value;
    const bool accept = rise <= 0 || random.Uniform() < Exp(-rise / temperature);
    if (accept) {
      at.value = value;
      accepted += at.x[i] != before;
    } else {
      at.x[i] = before;
    }
    Adapt(problem.bounds(), i, accept);
    ++at.trials;
  }
  if (accepted == 0) at.flags |= kRejected;
  at.learning_rate = widths_.maxCoeff();
  coolness_ *= options_.cooling;
  ++steps_since_;
  if (at.value < lowest_) {
    lowest_ = at.value;
    steps_since_ = 0;
  }
  width_limit_ = options_.width_tolerance * std::max(1.0, at.x.cwiseAbs().maxCoeff());
  if (options_.reanneal_after > 0 && steps_since_ >= options_.reanneal_after) {
    Reanneal(problem.bounds(), at);
  }
  return absl::OkStatus();
}

// The temperature's unit from what a few moves away from the start change.
absl::Status SimulatedAnnealing::MeasureTemperature(Problem& problem, Iterate& at) {
  if (!options_.relative_temperature) return absl::OkStatus();
  const std::vector<Index> free = FreeCoordinates(problem.bounds(), at.x.size());
  Random random(problem.seed(), at.iteration, kProbing);
  double sum = 0;
  int finite = 0;
  for (Index k = 0; k < kProbes && !free.empty(); ++k) {
    const Index i = free[static_cast<size_t>(random.Below(static_cast<Index>(free.size())))];
    Vector x = at.x;
    x[i] = Moved(problem.bounds(), i, x[i], random);
    double value = 0;
    ++at.trials;
    if (absl::Status status = problem.Value(x, value); !status.ok()) return status;
    if (!std::isfinite(value)) continue;
    sum += std::abs(value - at.value);
    ++finite;
  }
  if (sum > 0) unit_ = sum / finite;
  return absl::OkStatus();
}

void SimulatedAnnealing::SetWidths(const Bounds& bounds) {
  for (Index i = 0; i < widths_.size(); ++i) {
    widths_[i] = options_.width;
    if (bounds.any()) widths_[i] = std::min(widths_[i], (bounds.upper[i] - bounds.lower[i]) / 2);
  }
}

// The tails of Cauchy's distribution jump from valley to valley when widths are small already:
// Szu & Hartley (1987). A jump longer than the box ends anywhere in it.
double SimulatedAnnealing::Moved(const Bounds& bounds, Index i, double x, Random& random) const {
  const double by = widths_[i] * random.Cauchy();
  if (!bounds.any()) return std::isfinite(x + by) ? x + by : x;
  const double lower = bounds.lower[i];
  const double upper = bounds.upper[i];
  if (std::abs(by) > upper - lower) return random.Uniform(lower, upper);
  const double to = x + by;
  const double back = to < lower ? lower + (lower - to) : to > upper ? upper - (to - upper) : to;
  return std::min(std::max(back, lower), upper);
}

void SimulatedAnnealing::Adapt(const Bounds& bounds, Index i, bool accepted) {
  const double widest = std::min(kWidest * options_.width,
                                 bounds.any() ? bounds.upper[i] - bounds.lower[i] : kInfinity);
  widths_[i] = std::min(widths_[i] * (accepted ? kLonger : shorter_), widest);
}

void SimulatedAnnealing::Reanneal(const Bounds& bounds, Iterate& at) {
  coolness_ = 1;
  steps_since_ = 0;
  SetWidths(bounds);
  at.flags |= kRestarted;
  at.notes.push_back({"restart", absl::StrFormat("%d steps without a new best: temperature and "
                                                 "widths begin anew",
                                                 options_.reanneal_after)});
}

std::optional<StopReason> SimulatedAnnealing::Finished() const {
  if (widths_.size() == 0) return std::nullopt;
  const double widest = widths_.maxCoeff();
  if (widest > width_limit_ || options_.reanneal_after > 0) return std::nullopt;
  return StopReason{
      Termination::kConverged,
      "move_width",
      widest,
      width_limit_,
      absl::StrFormat("the walk has frozen: its moves are of a size of %.3g at most", widest),
      {}};
}

void SimulatedAnnealing::Remember(State& state) {
  state.Keep("widths", widths_);
  state.Keep("unit", unit_);
  state.Keep("coolness", coolness_);
  state.Keep("next", next_);
  state.Keep("lowest", lowest_);
  state.Keep("steps_since", steps_since_);
  state.Keep("width_limit", width_limit_);
}

OptimizerEntry SimulatedAnnealingEntry() {
  return EntryOf<Optimizer, SimulatedAnnealing>(
      {.name = "simulated_annealing",
       .title = "Simulated annealing",
       .summary = "A random walk that goes uphill ever more rarely, and so gets out of shallow "
                  "valleys before it settles.",
       .formula = "x_i' = x_i + width_i*Cauchy, kept where f' <= f or U(0, 1) < "
                  "exp(-(f' - f)/T); T *= cooling",
       .source = "Kirkpatrick, Gelatt & Vecchi (1983); Corana et al. (1987); Szu & Hartley (1987)",
       .advice = "For rugged objectives whose valleys line up with the coordinates, with a slow "
                 "cooling (0.999) where it matters. cma_es and differential evolution need fewer "
                 "values on most; polish what it finds with another method.",
       .example = "thalweg minimize --function rastrigin --optimizer simulated_annealing --set "
                  "width=2 --seed 1"});
}

}  // namespace thalweg
