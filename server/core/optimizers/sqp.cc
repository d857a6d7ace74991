#include "server/core/optimizers/sqp.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/optimizers/lagrangian.h"
#include "server/core/random.h"

namespace thalweg {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kArmijo = 1e-4;
constexpr int kMostTrials = 40;
constexpr double kDamping = 0.2;  // Powell (1978)
constexpr double kRidge = 1e-6;   // of the least-squares step, squared

/// What the constraints miss where they have the values `values`, weighted.
double WeightedMiss(const Constraints& constraints, const Vector& values, const Vector& weights) {
  double sum = 0;
  for (Index j = 0; j < constraints.size(); ++j) {
    sum += weights[j] * std::abs(constraints.Miss(values, j));
  }
  return sum;
}

double MaxNorm(const Vector& v) { return v.size() == 0 ? 0 : v.lpNorm<Eigen::Infinity>(); }

}  // namespace

OptionTable<Sqp::Options> Sqp::Table() {
  return {
      {"tolerance", &Options::tolerance, kPositive,
       "done where the Lagrangian's projected gradient is smaller, relative to max(1, |gradient|)"},
      {"attempts", &Options::attempts, kCount,
       "how often a stationary point of the violation is left at random"},
  };
}

bool Sqp::Point::finite() const {
  return std::isfinite(value) && gradient.allFinite() && values.allFinite() && slopes.allFinite();
}

absl::Status Sqp::EvaluateAt(Problem& problem, Point& point) const {
  const absl::Status status = problem.ValueAndGradient(point.x, point.value, point.gradient);
  if (!status.ok()) return status;
  return problem.ConstraintValuesAndGradients(point.x, point.values, point.slopes);
}

absl::Status Sqp::Start(Problem& problem, const Iterate& at) {
  const Index n = at.x.size();
  now_.x = at.x;
  now_.value = at.value;
  now_.gradient = at.gradient;
  hessian_ = Matrix::Identity(n, n);
  weights_ = Vector::Zero(problem.constraints().size());
  if (problem.constraints().any()) return EvaluateAt(problem, now_);
  now_.slopes.resize(n, 0);
  return absl::OkStatus();
}

// The constraints' models are those of `now_`, their values `shift`ed.
QuadraticProgram Sqp::Model(const Problem& problem, const Vector& shift) const {
  const Constraints& constraints = problem.constraints();
  QuadraticProgram model;
  model.hessian = hessian_;
  model.slope = now_.gradient;
  model.normals = now_.slopes;
  model.lower = constraints.lower() - now_.values - shift;
  model.upper = constraints.upper() - now_.values - shift;
  if (problem.bounds().any()) {
    model.box_lower = problem.bounds().lower - now_.x;
    model.box_upper = problem.bounds().upper - now_.x;
  }
  return model;
}

absl::Status Sqp::Step(Problem& problem, Iterate& at) {
  if (hessian_.size() == 0) {
    if (absl::Status status = Start(problem, at); !status.ok()) return status;
  }
  end_ = kGoesOn;
  std::optional<Direction> direction = FindDirection(problem, at);
  if (!direction && end_ == kInfeasible && left_ < options_.attempts) return Leave(problem, at);
  if (!direction) {
    if (end_ == kGoesOn && !fresh_) {
      ResetHessian(at);
    } else if (end_ == kGoesOn) {
      end_ = kNoModel;
    }
    at.flags |= kRejected;
    return absl::OkStatus();
  }

  const double slope = Weigh(problem, *direction);
  Point to;
  bool found = false;
  absl::Status status = Search(problem, *direction, slope, to, at, found);
  if (!status.ok()) return status;
  if (found) {
    UpdateHessian(to, direction->multipliers);
    std::swap(now_, to);
    Arrive(problem, direction->multipliers, at);
    return absl::OkStatus();
  }
  at.flags |= kRejected;
  at.learning_rate = 0;
  Arrive(problem, direction->multipliers, at);
  if (end_ != kGoesOn) return absl::OkStatus();
  if (fresh_) {
    end_ = kNoDescent;
  } else {
    ResetHessian(at);
  }
  return absl::OkStatus();
}

std::optional<Sqp::Direction> Sqp::FindDirection(const Problem& problem, Iterate& at) {
  QuadraticProgram model = Model(problem, Vector::Zero(now_.values.size()));
  QuadraticSolution solution = Solve(model);
  if (solution.ok()) {
    return Direction{std::move(solution.d), std::move(solution.multipliers),
                     std::move(solution.box_multipliers), false};
  }
  if (problem.constraints().any()) return Relaxed(problem, std::move(model), at);
  return std::nullopt;
}

// The step that brings the linear models nearest to their bounds in the least-squares sense, each
// scaled by the length of its normal: unknowns (v, s), s the misses. Then the model's own, under
// the constraints as far as v meets them.
std::optional<Sqp::Direction> Sqp::Relaxed(const Problem& problem, QuadraticProgram model,
                                           Iterate& at) {
  const Index n = now_.x.size();
  const Index m = now_.values.size();
  QuadraticProgram nearest;
  nearest.hessian = Matrix::Identity(n + m, n + m);
  nearest.hessian.topLeftCorner(n, n) *= kRidge;
  nearest.slope = Vector::Zero(n + m);
  nearest.normals = Matrix::Zero(n + m, m);
  nearest.lower = model.lower;
  nearest.upper = model.upper;
  double before = 0;
  for (Index j = 0; j < m; ++j) {
    const double scale = 1 / std::max(model.normals.col(j).norm(), kEpsilon);
    nearest.normals.col(j).head(n) = scale * model.normals.col(j);
    nearest.normals(n + j, j) = 1;
    nearest.lower[j] *= scale;
    nearest.upper[j] *= scale;
    const double miss = std::max({nearest.lower[j], -nearest.upper[j], 0.0});
    before += miss * miss;
  }
  if (model.box_lower.size() > 0) {
    const double inf = std::numeric_limits<double>::infinity();
    nearest.box_lower = Vector::Constant(n + m, -inf);
    nearest.box_upper = Vector::Constant(n + m, inf);
    nearest.box_lower.head(n) = model.box_lower;
    nearest.box_upper.head(n) = model.box_upper;
  }
  const QuadraticSolution step = Solve(nearest);
  if (!step.ok()) return std::nullopt;
  const double after = step.d.tail(m).squaredNorm();
  if (after >= (1 - 1e-8) * before) {
    end_ = kInfeasible;
    measured_ = problem.constraints().Violation(now_.values);
    return std::nullopt;
  }

  const Vector v = step.d.head(n);
  const Vector reached = model.normals.transpose() * v;
  for (Index j = 0; j < m; ++j) {
    const double room = 1e-10 * (1 + std::abs(reached[j]));
    model.lower[j] = std::min(model.lower[j], reached[j] - room);
    model.upper[j] = std::max(model.upper[j], reached[j] + room);
  }
  at.notes.push_back({"relaxed", "the constraints' linear models contradict each other here"});
  QuadraticSolution solution = Solve(model);
  if (solution.ok()) {
    return Direction{std::move(solution.d), std::move(solution.multipliers),
                     std::move(solution.box_multipliers), true};
  }
  return Direction{v, Vector::Zero(m), Vector::Zero(n), true};
}

// Powell's weights, raised where the step is not downhill by as much as its model promises. Returns
// the merit function's slope along the step.
double Sqp::Weigh(const Problem& problem, Direction& direction) {
  const Constraints& constraints = problem.constraints();
  for (Index j = 0; j < weights_.size(); ++j) {
    const double multiplier = std::abs(direction.multipliers[j]);
    weights_[j] = std::max(multiplier, (weights_[j] + multiplier) / 2);
  }
  const Vector linear = now_.values + now_.slopes.transpose() * direction.d;
  const double along = now_.gradient.dot(direction.d);
  const double curvature = direction.d.dot(hessian_ * direction.d);
  const auto gained = [&](const Vector& weights) {
    return WeightedMiss(constraints, now_.values, weights) -
           WeightedMiss(constraints, linear, weights);
  };
  double gain = gained(weights_);
  const double wanted = along + curvature / 2;
  if (gain < wanted) {
    const double plain = gained(Vector::Ones(weights_.size()));
    if (plain > 0) weights_.array() += 1.1 * (wanted - gain) / plain;
    gain = gained(weights_);
  }
  return along - gain;
}

double Sqp::Merit(const Problem& problem, const Point& point) const {
  return point.value + WeightedMiss(problem.constraints(), point.values, weights_);
}

absl::Status Sqp::Search(Problem& problem, const Direction& direction, double slope, Point& to,
                         Iterate& at, bool& found) {
  const double merit = Merit(problem, now_);
  // Differences of merits are not known better.
  const double rounding = 8 * kEpsilon * (std::abs(merit) + std::abs(now_.value));
  if (!(slope < 0)) return absl::OkStatus();
  double length = 1;
  for (int trial = 0; trial < kMostTrials; ++trial) {
    to.x = now_.x + length * direction.d;
    problem.bounds().Project(to.x);
    const absl::Status status = EvaluateAt(problem, to);
    if (!status.ok()) return status;
    ++at.trials;
    const double change = Merit(problem, to) - merit;
    found = to.finite() && change <= kArmijo * length * slope + rounding;
    if (found) break;
    if (trial == 0 && problem.constraints().any() && to.finite()) {
      const absl::Status corrected =
          Correct(problem, direction, merit + kArmijo * slope + rounding, to, at, found);
      if (!corrected.ok() || found) {
        at.learning_rate = 1;
        return corrected;
      }
    }
    const double least = -slope * length * length / (2 * (change - slope * length));
    length = std::isfinite(change) ? std::clamp(least, 0.1 * length, 0.5 * length) : 0.1 * length;
    if (!(length * MaxNorm(direction.d) > kEpsilon * 1e-3 * (1e-300 + MaxNorm(now_.x)))) break;
  }
  at.learning_rate = length;
  return absl::OkStatus();
}

// The second-order correction: the same model with the constraints' true values at the full step.
absl::Status Sqp::Correct(Problem& problem, const Direction& direction, double enough, Point& to,
                          Iterate& at, bool& found) {
  const Vector linear = now_.slopes.transpose() * direction.d;
  const QuadraticSolution solution = Solve(Model(problem, to.values - now_.values - linear));
  if (!solution.ok() || !(solution.d.norm() <= 2 * direction.d.norm())) return absl::OkStatus();
  to.x = now_.x + solution.d;
  problem.bounds().Project(to.x);
  const absl::Status status = EvaluateAt(problem, to);
  if (!status.ok()) return status;
  ++at.trials;
  found = to.finite() && Merit(problem, to) <= enough;
  return absl::OkStatus();
}

// The violation cannot be lessened to first order: another point near by, the same for every seed.
absl::Status Sqp::Leave(Problem& problem, Iterate& at) {
  end_ = kGoesOn;
  ++left_;
  Point to;
  to.x = now_.x;
  Random random(0, at.iteration, left_);
  for (double& coordinate : to.x) coordinate += 0.1 * (1 + std::abs(coordinate)) * random.Normal();
  problem.bounds().Project(to.x);
  const absl::Status status = EvaluateAt(problem, to);
  if (!status.ok()) return status;
  at.trials = 1;
  if (to.finite()) std::swap(now_, to);
  at.notes.push_back({"restart", "left a stationary point of the violation"});
  ResetHessian(at);
  weights_.setZero();
  Arrive(problem, Vector::Zero(now_.values.size()), at);
  end_ = kGoesOn;
  return absl::OkStatus();
}

// Damped BFGS: where the Lagrangian curves less along the step than the model by far, what is
// learnt is mixed with what was believed, and B stays positive definite.
void Sqp::UpdateHessian(const Point& to, const Vector& multipliers) {
  const Vector s = to.x - now_.x;
  const Vector y =
      to.gradient - to.slopes * multipliers - (now_.gradient - now_.slopes * multipliers);
  const double sy = s.dot(y);
  const double length = s.squaredNorm();
  if (!(length > 0) || !y.allFinite()) return;
  if (sy > 0) scale_ = sy / length;
  const Vector bs = hessian_ * s;
  const double sbs = s.dot(bs);
  const double theta = sy >= kDamping * sbs ? 1 : (1 - kDamping) * sbs / (sbs - sy);
  const Vector r = theta * y + (1 - theta) * bs;
  const double sr = s.dot(r);
  if (!(sbs > 0) || !(sr > 0)) return;
  hessian_ += r * r.transpose() / sr - bs * bs.transpose() / sbs;
  fresh_ = false;
}

void Sqp::ResetHessian(Iterate& at) {
  const Index n = now_.x.size();
  hessian_ = scale_ * Matrix::Identity(n, n);
  fresh_ = true;
  at.flags |= kRestarted;
}

void Sqp::Arrive(const Problem& problem, const Vector& multipliers, Iterate& at) {
  const Constraints& constraints = problem.constraints();
  at.x = now_.x;
  at.value = now_.value;
  at.violation = constraints.Violation(now_.values);
  LagrangianGradient(constraints, now_.values, now_.gradient, now_.slopes, multipliers,
                     at.gradient);
  Vector projected;
  problem.bounds().ProjectedStep(at.x, at.gradient, projected);
  measured_ = MaxNorm(projected) / std::max(1.0, MaxNorm(now_.gradient));
  if (at.violation <= constraints.tolerance() && measured_ <= options_.tolerance) {
    end_ = kStationary;
  }
}

std::optional<StopReason> Sqp::Finished() const {
  switch (end_) {
    case kStationary:
      return StopReason{Termination::kConverged,
                        "kkt",
                        measured_,
                        options_.tolerance,
                        absl::StrFormat("the constraints hold and the Lagrangian's gradient is "
                                        "%.3g of the objective's, at most %.3g",
                                        measured_, options_.tolerance),
                        {}};
    case kNoDescent:
      return StopReason{Termination::kStalled,
                        "line_search",
                        measured_,
                        options_.tolerance,
                        absl::StrFormat("no step lowers the merit function; the Lagrangian's "
                                        "gradient is %.3g of the objective's",
                                        measured_),
                        {}};
    case kInfeasible:
      return StopReason{Termination::kStalled,
                        "infeasible",
                        measured_,
                        0,
                        absl::StrFormat("the constraints are missed by %.3g and no small step "
                                        "lessens that: they may contradict each other",
                                        measured_),
                        {}};
    case kNoModel:
      return StopReason{Termination::kStalled,
                        "quadratic_program",
                        measured_,
                        0,
                        "the quadratic model could not be minimised: its numbers are too far apart "
                        "in size; scale the variables and constraints",
                        {}};
    default:
      return std::nullopt;
  }
}

void Sqp::Remember(State& state) {
  state.Keep("x", now_.x);
  state.Keep("f", now_.value);
  state.Keep("g", now_.gradient);
  state.Keep("values", now_.values);
  state.Keep("slopes", now_.slopes);
  state.Keep("hessian", hessian_);
  state.Keep("fresh", fresh_);
  state.Keep("scale", scale_);
  state.Keep("weights", weights_);
  state.Keep("left", left_);
  state.Keep("end", end_);
  state.Keep("measured", measured_);
}

OptimizerEntry SqpEntry() {
  return EntryOf<Optimizer, Sqp>(
      {.name = "sqp",
       .title = "Sequential quadratic programming",
       .summary = "Minimises a quadratic model of the Lagrangian under linear models of the "
                  "constraints, again and again.",
       .formula = "d = argmin g'd + d'Bd/2 with lower <= c + A'd <= upper and x + d within the "
                  "bounds; x += a*d where f + sum w*|miss| falls; B by damped BFGS",
       .source = "Wilson (1963); Han (1977); Powell (1978); Nocedal & Wright (2006), chapter 18",
       .advice = "The first choice for smooth problems with constraints and up to some hundreds of "
                 "unknowns: few evaluations, accurate answers. Each step costs O(n^3); for many "
                 "unknowns use augmented_lagrangian. Finds a local minimum.",
       .example = "thalweg minimize '(x-2)**2 + y**2' --start x=0 --start y=0 --constraint "
                  "'x**2 + y**2 <= 1' --optimizer sqp"});
}

}  // namespace thalweg
