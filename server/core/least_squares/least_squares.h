#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/core/finish.h"
#include "server/core/least_squares/linear_model.h"
#include "server/core/least_squares/loss.h"
#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

struct LeastSquaresOptions {
  std::string loss = "squared";
  double loss_scale = 1;
};
OptionTable<LeastSquaresOptions> LeastSquaresTable();

/// What methods for sums of squares share: a linear model of the residuals at x, steps that are
/// tried until one keeps enough of what the model promises, and knowing when no further digit is
/// to be had. A method says which step to try, and learns how it went.
///
/// The value of an iterate is what is minimised: ||r||^2, with a robust loss the loss of r, the
/// start's included. Bounds are honoured at every evaluation: each step minimises its model within
/// them.
class LeastSquares : public Optimizer {
 public:
  Capabilities capabilities() const final {
    return {.gradient = true, .residuals = true, .bounds = true, .most_coordinates = 5'000};
  }
  absl::Status Begin(Problem& problem, Iterate& at) final;
  absl::Status Step(Problem& problem, Iterate& at) final;
  std::optional<StopReason> Finished() const final { return finish_.Reason(); }
  void Remember(State& state) final;

 protected:
  explicit LeastSquares(const LeastSquaresOptions& options)
      : loss_(options.loss, options.loss_scale) {}

  /// A step to try, in scaled coordinates and within the bounds.
  struct Proposal {
    Vector q;
    double promised = 0;  ///< The reduction that the model promises.
    double length = 0;    ///< Of the step that a trust region, if any, is for.
    bool inside = false;  ///< That did not have to be shortened for it.
  };
  /// How that went.
  struct Trial {
    bool accepted = false;
    double ratio = 0;   ///< Reduction of f over what was promised; -infinity if not finite.
    double shrink = 0;  ///< See TrustRadius::Shrink.
  };
  /// Evaluates the residuals after a step.
  using Probe = std::function<absl::Status(const Vector& q, Vector& residuals)>;

  /// The step to try next. `probe` may be empty: then the step is made of the model alone.
  virtual absl::Status Propose(const LinearModel& model, const Probe& probe,
                               Proposal& proposal) = 0;
  virtual void Judge(const Proposal& proposal, const Trial& trial) = 0;
  /// Reported as the iterate's learning rate.
  virtual double StepLength() const = 0;
  virtual void RememberOwn(State& state) = 0;

 private:
  absl::Status Linearize(Problem& problem, const Vector& x);
  absl::Status Search(Problem& problem, Iterate& at, bool& moved);
  absl::Status Refine(Problem& problem, Iterate& at);
  void SeeWhetherDone(bool moved);

  const Loss loss_;
  Vector lengths_;          // n: the longest that each column of J has been; empty at first
  bool evaluated_ = false;  // J at the iterate is among the evaluations that have been counted
  Finish finish_;
  // What follows is made of x anew after a checkpoint, which need not hold m x n numbers.
  LinearModel model_;
  LinearModel next_;
  // Within a step:
  Vector residuals_;
  double first_promise_ = 0;  // what its first trial promised; 0: there was none
};

}  // namespace thalweg
