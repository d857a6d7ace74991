#include "server/core/optimizers/cma_es.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/deterministic_math.h"
#include "server/core/entry_of.h"
#include "server/core/populations/evaluate.h"
#include "server/core/populations/fold.h"

namespace thalweg {
namespace {

// n x n matrices up to 32 MB; a decomposition takes seconds there.
constexpr Index kMostCoordinates = 2000;
// Coordinates of all members of a generation together: 128 MiB.
constexpr Index kMostNumbers = Index{1} << 24;
constexpr Index kUsualLambdas = 64;  // more than a usual lambda is for any n a process can hold
constexpr double kShareOfBox = 0.3;  // Hansen: the minimum should lie within the first deviations

int64_t UsualLambda(Index n) {
  return 4 + static_cast<int64_t>(std::floor(3 * Log(static_cast<double>(n))));
}

// Hansen (2009), "Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed".
int64_t MostGenerations(Index n, Index lambda) {
  const double side = static_cast<double>(n + 3);
  return 100 + static_cast<int64_t>(50 * side * side / std::sqrt(static_cast<double>(lambda)));
}

}  // namespace

OptionTable<CmaEs::Options> CmaEs::Table() {
  return {
      {"sigma", &Options::sigma, kNonNegative,
       "first standard deviation of every coordinate, in units of x; 0: 0.3 of the width between "
       "two finite bounds, 1 without"},
      {"population", &Options::population, Range{0, 1e6, false, false},
       "lambda, members of a generation; 0: 4 + 3 ln n; more help where there are many minima"},
      {"active", &Options::active, {}, "bad members are learnt from, too: with negative weights"},
      {"covariance",
       &Options::covariance,
       {},
       "what is learnt of the shape: n x n numbers, or, for many variables, n scales alone",
       {"full", "diagonal"}},
      {"restarts",
       &Options::restarts,
       {},
       "what follows a descent that is over: nothing, one with twice the population from anywhere "
       "in the box, or large and small populations by turns",
       {"none", "ipop", "bipop"}},
      {"most_restarts", &Options::most_restarts, kCountOrZero, "descents after the first"},
      {"tolerance_x", &Options::tolerance_x, kUnitHalfOpen,
       "a descent is over when all deviations have shrunk to this, relative to the first"},
      {"tolerance_value", &Options::tolerance_value, kUnitHalfOpen,
       "and when values differ by no more, in units of f (or of their first range, if below 1)"},
  };
}

Capabilities CmaEs::capabilities() const {
  Capabilities can{.gradient = false, .bounds = true, .random = true};
  can.most_coordinates = kMostNumbers / std::max<Index>(options_.population, kUsualLambdas);
  if (options_.covariance == "full") {
    can.most_coordinates = std::min(can.most_coordinates, kMostCoordinates);
  }
  return can;
}

CmaForm CmaEs::FormWith(Index lambda) const {
  return {scale_.size(), lambda, options_.active, options_.covariance == "diagonal"};
}

void CmaEs::Begin(const Problem& problem, const Iterate& at) {
  const Index n = problem.size();
  lambda_ = options_.population > 0 ? std::max<int64_t>(options_.population, 2) : UsualLambda(n);
  const Bounds& bounds = problem.bounds();
  scale_ = Vector::Constant(n, options_.sigma > 0 ? options_.sigma : 1);
  region_ = RegionAround(at.x, bounds, scale_[0]);
  for (Index d = 0; bounds.any() && d < n; ++d) {
    const double width = bounds.upper[d] - bounds.lower[d];
    if (width == 0) scale_[d] = 0;
    if (options_.sigma == 0 && std::isfinite(width)) scale_[d] = kShareOfBox * width;
  }
  large_lambda_ = lambda_;
  const bool alone = options_.restarts == "none";
  descent_ =
      CmaDescent(FormWith(lambda_), at.x, scale_, 1, alone ? 0 : MostGenerations(n, lambda_));
}

// The regime that has spent less has its turn. A small descent has a random population between the
// usual one and half the large one, a random smaller sigma, and half the last large one's budget.
void CmaEs::Restart(const Problem& problem, Iterate& at) {
  const Index n = problem.size();
  Random random(problem.seed(), at.iteration, 1);
  Vector mean(n);
  for (Index d = 0; d < n; ++d) mean[d] = random.Uniform(region_.lower[d], region_.upper[d]);

  (small_ ? spent_by_small_ : spent_by_large_) += spent_;
  if (!small_) spent_last_large_ = spent_;
  small_ = options_.restarts == "bipop" && spent_by_small_ < spent_by_large_ && restarts_ > 0;
  double sigma = 1;
  Index lambda = 0;
  int64_t most_generations = 0;
  if (small_) {
    const double u = random.Uniform();
    const double ratio = static_cast<double>(large_lambda_) / static_cast<double>(lambda_) / 2;
    lambda = static_cast<Index>(static_cast<double>(lambda_) * Power(ratio, u * u));
    sigma = Power(10, -2 * random.Uniform());
    most_generations = std::min(MostGenerations(n, lambda), spent_last_large_ / 2 / lambda + 1);
  } else {
    large_lambda_ = std::min<int64_t>(2 * large_lambda_, kMostNumbers / n);
    lambda = large_lambda_;
    most_generations = MostGenerations(n, lambda);
  }
  ++restarts_;
  spent_ = 0;
  descent_ = CmaDescent(FormWith(lambda), mean, scale_, sigma, most_generations);
  at.flags |= kRestarted;
  at.notes.push_back(
      {"restart", absl::StrFormat("descent %d begins elsewhere with %d members a generation; the "
                                  "best value so far is kept",
                                  restarts_ + 1, lambda)});
}

absl::Status CmaEs::Step(Problem& problem, Iterate& at) {
  at.flags |= kRejected;  // until EvaluateMembers finds something better
  if (scale_.size() == 0) {
    Begin(problem, at);
  } else if (descent_.WhyOver(Tolerances())) {
    Restart(problem, at);
  }
  Random random(problem.seed(), at.iteration, 0);
  descent_.Sample(random, points_);
  FoldInside(problem.bounds(), points_);
  absl::Status status = EvaluateMembers(problem, points_, at, values_);
  if (!status.ok()) return status;
  spent_ += points_.cols();
  descent_.Learn(values_);
  at.learning_rate = descent_.StepSize();
  return status;
}

std::optional<StopReason> CmaEs::Finished() const {
  if (MayRestart()) return std::nullopt;
  return descent_.WhyOver(Tolerances());
}

void CmaEs::Remember(State& state) {
  descent_.Remember(state);
  state.Keep("scales", scale_);
  region_.Remember(state);
  state.Keep("first_lambda", lambda_);
  state.Keep("restarts", restarts_);
  state.Keep("large_lambda", large_lambda_);
  state.Keep("small", small_);
  state.Keep("spent", spent_);
  state.Keep("spent_by_large", spent_by_large_);
  state.Keep("spent_by_small", spent_by_small_);
  state.Keep("spent_last_large", spent_last_large_);
}

OptimizerEntry CmaEsEntry() {
  return EntryOf<Optimizer, CmaEs>(
      {.name = "cma_es",
       .title = "CMA-ES (covariance matrix adaptation)",
       .summary = "Samples a normal distribution whose mean, width and shape it learns from the "
                  "better samples; without gradients, and whatever the scaling of the variables.",
       .formula = "x_i ~ m + sigma*N(0, C); m = sum w_i x_(i); C learns from p_c p_c' and "
                  "sum w_i y_i y_i'; sigma from the length of p_sigma",
       .source = "Hansen (2016), arXiv:1604.00772; Auger & Hansen (2005); Hansen (2009)",
       .advice = "The first choice for rugged, noisy or ill-conditioned functions of 2 to 200 "
                 "variables without gradients. Set restarts to bipop, or a larger population, "
                 "where there are many minima; with gradients bfgs needs far fewer evaluations.",
       .example = "thalweg minimize --function rosenbrock --dimension 10 --optimizer cma_es "
                  "--set sigma=0.5"});
}

}  // namespace thalweg
