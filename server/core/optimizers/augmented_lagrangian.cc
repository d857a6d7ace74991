#include "server/core/optimizers/augmented_lagrangian.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/optimizers/lagrangian.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

constexpr double kMostMultiplier = 1e16;  // what safeguards keep them within
constexpr double kLeastPenalty = 1e-6;    // of scaled constraints, at the start
constexpr double kMostPenalty = 10;       // likewise
constexpr double kEnough = 0.5;           // an update must reduce what is missed to this part
constexpr int64_t kMostRaises = 12;       // in a row, before constraints are given up
constexpr double kFlat = 1e-3;            // slope of the misses, relative to them, taken for none
constexpr double kFarAway = 1e4;          // times the violation at the last update, and 1
constexpr int64_t kMostReturns = 40;      // outer iterations in which x may be called back
constexpr int64_t kMostStill = 6;         // updates in a row without a move

double MaxNorm(const Vector& v) { return v.size() == 0 ? 0 : v.lpNorm<Eigen::Infinity>(); }

double ProjectedNorm(const Problem& problem, const Vector& x, const Vector& gradient) {
  Vector projected;
  problem.bounds().ProjectedStep(x, gradient, projected);
  return MaxNorm(projected);
}

}  // namespace

struct AugmentedLagrangian::Point {
  Vector x, gradient, values;  // n, n, m
  Matrix slopes;               // n x m
  double value = 0;
};

/// What the inner method minimises. Knows the last point at which it was asked for a gradient, or
/// where none is wanted, for a value: usually the one that the inner method accepts.
class AugmentedLagrangian::Function final : public Objective {
 public:
  Function(Problem& problem, const AugmentedLagrangian& method)
      : problem_(problem), method_(method), layout_(problem.objective().layout()) {}

  const Layout& layout() const override { return layout_; }
  absl::Status Value(const Vector& x, double& value) override {
    Point& point = with_gradient() ? trial_ : last_;
    const absl::Status status = Evaluate(x, /*slopes=*/false, point);
    if (status.ok()) method_.Penalise(problem_.constraints(), point, value, nullptr);
    return status;
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    const absl::Status status = Evaluate(x, /*slopes=*/true, last_);
    if (status.ok()) method_.Penalise(problem_.constraints(), last_, value, &gradient);
    return status;
  }
  std::string ExplainNonFinite(const Vector& x) override { return problem_.ExplainNonFinite(x); }

  /// All that the method asks about `x`.
  absl::StatusOr<Point> Evaluated(const Vector& x) {
    const absl::Status status = Evaluate(x, with_gradient(), last_);
    if (!status.ok()) return status;
    return std::move(last_);
  }
  /// The same, without an evaluation where that was the last point.
  absl::StatusOr<Point> At(const Vector& x) {
    if (last_.x.size() != x.size() || last_.x != x) return Evaluated(x);
    return std::move(last_);
  }

 private:
  bool with_gradient() const { return method_.inner_->capabilities().gradient; }

  absl::Status Evaluate(const Vector& x, bool slopes, Point& point) {
    point.x = x;
    absl::Status status = slopes ? problem_.ValueAndGradient(x, point.value, point.gradient)
                                 : problem_.Value(x, point.value);
    if (!status.ok()) return status;
    return slopes ? problem_.ConstraintValuesAndGradients(x, point.values, point.slopes)
                  : problem_.ConstraintValues(x, point.values);
  }

  Problem& problem_;
  const AugmentedLagrangian& method_;
  const Layout& layout_;
  Point last_, trial_;
};

OptionTable<AugmentedLagrangian::Options> AugmentedLagrangian::Table() {
  return {
      {"inner", &Options::inner, From("optimizer"), "minimises the penalised function"},
      {"tolerance", &Options::tolerance, kPositive,
       "done where the Lagrangian's projected gradient is smaller, relative to max(1, |gradient|)"},
      {"inner_iterations", &Options::inner_iterations, kCount,
       "steps of the inner method until the multipliers are updated, at most"},
      {"growth", &Options::growth, Range{1, kInfinity, true, true},
       "factor of the penalties where the constraints come no nearer"},
  };
}

absl::StatusOr<std::unique_ptr<Optimizer>> AugmentedLagrangian::Make(const Options& options) {
  auto inner = MakeFrom(Optimizers(), "optimizer", options.inner);
  if (!inner.ok()) return Under("settings[inner]", inner.status());
  const Capabilities can = (*inner)->capabilities();
  if (can.residuals || can.constraints || can.rows) {
    return Refuse("settings[inner].kind", Reason::kInvalidValue,
                  absl::StrFormat("%s %s; give a method for any smooth function, such as lbfgs",
                                  options.inner.kind,
                                  can.residuals     ? "works on sums of squares only"
                                  : can.constraints ? "honours constraints by itself"
                                                    : "passes over rows of data"));
  }
  return std::unique_ptr<Optimizer>(new AugmentedLagrangian(options, *std::move(inner)));
}

Capabilities AugmentedLagrangian::capabilities() const {
  Capabilities can = inner_->capabilities();
  can.constraints = true;
  can.rate = false;  // the inner method's own business
  return can;
}

absl::Status AugmentedLagrangian::Start(Problem& problem, const Iterate& at) {
  const Constraints& constraints = problem.constraints();
  const bool with_gradient = at.gradient.size() > 0;
  absl::StatusOr<Point> evaluated = Function(problem, *this).Evaluated(at.x);
  if (!evaluated.ok()) return evaluated.status();
  const Point& point = *evaluated;

  const Index m = constraints.size();
  scale_ = Vector::Ones(m);
  double missed = 0;
  for (Index j = 0; j < m; ++j) {
    if (with_gradient) scale_[j] = 1 / std::max(1.0, MaxNorm(point.slopes.col(j)));
    const double miss = scale_[j] * constraints.Miss(point.values, j);
    missed += miss * miss;
  }
  const double size = std::max(1.0, MaxNorm(point.gradient));  // the objective's own unit
  const double balanced = 2 * std::max(1.0, std::abs(at.value) / size) / std::max(missed, 1e-300);
  const double penalty = size * std::clamp(balanced, kLeastPenalty, kMostPenalty);
  penalties_ = penalty * scale_.cwiseAbs2();
  multipliers_ = Vector::Zero(m);
  inner_tolerance_ = std::max(0.1 * size, options_.tolerance);
  updated_at_ = at.x;
  inner_at_.x = at.x;
  inner_at_.gradient = point.gradient;
  Penalise(constraints, point, inner_at_.value, with_gradient ? &inner_at_.gradient : nullptr);
  return absl::OkStatus();
}

Vector AugmentedLagrangian::Implied(const Constraints& constraints, const Vector& values) const {
  const Vector shifted = values - multipliers_.cwiseQuotient(penalties_);
  Vector implied(values.size());
  for (Index j = 0; j < implied.size(); ++j) {
    implied[j] = -penalties_[j] * constraints.Miss(shifted, j);
  }
  return implied;
}

void AugmentedLagrangian::Penalise(const Constraints& constraints, const Point& point,
                                   double& value, Vector* gradient) const {
  const Vector implied = Implied(constraints, point.values);
  value = point.value;
  for (Index j = 0; j < implied.size(); ++j) {
    value += implied[j] * implied[j] / (2 * penalties_[j]);
  }
  if (gradient == nullptr) return;
  *gradient = point.gradient;
  if (implied.size() > 0) gradient->noalias() -= point.slopes * implied;
}

absl::Status AugmentedLagrangian::Step(Problem& problem, Iterate& at) {
  if (inner_at_.x.size() == 0) {
    if (absl::Status status = Start(problem, at); !status.ok()) return status;
  }
  Function function(problem, *this);
  Problem penalised(function, Direction::kMinimize, problem.bounds(),
                    problem.seed() + static_cast<uint64_t>(outer_));
  inner_at_.iteration = at.iteration;
  inner_at_.flags = 0;
  inner_at_.trials = 0;
  inner_at_.notes.clear();
  if (absl::Status status = inner_->Step(penalised, inner_at_); !status.ok()) return status;
  ++inner_steps_;

  absl::StatusOr<Point> point = function.At(inner_at_.x);
  if (!point.ok()) return point.status();
  const Constraints& constraints = problem.constraints();
  if (outer_ < kMostReturns && RanAway(constraints, *point)) return Return(function, problem, at);
  at.learning_rate = inner_at_.learning_rate;
  at.trials = inner_at_.trials;
  at.flags |= inner_at_.flags;
  at.notes = inner_at_.notes;
  Describe(problem, *point, at);
  if (end_ != kGoesOn || !InnerIsDone(problem)) return absl::OkStatus();
  return Update(problem, *point, at);
}

// Under too small a penalty the penalised function may be unbounded below where the problem is not.
bool AugmentedLagrangian::RanAway(const Constraints& constraints, const Point& point) const {
  if (!constraints.any()) return false;
  double violation = 0;  // scaled, as missed_ is
  for (Index j = 0; j < constraints.size(); ++j) {
    violation = std::max(violation, scale_[j] * std::abs(constraints.Miss(point.values, j)));
  }
  return !point.values.allFinite() || !std::isfinite(point.value) ||
         violation > kFarAway * (1 + std::max(missed_, 0.0));
}

// To where the last update was made, with larger penalties.
absl::Status AugmentedLagrangian::Return(Function& function, const Problem& problem, Iterate& at) {
  inner_at_.x = updated_at_;
  absl::StatusOr<Point> point = function.At(inner_at_.x);
  if (!point.ok()) return point.status();
  at.trials = inner_at_.trials;
  at.flags |= kRejected | kRestarted;
  at.notes.push_back({"restart", "the penalised function fell without bound: larger penalties"});
  penalties_ *= options_.growth * options_.growth;
  Describe(problem, *point, at);
  return Restart(problem.constraints(), *point);
}

absl::Status AugmentedLagrangian::Restart(const Constraints& constraints, const Point& point) {
  auto inner = MakeFrom(Optimizers(), "optimizer", options_.inner);
  if (!inner.ok()) return inner.status();
  inner_ = *std::move(inner);
  inner_steps_ = 0;
  ++outer_;
  const bool with_gradient = inner_at_.gradient.size() > 0;
  Penalise(constraints, point, inner_at_.value, with_gradient ? &inner_at_.gradient : nullptr);
  return absl::OkStatus();
}

/// `point` as the iterate of the problem itself; and whether it is the end.
void AugmentedLagrangian::Describe(const Problem& problem, const Point& point, Iterate& at) {
  const Constraints& constraints = problem.constraints();
  at.x = point.x;
  at.value = point.value;
  at.violation = constraints.Violation(point.values);
  if (at.gradient.size() == 0) return;
  LagrangianGradient(constraints, point.values, point.gradient, point.slopes,
                     Implied(constraints, point.values), at.gradient);
  measured_ = ProjectedNorm(problem, at.x, at.gradient) / std::max(1.0, MaxNorm(point.gradient));
  const bool holds = at.violation <= problem.constraints().tolerance();
  if (holds && measured_ <= options_.tolerance) end_ = kStationary;
}

bool AugmentedLagrangian::InnerIsDone(const Problem& problem) const {
  if (inner_steps_ >= options_.inner_iterations || inner_->Finished()) return true;
  if (inner_at_.gradient.size() == 0) return false;
  return ProjectedNorm(problem, inner_at_.x, inner_at_.gradient) <= inner_tolerance_;
}

/// Whether the sum of the squared misses, scaled, is stationary there.
bool AugmentedLagrangian::CannotComeNearer(const Problem& problem, const Point& point) const {
  if (point.slopes.size() == 0) return true;  // nothing else is known without gradients
  const Constraints& constraints = problem.constraints();
  Vector missed(constraints.size());
  for (Index j = 0; j < missed.size(); ++j)
    missed[j] = scale_[j] * constraints.Miss(point.values, j);
  const Vector slope = point.slopes * scale_.cwiseProduct(missed);
  return ProjectedNorm(problem, point.x, slope) <= kFlat * MaxNorm(missed);
}

absl::Status AugmentedLagrangian::Update(const Problem& problem, const Point& point,
                                         const Iterate& at) {
  const Constraints& constraints = problem.constraints();
  const Vector implied = Implied(constraints, point.values);
  if (!implied.allFinite()) return absl::OkStatus();
  const double missed =
      MaxNorm((implied - multipliers_).cwiseQuotient(penalties_).cwiseProduct(scale_));
  const bool nearer = missed_ < 0 || missed <= kEnough * missed_;
  const bool holds = at.violation <= constraints.tolerance();
  raised_ = nearer || holds ? 0 : raised_ + 1;
  still_ = at.x == updated_at_ ? still_ + 1 : 0;
  if (raised_ >= kMostRaises) {
    end_ = CannotComeNearer(problem, point) ? kInfeasible : kNoProgress;
    if (end_ == kInfeasible) measured_ = at.violation;
    return absl::OkStatus();
  }
  if (still_ >= kMostStill) {
    end_ = kNoProgress;
    return absl::OkStatus();
  }

  multipliers_ = implied.cwiseMax(-kMostMultiplier).cwiseMin(kMostMultiplier);
  if (!nearer) penalties_ *= options_.growth;
  missed_ = missed;
  updated_at_ = at.x;
  inner_tolerance_ = std::max(0.1 * inner_tolerance_, 0.1 * options_.tolerance);
  return Restart(constraints, point);
}

std::optional<StopReason> AugmentedLagrangian::Finished() const {
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
    case kInfeasible:
      return StopReason{Termination::kStalled,
                        "infeasible",
                        measured_,
                        0,
                        absl::StrFormat("the constraints are missed by %.3g, and ever larger "
                                        "penalties do not lessen that: they may contradict each "
                                        "other",
                                        measured_),
                        {}};
    case kNoProgress:
      return StopReason{Termination::kStalled,
                        "no_progress",
                        measured_,
                        options_.tolerance,
                        absl::StrFormat("the inner method moves no more; the Lagrangian's "
                                        "gradient is %.3g of the objective's",
                                        measured_),
                        {}};
    default:
      return std::nullopt;
  }
}

void AugmentedLagrangian::Remember(State& state) {
  thalweg::Remember(state, inner_at_);
  inner_->Remember(state);
  state.Keep("multipliers", multipliers_);
  state.Keep("penalties", penalties_);
  state.Keep("scale", scale_);
  state.Keep("inner_tolerance", inner_tolerance_);
  state.Keep("missed", missed_);
  state.Keep("inner_steps", inner_steps_);
  state.Keep("outer", outer_);
  state.Keep("raised", raised_);
  state.Keep("still", still_);
  state.Keep("updated_at", updated_at_);
  state.Keep("end", end_);
  state.Keep("measured", measured_);
}

OptimizerEntry AugmentedLagrangianEntry() {
  return EntryOf<Optimizer, AugmentedLagrangian>(
      {.name = "augmented_lagrangian",
       .title = "Augmented Lagrangian",
       .summary = "Lets an inner method minimise the objective plus a shifted penalty of the "
                  "constraints, and updates shifts and penalties until they hold.",
       .formula = "min f + sum r/2*dist(c - l/r, [lower, upper])**2 by the inner method; "
                  "l = -r*miss(c - l/r); r *= growth where nothing was gained",
       .source = "Hestenes (1969); Powell (1969); Rockafellar (1974); Birgin & Martinez (2014)",
       .advice = "For constrained problems with many unknowns, or where sqp's linear models fail. "
                 "Takes more evaluations than sqp and approaches the constraints from outside. "
                 "Bounds are the inner method's to honour.",
       .example = "thalweg minimize '(x-2)**2 + y**2' --start x=0 --start y=0 --constraint "
                  "'x**2 + y**2 <= 1' --optimizer augmented_lagrangian"});
}

}  // namespace thalweg
