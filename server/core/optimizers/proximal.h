#pragma once

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// What methods share that minimise F(x) = f(x) + l1 * ||x||_1 + h(x) within bounds, f smooth, h
/// the objective's own penalty, by steps
///
///   x' = P(prox_th(soft(y - t*grad f(y), t*l1))),  soft(v, s) = sign(v) * max(|v| - s, 0),
///
/// P the projection onto bounds: together the proximal map of penalties and box, where all are sums
/// over coordinates; without bounds h may be a norm of groups (Yu (2013), "On decomposing the
/// proximal map", theorem 4). The length t is halved until f(x') is below the parabola of curvature
/// 1/t through y: Beck & Teboulle (2009), SIAM J. Imaging Sci. 2(1), 183-202, eq. (2.5) and
/// section 3.
///
/// The iterate's value is F, also when f is maximised (then f - l1 * ||x||_1 is); its gradient is
/// the shortest subgradient of F, which is 0 where x is optimal.
class Proximal : public Optimizer {
 public:
  struct Options {
    double l1 = 0;
    double first_step = 1;
  };

  Capabilities capabilities() const final { return {.bounds = true}; }
  absl::Status Begin(Problem& problem, Iterate& at) final;
  std::optional<StopReason> Finished() const final;

 protected:
  /// A point with f and its gradient there.
  struct Place {
    Vector x;
    double f = 0;
    Vector slope;  // n
  };

  static OptionTable<Options> SharedTable();
  explicit Proximal(const Options& options) : shared_(options), step_(options.first_step) {}

  /// f and its gradient, without the objective's penalty.
  static absl::Status Evaluate(Problem& problem, Place& place);
  /// F there.
  double Penalised(const Place& place, Problem& problem) const;
  /// x' from y. False where no length is short enough: then nothing was found, and it is finished.
  absl::StatusOr<bool> StepFrom(const Place& y, Problem& problem, Iterate& at, Place& found);
  /// The iterate is the place.
  void Show(const Place& place, Problem& problem, Iterate& at) const;
  /// For a first step without Begin: where a method that chooses others evaluated the start.
  absl::Status BeginIfNew(Problem& problem, Iterate& at) {
    return slope_.size() == at.x.size() ? absl::OkStatus() : Begin(problem, at);
  }
  /// Restores what Show loses: f and its gradient at the iterate.
  Place Here(const Iterate& at) const { return {at.x, f_, slope_}; }
  void KeepHere(const Place& place);
  void LengthenStep(double factor);
  double step() const { return step_; }

  void RememberShared(State& state);

 private:
  absl::StatusOr<bool> Try(const Place& y, double step, double slack, Problem& problem, Iterate& at,
                           Place& trial) const;

  const Options shared_;
  double step_;            // t
  bool searched_ = false;  // whether t was fitted to f once
  bool stuck_ = false;
  double f_ = 0;  // at the iterate, without the penalty
  Vector slope_;  // n; gradient of f there
};

}  // namespace thalweg
