#include "server/core/optimizers/levenberg_marquardt.h"

#include <algorithm>
#include <cmath>

#include "server/core/entry_of.h"

namespace thalweg {
namespace {

// A step is as long as the radius where it is within this part of it (Moré (1978), section 5).
constexpr double kNearly = 0.1;
constexpr int kMostDampings = 20;

// Transtrum & Sethna (2012): the residuals are probed at a tenth of the step, and a step whose
// second-order part exceeds 3/8 of the first-order one is too long to be believed.
constexpr double kProbe = 0.1;
constexpr double kMostBend = 0.375;
constexpr int kMostShortenings = 20;
// A second difference over kProbe magnifies rounding by 2 / kProbe^2: of steps that change r by
// less than this many times its rounding it says nothing.
constexpr double kLeastChange = 1e5;

}  // namespace

OptionTable<LevenbergMarquardt::Options> LevenbergMarquardt::Table() {
  return Joined<Options>(
      {
          {"initial_radius", &Options::initial_radius, kPositive,
           "first trust radius, as a multiple of the length of D x"},
          {"acceleration",
           &Options::acceleration,
           {},
           "bend steps along the residuals' curvature, for one more evaluation each, and shorten "
           "those that it bends much"},
      },
      LeastSquaresTable());
}

absl::Status LevenbergMarquardt::Propose(const LinearModel& model, const Probe& probe,
                                         Proposal& proposal) {
  for (int i = 0; i < kMostShortenings; ++i) {
    Vector v = DampedStep(model);
    const double length = v.norm();
    proposal = {v, model.Reduction(v), length, /*inside=*/lambda_ == 0};
    if (!options_.acceleration || !probe) break;
    if (!(model.Change(v) > kLeastChange * model.rounding())) break;
    Vector residuals;
    absl::Status status = probe(kProbe * v, residuals);
    if (!status.ok()) return status;
    const Vector bend = model.Acceleration(v, lambda_, kProbe, residuals) / 2;
    const double part = bend.norm() / length;
    if (part <= kMostBend) {
      proposal.q = model.Within(v + bend);
      break;
    }
    trust_.radius = length * (std::isfinite(part) ? std::clamp(kMostBend / part, 0.1, 0.5) : 0.1);
  }
  return absl::OkStatus();
}

Vector LevenbergMarquardt::DampedStep(const LinearModel& model) {
  const double length = model.gauss_newton().norm();
  trust_.BeginAt(options_.initial_radius * model.size_of_x(), length);
  if (length <= (1 + kNearly) * trust_.radius) {
    lambda_ = 0;
    return model.gauss_newton();
  }
  return WithinRadius(model);
}

// Newton's method on 1 / ||q(lambda)|| - 1 / radius (Hebden (1973); Moré (1978), Alg. 5.5), kept
// between bounds of lambda.
Vector LevenbergMarquardt::WithinRadius(const LinearModel& model) {
  const double radius = trust_.radius;
  double low = 0;
  double high = model.slope().norm() / radius;
  if (!(lambda_ > 0)) lambda_ = model.slope().norm() / model.gauss_newton().norm();
  thalweg::DampedStep step;
  for (int i = 0; i < kMostDampings; ++i) {
    if (!(lambda_ > low && lambda_ < high)) {
      lambda_ = std::max(1e-3 * high, std::sqrt(low * high));
    }
    step = model.Damped(lambda_);
    const double length = step.q.norm();
    const double excess = length - radius;
    if (std::abs(excess) <= kNearly * radius || !(step.slope > 0)) break;
    (excess > 0 ? low : high) = lambda_;
    lambda_ += excess / radius * (length * length / step.slope);
  }
  const double length = step.q.norm();
  if (length > (1 + kNearly) * radius) step.q *= radius / length;  // still within the bounds
  return step.q;
}

void LevenbergMarquardt::Judge(const Proposal& proposal, const Trial& trial) {
  trust_.Judge(trial.ratio, proposal.length, trial.shrink, proposal.inside);
}

void LevenbergMarquardt::RememberOwn(State& state) {
  state.Keep("radius", trust_.radius);
  state.Keep("lambda", lambda_);
}

OptimizerEntry LevenbergMarquardtEntry() {
  return EntryOf<Optimizer, LevenbergMarquardt>(
      {.name = "levenberg_marquardt",
       .title = "Levenberg-Marquardt",
       .summary = "For sums of squares: Gauss-Newton steps, damped where the residuals are too "
                  "curved for their linear model.",
       .formula = "(J'J + lambda*D^2) p = -J'r with lambda so that ||D p|| <= radius; x += p",
       .source = "Levenberg (1944); Marquardt (1963); Moré (1978)",
       .advice = "The first choice for curve fitting and every other sum of squares of up to some "
                 "hundred variables: it needs no second derivatives and ends by itself at full "
                 "accuracy. For thousands of variables, where the Jacobian is too large, take "
                 "lbfgs or newton_trust_region.",
       .example = "thalweg minimize --function beale --optimizer levenberg_marquardt"});
}

}  // namespace thalweg
