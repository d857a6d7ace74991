#pragma once

#include <memory>

#include "server/core/line_search.h"
#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

inline constexpr double kUnitRoundoff = 2.220446049250313e-16;

/// What every method has that moves along a direction of descent by a line search. A method is its
/// direction and what it learns from a step; that it restarts where its direction leads nowhere,
/// and says why where even steepest descent does not, is done here.
class LineSearchMethod : public Optimizer {
 public:
  Capabilities capabilities() const override { return {}; }
  absl::Status Step(Problem& problem, Iterate& at) final;
  std::optional<StopReason> Finished() const final;
  void Remember(State& state) final;

 protected:
  /// A step that was taken, s = step*direction.
  struct Move {
    const Vector& direction;  ///< n
    double step;              ///< a > 0
    double slope_before;      ///< g'd < 0 at the old x
    double slope_after;       ///< and at the new one
    const Place& before;      ///< The old x
    const Iterate& after;     ///< and the new one.

    /// s'y, where y is the change of the gradient.
    double curvature() const { return step * (slope_after - slope_before); }
    /// Whether curvature was met: s'y > 0 beyond rounding. Whatever the units of f and x.
    bool teaches() const { return slope_after - slope_before > -kUnitRoundoff * slope_before; }
  };

  explicit LineSearchMethod(std::unique_ptr<LineSearch> search) : search_(std::move(search)) {}

  /// Sizes what the method keeps for n coordinates.
  virtual void Fit(Index n) = 0;
  /// Whether anything was learned that makes a direction other than -g.
  virtual bool Informed() const = 0;
  /// The direction of the next step, n; asked where Informed. It need not be one of descent. Of
  /// methods that honour bounds, x + direction lies within.
  virtual void Direct(const Bounds& bounds, const Iterate& at, Vector& direction) = 0;
  /// The first step to try along it.
  virtual double FirstStep(double /*slope*/) const { return 1; }
  virtual void Learn(const Move& move) = 0;
  virtual void Forget() = 0;
  /// Remember, for all that the method itself keeps.
  virtual void Keep(State& state) = 0;

 private:
  absl::StatusOr<bool> Attempt(Problem& problem, double slope, double first, Iterate& at);
  double Against(const Bounds& bounds, const Iterate& at);
  void Stay(Iterate& at);

  const std::unique_ptr<LineSearch> search_;

  // Why the last step found nothing lower, where it did not.
  bool stuck_ = false;
  double gain_ = 0;      // that was to be expected of it
  double rounding_ = 0;  // of f
  int64_t tried_ = 0;    // points

  Vector direction_;           // n; scratch
  Place place_;                // scratch; the old x after a step
  bool never_finite_ = false;  // scratch: whether the last attempt met nothing but NaN
};

/// The line search that an option names; errors are under "settings[line_search]".
absl::StatusOr<std::unique_ptr<LineSearch>> MakeLineSearch(const Part& part);

}  // namespace thalweg
