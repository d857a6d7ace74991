#pragma once

#include "server/core/least_squares/least_squares.h"
#include "server/core/trust_region/trust_radius.h"

namespace thalweg {

/// Levenberg (1944), Marquardt (1963), in the form of Moré (1978), as in MINPACK: the step
/// minimises ||r + J p||^2 within a trust region ||D p|| <= radius, which is the damped step
/// (J'J + lambda D^2) p = -J'r for the lambda that makes it as long as the radius. Each step is
/// the damped model's minimiser within the bounds, and is bent along the residuals' curvature by
/// geodesic acceleration (Transtrum & Sethna (2012)), which also refuses steps that are too long
/// for their linear model, as those are that send parameters off to infinity.
class LevenbergMarquardt final : public LeastSquares {
 public:
  struct Options : LeastSquaresOptions {
    double initial_radius = 1;
    bool acceleration = true;
  };
  static OptionTable<Options> Table();

  explicit LevenbergMarquardt(const Options& options) : LeastSquares(options), options_(options) {}

 private:
  absl::Status Propose(const LinearModel& model, const Probe& probe, Proposal& proposal) override;
  void Judge(const Proposal& proposal, const Trial& trial) override;
  double StepLength() const override { return trust_.radius; }
  void RememberOwn(State& state) override;

  Vector DampedStep(const LinearModel& model);
  Vector WithinRadius(const LinearModel& model);

  const Options options_;
  TrustRadius trust_;  // radius 0: before the first step
  double lambda_ = 0;  // of the last step; 0: Gauss-Newton's
};

OptimizerEntry LevenbergMarquardtEntry();

}  // namespace thalweg
