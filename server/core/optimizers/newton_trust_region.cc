#include "server/core/optimizers/newton_trust_region.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "server/core/entry_of.h"
#include "server/core/trust_region/box_step.h"
#include "server/core/trust_region/exact_subproblem.h"
#include "server/core/trust_region/newton_ending.h"

namespace thalweg {
namespace {

constexpr double kEnough = 1e-4;  // of the promised reduction (Moré & Sorensen (1983))
constexpr int kMostTrials = 60;
// n products and an eigenvalue problem a step; beyond it conjugate gradients are the method.
constexpr Index kMostCoordinates = 1'000;

}  // namespace

OptionTable<NewtonTrustRegion::Options> NewtonTrustRegion::Table() {
  return {
      {"subproblem",
       &Options::subproblem,
       {},
       "how the model is minimised: conjugate gradients, or exactly, by all n columns of the "
       "Hessian",
       {"steihaug", "exact"}},
      {"initial_radius", &Options::initial_radius, kPositive,
       "first trust radius, as a multiple of the model's minimising step down the gradient; of the "
       "gradient, where the model has no minimum there"},
      {"cg_iterations", &Options::cg_iterations, kCount,
       "most products with the Hessian for one solve"},
  };
}

Capabilities NewtonTrustRegion::capabilities() const {
  Capabilities can{.gradient = true, .hessian = true, .bounds = true};
  if (exact_) can.most_coordinates = kMostCoordinates;
  return can;
}

absl::Status NewtonTrustRegion::Step(Problem& problem, Iterate& at) {
  finish_.Clear();
  const double slope = ProjectedSlope(problem.bounds(), at);
  at.flags |= kRejected;  // until a trial is good enough
  if (!std::isfinite(slope)) return absl::OkStatus();
  if (slope == 0) {
    finish_.Converged("gradient_norm", 0, 0, "the gradient is zero");
    return absl::OkStatus();
  }
  return Search(problem, at, slope);
}

absl::Status NewtonTrustRegion::Search(Problem& problem, Iterate& at, double slope) {
  absl::Status status = Look(problem, at.x);
  if (!status.ok()) return status;
  if (trust_.radius == 0) status = BeginRadius(at.gradient);
  if (!status.ok()) return status;
  const double forcing = forcing_.Next(slope);
  ModelStep step;
  bool drowned = false;  // the first trial's promise was, already
  for (int i = 0; i < kMostTrials; ++i) {
    if (i == 0 || exact_) status = Propose(problem.bounds(), at, forcing, step);
    if (!status.ok()) return status;
    const double promised = step.Reduction(at.gradient);
    Iterate next;
    next.x = MovedWithin(problem.bounds(), at.x, step.w);
    if (i == 0) drowned = Drowns(promised, at);
    if (!(promised > 0) || next.x == at.x) break;
    ++at.trials;
    at.learning_rate = trust_.radius;
    status = problem.Evaluate(next);
    if (!status.ok()) return status;
    const double next_slope = ProjectedSlope(problem.bounds(), next);
    double ratio = (at.value - next.value) / promised;
    if (!std::isfinite(ratio) || !std::isfinite(next_slope)) {
      ratio = -std::numeric_limits<double>::infinity();
    } else if (Drowns(promised, at) && SameButForRounding(at.value, next.value) &&
               next_slope < slope) {
      ratio = 1;  // f says nothing more, the gradient does
    }
    const double along = at.gradient.dot(step.w);
    const double shrink = TrustRadius::Shrink(at.value, along, next.value);
    trust_.Judge(ratio, step.w.norm(), shrink, /*inside=*/exact_ && !step.bounded);
    if (ratio > kEnough) {
      at.flags &= ~static_cast<uint32_t>(kRejected);
      at.x = std::move(next.x);
      at.value = next.value;
      at.gradient = std::move(next.gradient);
      if (drowned && next_slope > slope / 2) finish_ = NoReductionLeft(promised, at.value);
      return status;
    }
    step.w *= shrink;
    step.hw *= shrink;
  }
  if (drowned) {
    finish_ = NoReductionLeft(step.Reduction(at.gradient), at.value);
  } else {
    finish_.Stalled("trust_radius", trust_.radius, 0,
                    "no step, however short, lowers f, though its gradient promises that: the "
                    "gradient is wrong or rounding hides what is left");
  }
  return status;
}

absl::Status NewtonTrustRegion::BeginRadius(const Vector& gradient) {
  Vector product;
  absl::Status status = product_(gradient, product);
  const double slope = gradient.norm();
  const double cauchy = slope * slope * slope / gradient.dot(product);
  trust_.radius = options_.initial_radius * (cauchy > 0 && std::isfinite(cauchy) ? cauchy : slope);
  return status;
}

// The Hessian at x: its products, and where the subproblem is solved exactly all of it.
absl::Status NewtonTrustRegion::Look(Problem& problem, const Vector& x) {
  if (!exact_) {
    product_ = [&problem, &x](const Vector& v, Vector& product) {
      return problem.HessianVector(x, v, product);
    };
    return absl::OkStatus();
  }
  const Index n = x.size();
  hessian_.resize(n, n);
  Vector column;
  for (Index i = 0; i < n; ++i) {
    absl::Status status = problem.HessianVector(x, Vector::Unit(n, i), column);
    if (!status.ok()) return status;
    hessian_.col(i) = column;
  }
  hessian_ = (hessian_ + hessian_.transpose().eval()) / 2;
  product_ = [this](const Vector& v, Vector& product) {
    product = hessian_ * v;
    return absl::OkStatus();
  };
  return absl::OkStatus();
}

absl::Status NewtonTrustRegion::Propose(const Bounds& bounds, const Iterate& at, double forcing,
                                        ModelStep& step) const {
  const FreeSolver solve = [&](const Vector& slope, const Vector& free, double radius,
                               ModelStep& part) {
    if (exact_) {
      SolveExactly(hessian_, slope, free, radius, part);
      return absl::OkStatus();
    }
    const int64_t products = std::min<int64_t>(2 * slope.size() + 10, options_.cg_iterations);
    return SolveByCg(product_, slope, free, {radius, forcing, products}, part);
  };
  absl::Status status = StepInBox(bounds, at.x, at.gradient, trust_.radius, product_, solve, step);
  if (!status.ok() || step.Reduction(at.gradient) > 0) return status;
  // Walls on all sides of the Newton step, or a Hessian that is not finite.
  return SteepestInBox(bounds, at.x, at.gradient, trust_.radius, product_, step);
}

void NewtonTrustRegion::Remember(State& state) {
  state.Keep("radius", trust_.radius);
  state.Keep("previous_slope", forcing_.previous);
  finish_.Remember(state);
}

OptimizerEntry NewtonTrustRegionEntry() {
  return EntryOf<Optimizer, NewtonTrustRegion>(
      {.name = "newton_trust_region",
       .title = "Newton, trust region",
       .summary = "Minimises the quadratic model of f within a radius that grows and shrinks with "
                  "the model's success; follows negative curvature away from saddles.",
       .formula = "x += argmin_p g'p + p'Hp/2 over ||p|| <= radius",
       .source = "Steihaug (1983); Moré & Sorensen (1983); Lin & Moré (1999)",
       .advice = "For smooth functions, also with saddles and bounds, where products with the "
                 "Hessian are to be had: few iterations, quadratic convergence. subproblem = "
                 "exact is the most robust up to some hundred variables; steihaug takes millions. "
                 "Noisy functions are not for it.",
       .example = "thalweg minimize --function beale --optimizer newton_trust_region"});
}

}  // namespace thalweg
