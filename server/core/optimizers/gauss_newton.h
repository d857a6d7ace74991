#pragma once

#include "server/core/least_squares/least_squares.h"

namespace thalweg {

/// Gauss-Newton with a line search (Björck (1996), section 9.2.1): the minimiser of the residuals'
/// linear model within the bounds, and where it does not keep enough of what the model promises, a
/// shorter step the same way.
class GaussNewton final : public LeastSquares {
 public:
  using Options = LeastSquaresOptions;
  static OptionTable<Options> Table() { return LeastSquaresTable(); }

  explicit GaussNewton(const Options& options) : LeastSquares(options) {}

 private:
  absl::Status Propose(const LinearModel& model, const Probe& probe, Proposal& proposal) override;
  void Judge(const Proposal& proposal, const Trial& trial) override;
  double StepLength() const override { return taken_; }
  void RememberOwn(State& state) override;

  double part_ = 1;   // of the full step: to be tried next
  double taken_ = 0;  // the last that was tried
};

OptimizerEntry GaussNewtonEntry();

}  // namespace thalweg
