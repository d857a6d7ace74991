#include "server/core/optimizers/dogleg.h"

#include <cmath>

#include "server/core/entry_of.h"

namespace thalweg {

OptionTable<Dogleg::Options> Dogleg::Table() {
  return Joined<Options>(
      {
          {"initial_radius", &Options::initial_radius, kPositive,
           "first trust radius, as a multiple of the length of D x"},
      },
      LeastSquaresTable());
}

absl::Status Dogleg::Propose(const LinearModel& model, const Probe& /*probe*/, Proposal& proposal) {
  const double newton = model.gauss_newton().norm();
  trust_.BeginAt(options_.initial_radius * model.size_of_x(), newton);
  proposal.inside = newton <= trust_.radius;
  proposal.q = proposal.inside ? model.gauss_newton() : OnPath(model);
  proposal.promised = model.Reduction(proposal.q);
  proposal.length = proposal.q.norm();
  return absl::OkStatus();
}

Vector Dogleg::OnPath(const LinearModel& model) const {
  const Vector cauchy = model.Cauchy();
  const double length = cauchy.norm();
  if (length >= trust_.radius) return trust_.radius / length * cauchy;
  // ||cauchy + s * leg|| = radius; the root without cancellation.
  const Vector leg = model.gauss_newton() - cauchy;
  const double a = leg.squaredNorm();
  const double b = cauchy.dot(leg);
  const double c = trust_.radius * trust_.radius - length * length;
  const double root = std::sqrt(b * b + a * c);
  return cauchy + (b > 0 ? c / (b + root) : (root - b) / a) * leg;
}

void Dogleg::Judge(const Proposal& proposal, const Trial& trial) {
  trust_.Judge(trial.ratio, proposal.length, trial.shrink, proposal.inside);
}

OptimizerEntry DoglegEntry() {
  return EntryOf<Optimizer, Dogleg>(
      {.name = "dogleg",
       .title = "Powell's dogleg",
       .summary = "For sums of squares: within a trust region, first down the gradient, then "
                  "towards the Gauss-Newton point.",
       .formula = "x += c + s*(p - c) so that ||D step|| <= radius; c Cauchy's step, p "
                  "Gauss-Newton's",
       .source = "Powell (1970); Voglis & Lagaris (2004)",
       .advice = "Cheaper per iteration than levenberg_marquardt, which solves its subproblem "
                 "exactly: for many variables and Jacobians of full rank. Where J is nearly "
                 "singular it goes by the gradient alone and is slow.",
       .example = "thalweg minimize --function beale --optimizer dogleg"});
}

}  // namespace thalweg
