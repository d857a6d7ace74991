#include "server/core/least_squares/least_squares.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_format.h"
#include "server/core/trust_region/trust_radius.h"

namespace thalweg {
namespace {

// A step must keep this much of what its model promised (Moré (1978)).
constexpr double kEnough = 1e-4;
constexpr int kMostTrials = 40;

// Below this relative offset the reduction left, its square, is about to drown in the rounding of
// f, while the steps themselves still gain digits: f says nothing more about them, the offset does.
constexpr double kRefineBelow = 1e-4;
constexpr int kMostRefinements = 100;
// An offset of 1e-12 is an error of 1e-12 standard deviations, times the root of m - n.
constexpr double kOffsetGoal = 1e-12;
constexpr double kStepGoal = 1e-15;
// Of the sum of squares: its own rounding hides changes of this part of it.
constexpr double kInvisible = 1e-13;

}  // namespace

OptionTable<LeastSquaresOptions> LeastSquaresTable() {
  using Options = LeastSquaresOptions;
  return {
      {"loss",
       &Options::loss,
       {},
       "what outlying residuals cost; not squared: the value reported "
       "is the sum of loss_scale**2 * rho(r**2/loss_scale**2)",
       Loss::Kinds()},
      {"loss_scale", &Options::loss_scale, kPositive,
       "size of the residuals from which on they count as outliers"},
  };
}

absl::Status LeastSquares::Begin(Problem& problem, Iterate& at) {
  absl::Status status = Linearize(problem, at.x);
  at.value = model_.value();
  at.gradient = model_.gradient();
  return status;
}

absl::Status LeastSquares::Step(Problem& problem, Iterate& at) {
  finish_.Clear();
  absl::Status status = Linearize(problem, at.x);
  if (!status.ok()) return status;
  bool moved = false;
  first_promise_ = 0;
  if (model_.finite()) {
    status = Search(problem, at, moved);
    if (!status.ok()) return status;
    if (moved && model_.offset() < kRefineBelow) status = Refine(problem, at);
    SeeWhetherDone(moved);
  }
  if (!moved) at.flags |= kRejected;
  at.x = model_.x();
  at.value = model_.value();
  at.gradient = model_.gradient();
  at.learning_rate = StepLength();
  return status;
}

absl::Status LeastSquares::Linearize(Problem& problem, const Vector& x) {
  if (model_.x().size() == x.size() && model_.x() == x) return absl::OkStatus();
  const Evaluations counted = problem.evaluations();
  absl::Status status = model_.Make(problem, loss_, x, lengths_);
  if (evaluated_) problem.set_evaluations(counted);
  evaluated_ = true;
  return status;
}

absl::Status LeastSquares::Search(Problem& problem, Iterate& at, bool& moved) {
  const Probe probe = [&](const Vector& q, Vector& residuals) {
    absl::Status status = problem.Residuals(model_.Moved(q), residuals);
    loss_.Apply(residuals);
    return status;
  };
  Proposal proposal;
  for (int i = 0; i < kMostTrials; ++i) {
    absl::Status status = Propose(model_, probe, proposal);
    if (!status.ok()) return status;
    const Vector x = model_.Moved(proposal.q);
    if (x == model_.x() || !(proposal.promised > 0)) return status;
    if (i == 0) first_promise_ = proposal.promised;
    ++at.trials;
    status = probe(proposal.q, residuals_);
    if (!status.ok()) return status;
    const double value = residuals_.squaredNorm();
    double ratio = (model_.value() - value) / proposal.promised;
    if (ratio > kEnough) {
      status = next_.Make(problem, loss_, x, lengths_);
      if (!status.ok()) return status;
      moved = next_.finite();
    }
    if (!std::isfinite(ratio) || (ratio > kEnough && !moved)) {
      ratio = -std::numeric_limits<double>::infinity();
    }
    const double slope = 2 * model_.slope().dot(proposal.q);
    Judge(proposal, {moved, ratio, TrustRadius::Shrink(model_.value(), slope, value)});
    if (moved) {
      std::swap(model_, next_);
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status LeastSquares::Refine(Problem& problem, Iterate& at) {
  Proposal proposal;
  for (int i = 0; i < kMostRefinements && model_.offset() > kOffsetGoal; ++i) {
    absl::Status status = Propose(model_, nullptr, proposal);
    if (!status.ok()) return status;
    const Vector x = model_.Moved(proposal.q);
    if (x == model_.x()) return status;
    ++at.trials;
    Vector lengths = lengths_;
    status = next_.Make(problem, loss_, x, lengths);
    if (!status.ok()) return status;
    const bool same_value = next_.value() <= (1 + kRefineBelow * kRefineBelow) * model_.value();
    if (!next_.finite() || !same_value || next_.offset() > 0.9 * model_.offset()) break;
    lengths_ = lengths;
    std::swap(model_, next_);
  }
  return absl::OkStatus();
}

void LeastSquares::SeeWhetherDone(bool moved) {
  const double size = std::sqrt(model_.value());
  // What rounding of x alone makes of r; when no step helps any more, all roundings together.
  const double rounding = (moved ? 1 : 10) * model_.rounding();
  const double goal = std::max(moved ? kOffsetGoal : kRefineBelow, size > 0 ? rounding / size : 0);
  const double step = model_.gauss_newton().norm();
  const double step_goal = kStepGoal * model_.size_of_x();
  if (model_.offset() <= goal) {
    const bool noise = goal * size <= rounding;
    finish_.Converged(
        "relative_offset", model_.offset(), goal,
        noise ? absl::StrFormat("a step could take %.3g from the residuals' length, which is what "
                                "rounding of x makes of it",
                                model_.offset() * size)
              : absl::StrFormat("no step could take away more than %.3g of the residuals' length",
                                model_.offset()));
  } else if (step <= step_goal) {
    finish_.Converged("step_size", step, step_goal,
                      "the Gauss-Newton step is below the rounding of x");
  } else if (!moved && first_promise_ <= kInvisible * model_.value()) {
    finish_.Converged("predicted_reduction", first_promise_, kInvisible * model_.value(),
                      "what a step promises to take from the sum of squares is below its rounding");
  } else if (!moved) {
    finish_.Stalled("trust_radius", StepLength(), 0,
                    "no step, however short, lowers the sum of squares, though its linear model "
                    "promises that: the Jacobian is wrong or rounding hides what is left");
  }
}

void LeastSquares::Remember(State& state) {
  state.Keep("lengths", lengths_);
  state.Keep("evaluated", evaluated_);
  finish_.Remember(state);
  RememberOwn(state);
  if (!state.writing()) model_ = {};
}

}  // namespace thalweg
