#pragma once

#include "server/core/least_squares/least_squares.h"
#include "server/core/trust_region/trust_radius.h"

namespace thalweg {

/// Powell's dogleg (1970) for sums of squares: within a trust region, along the path that leads
/// from x down the gradient to the Cauchy point and from there straight to the Gauss-Newton point.
/// With bounds both points are those of the model within the bounds, and so is the path between
/// them, the box being convex; cf. Voglis & Lagaris (2004).
class Dogleg final : public LeastSquares {
 public:
  struct Options : LeastSquaresOptions {
    double initial_radius = 1;
  };
  static OptionTable<Options> Table();

  explicit Dogleg(const Options& options) : LeastSquares(options), options_(options) {}

 private:
  absl::Status Propose(const LinearModel& model, const Probe& probe, Proposal& proposal) override;
  void Judge(const Proposal& proposal, const Trial& trial) override;
  double StepLength() const override { return trust_.radius; }
  void RememberOwn(State& state) override { state.Keep("radius", trust_.radius); }

  Vector OnPath(const LinearModel& model) const;

  const Options options_;
  TrustRadius trust_;  // radius 0: before the first step
};

OptimizerEntry DoglegEntry();

}  // namespace thalweg
