#include "server/core/optimizers/gauss_newton.h"

#include "server/core/entry_of.h"

namespace thalweg {

absl::Status GaussNewton::Propose(const LinearModel& model, const Probe& /*probe*/,
                                  Proposal& proposal) {
  taken_ = part_;
  proposal.q = part_ * model.gauss_newton();
  proposal.promised = model.Reduction(proposal.q);
  return absl::OkStatus();
}

void GaussNewton::Judge(const Proposal& /*proposal*/, const Trial& trial) {
  part_ = trial.accepted ? 1 : part_ * trial.shrink;
}

void GaussNewton::RememberOwn(State& state) {
  state.Keep("part", part_);
  state.Keep("taken", taken_);
}

OptimizerEntry GaussNewtonEntry() {
  return EntryOf<Optimizer, GaussNewton>(
      {.name = "gauss_newton",
       .title = "Gauss-Newton",
       .summary = "For sums of squares: steps to the minimiser of the residuals' linear model, "
                  "shortened by a line search.",
       .formula = "x += t * argmin_p ||r + J p||^2, t = 1 or shorter until f falls enough",
       .source = "Gauss (1809); Björck (1996), section 9.2",
       .advice = "Good starts and well-determined parameters: then it is as fast as Newton's "
                 "method without second derivatives. Where J is nearly singular on the way its "
                 "steps become long and useless: take levenberg_marquardt.",
       .example = "thalweg minimize --function beale --optimizer gauss_newton"});
}

}  // namespace thalweg
