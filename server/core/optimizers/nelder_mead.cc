#include "server/core/optimizers/nelder_mead.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/optimizers/direct_search.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

// Of the first simplex: what is left to find around a collapsed one is near.
constexpr double kRestartScale = 1e-3;

}  // namespace

OptionTable<NelderMead::Options> NelderMead::Table() {
  return {
      {"initial_step", &Options::initial_step, kNonNegative,
       "edge of the first simplex along each coordinate, in units of x; at most half the box"},
      {"relative_step", &Options::relative_step, kNonNegative,
       "times |x_i|, added to that edge: for coordinates of different sizes"},
      {"coefficients",
       &Options::coefficients,
       {},
       "adaptive: as Gao & Han (2012) choose them by n; standard: 2, 1/2, 1/2",
       {"adaptive", "standard"}},
      {"restarts", &Options::restarts, kCountOrZero,
       "how often a collapsed simplex is built anew, while that still gains something"},
      {"size_tolerance", &Options::size_tolerance, kPositive,
       "collapsed: no coordinate differs more from the best vertex's, over max(1, |x|)"},
      {"value_tolerance", &Options::value_tolerance, kPositive,
       "and no value more from the best, over max(1, |f|)"},
  };
}

absl::Status NelderMead::Check(const Options& options) {
  if (options.initial_step > 0 || options.relative_step > 0) return absl::OkStatus();
  return Refuse("settings[initial_step]", Reason::kInvalidValue,
                "initial_step and relative_step must not both be 0: the simplex would be a point");
}

// For one coordinate as for two: there, the formulas' shrinking factor would be 0.
NelderMead::Coefficients NelderMead::CoefficientsFor(Index free) const {
  if (options_.coefficients == "standard") return {2, 0.5, 0.5};
  const auto n = static_cast<double>(std::max<Index>(free, 2));
  return {1 + 2 / n, 0.75 - 1 / (2 * n), 1 - 1 / n};
}

absl::Status NelderMead::Step(Problem& problem, Iterate& at) {
  absl::Status status;
  if (values_.size() == 0) {
    status = Build(problem, at, 1);
  } else if (Collapsed()) {
    status = Restart(problem, at);
  }
  if (status.ok()) status = Move(problem, at);
  if (!status.ok()) return status;

  Measure();
  const Index best = BestVertex();
  MoveIfLower(simplex_.col(best), values_[best], at);
  at.learning_rate = size_;
  return status;
}

// A vertex at x, and one from there along each free coordinate.
absl::Status NelderMead::Build(Problem& problem, Iterate& at, double scale) {
  const std::vector<Index> free = FreeCoordinates(problem.bounds(), at.x.size());
  const auto edges = static_cast<Index>(free.size());
  simplex_ = at.x.replicate(1, edges + 1);
  values_ = Vector::Constant(edges + 1, at.value);
  for (Index j = 0; j < edges; ++j) {
    const Index i = free[static_cast<size_t>(j)];
    const double edge = options_.initial_step + options_.relative_step * std::abs(at.x[i]);
    simplex_(i, j + 1) = Neighbour(problem.bounds(), i, at.x[i], scale * edge);
  }
  return EvaluateAllBut(0, problem, at);
}

absl::Status NelderMead::Restart(Problem& problem, Iterate& at) {
  ++restarts_;
  restarted_at_ = at.value;
  at.flags |= kRestarted;
  at.notes.push_back({"restart",
                      "the simplex had collapsed and is built anew around its best "
                      "point, to see whether that is a minimum"});
  return Build(problem, at, kRestartScale);
}

// Lagarias et al. (1998), section 2.
absl::Status NelderMead::Move(Problem& problem, Iterate& at) {
  const Index edges = values_.size() - 1;
  if (edges == 0) return absl::OkStatus();
  const auto [expand, contract, shrink] = CoefficientsFor(edges);
  Index worst = 0;
  const double highest = values_.maxCoeff(&worst);
  const double lowest = values_.minCoeff();
  double second = lowest;  // the highest but for the worst
  for (Index j = 0; j <= edges; ++j) {
    if (j != worst) second = std::max(second, values_[j]);
  }
  centroid_ = (simplex_.rowwise().sum() - simplex_.col(worst)) / static_cast<double>(edges);

  double reflected = 0;
  trial_ = 2 * centroid_ - simplex_.col(worst);
  if (absl::Status status = Try(trial_, problem, at, reflected); !status.ok()) return status;
  if (reflected >= lowest && reflected < second) {
    Replace(worst, trial_, reflected);
    return absl::OkStatus();
  }
  // Beyond the reflection, between it and the centroid, or on the worst one's side.
  const double way = reflected < lowest ? expand : reflected < highest ? contract : -contract;
  double value = 0;
  second_trial_ = centroid_ + way * (trial_ - centroid_);
  if (absl::Status status = Try(second_trial_, problem, at, value); !status.ok()) return status;
  const bool better = reflected < lowest || reflected >= highest
                          ? value < std::min(reflected, highest)
                          : value <= reflected;
  if (better) {
    Replace(worst, second_trial_, value);
  } else if (reflected < lowest) {
    Replace(worst, trial_, reflected);
  } else {
    return Shrink(problem, at, shrink);
  }
  return absl::OkStatus();
}

absl::Status NelderMead::Shrink(Problem& problem, Iterate& at, double factor) {
  const Index best = BestVertex();
  centroid_ = simplex_.col(best);
  simplex_ = (factor * (simplex_.colwise() - centroid_)).colwise() + centroid_;
  simplex_.col(best) = centroid_;
  for (Index j = 0; j < simplex_.cols(); ++j) {  // rounding may have left the box
    trial_ = simplex_.col(j);
    problem.bounds().Project(trial_);
    simplex_.col(j) = trial_;
  }
  return EvaluateAllBut(best, problem, at);
}

absl::Status NelderMead::EvaluateAllBut(Index kept, Problem& problem, Iterate& at) {
  const Index count = simplex_.cols() - 1;
  if (count == 0) return absl::OkStatus();
  simplex_.col(kept).swap(simplex_.col(count));
  std::swap(values_[kept], values_[count]);
  Vector values;
  absl::Status status = problem.Values(simplex_.leftCols(count), values);
  for (Index j = 0; j < count; ++j) values_[j] = Comparable(values[j]);
  at.trials += count;
  return status;
}

// Projects the point, too.
absl::Status NelderMead::Try(Vector& point, Problem& problem, Iterate& at, double& value) {
  problem.bounds().Project(point);
  ++at.trials;
  absl::Status status = problem.Value(point, value);
  value = Comparable(value);
  return status;
}

void NelderMead::Replace(Index vertex, const Vector& point, double value) {
  simplex_.col(vertex) = point;
  values_[vertex] = value;
}

Index NelderMead::BestVertex() const {
  Index best = 0;
  values_.minCoeff(&best);
  return best;
}

void NelderMead::Measure() {
  const Index best = BestVertex();
  centroid_ = simplex_.col(best);
  size_ = (simplex_.colwise() - centroid_).cwiseAbs().maxCoeff();
  spread_ = values_.maxCoeff() - values_[best];
  size_limit_ = options_.size_tolerance * std::max(1.0, centroid_.cwiseAbs().maxCoeff());
  spread_limit_ = options_.value_tolerance * std::max(1.0, std::abs(values_[best]));
}

// Where values differ still at a size at which x can hardly be told apart, they are noise.
bool NelderMead::Collapsed() const {
  constexpr double kIndistinct = 1e-6;
  return size_ <= kIndistinct * size_limit_ || (size_ <= size_limit_ && spread_ <= spread_limit_);
}

bool NelderMead::MayRestart() const {
  if (restarts_ >= options_.restarts || values_.size() < 2) return false;
  return restarts_ == 0 || restarted_at_ - values_.minCoeff() > spread_limit_;
}

std::optional<StopReason> NelderMead::Finished() const {
  if (values_.size() == 0 || !Collapsed() || MayRestart()) return std::nullopt;
  return StopReason{
      Termination::kConverged,
      "simplex_size",
      size_,
      size_limit_,
      absl::StrFormat("no vertex is farther than %.3g from the best, and their values "
                      "differ by at most %.3g",
                      size_, spread_),
      {}};
}

void NelderMead::Remember(State& state) {
  state.Keep("simplex", simplex_);
  state.Keep("values", values_);
  state.Keep("size", size_);
  state.Keep("spread", spread_);
  state.Keep("size_limit", size_limit_);
  state.Keep("spread_limit", spread_limit_);
  state.Keep("restarts", restarts_);
  state.Keep("restarted_at", restarted_at_);
  if (!state.writing() && simplex_.cols() != values_.size()) {
    state.Fail("its simplex does not have one value per vertex");
  }
}

OptimizerEntry NelderMeadEntry() {
  return EntryOf<Optimizer, NelderMead>(
      {.name = "nelder_mead",
       .title = "Nelder-Mead (downhill simplex)",
       .summary =
           "Moves a simplex of n + 1 points: reflects the worst through the others, expands, "
           "contracts, shrinks. Needs values only.",
       .formula = "r = c + (c - w), c: mean of all but the worst w; e = c + (1+2/n)*(r - c); "
                  "contraction c +- (3/4 - 1/(2n))*(r - c); shrinking by 1 - 1/n",
       .source = "Nelder & Mead (1965); Lagarias et al. (1998); Gao & Han (2012)",
       .advice = "For up to about ten variables where gradients are not to be had, kinks and a "
                 "little noise included. With gradients, bfgs is far faster; in more dimensions "
                 "powell or cma_es get further.",
       .example = "thalweg minimize --function rosenbrock --optimizer nelder_mead"});
}

}  // namespace thalweg
