#include "server/core/optimizers/truncated_newton.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "server/core/entry_of.h"
#include "server/core/trust_region/newton_ending.h"
#include "server/core/trust_region/trust_radius.h"

namespace thalweg {
namespace {

constexpr double kEnough = 1e-4;  // Armijo's condition
constexpr int kMostTrials = 60;
constexpr int kMostDoublings = 10;

// Coordinates that may take part in the Newton system: not those on a wall, or as near one as the
// projected gradient is long, that want to go there (Bertsekas (1982), eq. 32).
Vector FreeOfWalls(const Bounds& bounds, const Iterate& at, double slope) {
  Vector free = Vector::Ones(at.x.size());
  if (!bounds.any()) return free;
  for (Index i = 0; i < free.size(); ++i) {
    const double near = std::min(slope, 0.01 * (bounds.upper[i] - bounds.lower[i]));
    const bool down = at.x[i] <= bounds.lower[i] + near && at.gradient[i] >= 0;
    const bool up = at.x[i] >= bounds.upper[i] - near && at.gradient[i] <= 0;
    if (down || up) free[i] = 0;
  }
  return free;
}

Vector Along(const Bounds& bounds, const Iterate& at, const ModelStep& step, double t) {
  Vector x = at.x + t * step.w;
  bounds.Project(x);
  return x;
}

}  // namespace

OptionTable<TruncatedNewton::Options> TruncatedNewton::Table() {
  return {
      {"cg_iterations", &Options::cg_iterations, kCount,
       "most products with the Hessian for one direction"},
  };
}

absl::Status TruncatedNewton::Step(Problem& problem, Iterate& at) {
  finish_.Clear();
  const double slope = ProjectedSlope(problem.bounds(), at);
  at.flags |= kRejected;  // until a trial is good enough
  if (!std::isfinite(slope)) return absl::OkStatus();
  if (slope == 0) {
    finish_.Converged("gradient_norm", 0, 0, "the gradient is zero");
    return absl::OkStatus();
  }
  ModelStep step;
  absl::Status status = Direct(problem, at, slope, step);
  if (!status.ok()) return status;
  return Search(problem, at, slope, step);
}

absl::Status TruncatedNewton::Direct(Problem& problem, const Iterate& at, double slope,
                                     ModelStep& step) {
  const HessianProduct product = [&](const Vector& v, Vector& hv) {
    return problem.HessianVector(at.x, v, hv);
  };
  const Vector free = FreeOfWalls(problem.bounds(), at, slope);
  const CgLimits limits{std::numeric_limits<double>::infinity(), forcing_.Next(slope),
                        std::min<int64_t>(2 * at.x.size() + 10, options_.cg_iterations)};
  absl::Status status = SolveByCg(product, at.gradient, free, limits, step);
  for (Index i = 0; i < free.size(); ++i) {
    if (free[i] == 0) step.w[i] = -at.gradient[i];
  }
  return status;
}

absl::Status TruncatedNewton::Search(Problem& problem, Iterate& at, double slope,
                                     const ModelStep& step) {
  const Bounds& bounds = problem.bounds();
  double t = 1;
  bool drowned = false;  // the full step's promise was, already
  double promised = 0;
  for (int i = 0; i < kMostTrials; ++i) {
    Iterate next;
    next.x = Along(bounds, at, step, t);
    promised = -at.gradient.dot(next.x - at.x);
    if (i == 0) drowned = Drowns(promised, at);
    if (next.x == at.x) break;
    if (!(promised > 0)) {
      t /= 2;
      continue;
    }
    ++at.trials;
    at.learning_rate = t;
    absl::Status status = problem.Evaluate(next);
    if (!status.ok()) return status;
    const double next_slope = ProjectedSlope(bounds, next);
    const bool finite = std::isfinite(next.value) && std::isfinite(next_slope);
    const bool lower = next.value <= at.value - kEnough * promised;
    const bool flatter =
        Drowns(promised, at) && SameButForRounding(at.value, next.value) && next_slope < slope;
    if (finite && (lower || flatter)) {
      if (step.negative && lower && t == 1) status = Grow(problem, at, step, next);
      if (!status.ok()) return status;
      at.flags &= ~static_cast<uint32_t>(kRejected);
      at.x = std::move(next.x);
      at.value = next.value;
      at.gradient = std::move(next.gradient);
      at.trials += next.trials;
      if (next.learning_rate > 0) at.learning_rate = next.learning_rate;
      if (drowned && next_slope > slope / 2) finish_ = NoReductionLeft(promised, at.value);
      return status;
    }
    t *= TrustRadius::Shrink(at.value, -promised, next.value);
  }
  if (drowned) {
    finish_ = NoReductionLeft(promised, at.value);
  } else {
    finish_.Stalled("line_search", t, 0,
                    "no step along the direction lowers f, though its gradient promises that: the "
                    "gradient is wrong or rounding hides what is left");
  }
  return absl::OkStatus();
}

// Where f bends down nothing says how far to go: twice as far while that pays.
absl::Status TruncatedNewton::Grow(Problem& problem, const Iterate& at, const ModelStep& step,
                                   Iterate& next) {
  for (int i = 0; i < kMostDoublings; ++i) {
    const double t = std::ldexp(1, i + 1);
    Iterate further;
    further.x = Along(problem.bounds(), at, step, t);
    if (further.x == next.x) break;
    further.trials = next.trials + 1;
    further.learning_rate = t;
    absl::Status status = problem.Evaluate(further);
    if (!status.ok()) return status;
    const bool better =
        std::isfinite(ProjectedSlope(problem.bounds(), further)) && further.value < next.value;
    if (!better) {
      next.trials = further.trials;
      break;
    }
    next = std::move(further);
  }
  return absl::OkStatus();
}

void TruncatedNewton::Remember(State& state) {
  state.Keep("previous_slope", forcing_.previous);
  finish_.Remember(state);
}

OptimizerEntry TruncatedNewtonEntry() {
  return EntryOf<Optimizer, TruncatedNewton>(
      {.name = "truncated_newton",
       .title = "Truncated Newton",
       .summary = "Newton's method with directions from a few conjugate-gradient steps, each a "
                  "product with the Hessian, and a line search.",
       .formula = "H p = -g to within a forcing tolerance; x += t*p",
       .source = "Dembo & Steihaug (1983); Eisenstat & Walker (1996); Bertsekas (1982)",
       .advice = "For smooth functions of very many variables, with or without bounds: it keeps a "
                 "few vectors only and needs far fewer iterations than lbfgs where the problem is "
                 "ill-conditioned. Near saddles newton_trust_region is safer.",
       .example = "thalweg minimize --function beale --optimizer truncated_newton"});
}

}  // namespace thalweg
