#pragma once

#include <memory>
#include <optional>

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Constraints into the objective: an inner method minimises f plus a penalty of the constraints,
/// each shifted by its multiplier, within the bounds; then multipliers and penalties are updated.
///
/// Hestenes (1969), Powell (1969), Rockafellar (1974), safeguarded as by Birgin & Martinez (2014),
/// chapter 4. A constraint lower <= c <= upper with multiplier l (positive at the lower bound) and
/// penalty r adds r/2 times the squared distance of c - l/r from [lower, upper]; its next
/// multiplier is -r times what c - l/r misses. Penalties grow tenfold where an outer iteration did
/// not halve violation and complementarity. A step is one step of the inner method.
class AugmentedLagrangian final : public Optimizer {
 public:
  struct Options {
    Part inner{"lbfgsb", {}};
    double tolerance = 1e-9;
    int64_t inner_iterations = 200;
    double growth = 10;
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Optimizer>> Make(const Options& options);

  Capabilities capabilities() const override;
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  void Remember(State& state) override;

 private:
  class Function;
  struct Point;
  enum End : int64_t { kGoesOn, kStationary, kInfeasible, kNoProgress };

  AugmentedLagrangian(const Options& options, std::unique_ptr<Optimizer> inner)
      : options_(options), inner_(std::move(inner)) {}

  /// Evaluates anew: another method may have left the gradient of its Lagrangian in `at`.
  absl::Status Start(Problem& problem, const Iterate& at);
  /// The penalised function and its gradient at a point, into `value` and `gradient`.
  void Penalise(const Constraints& constraints, const Point& point, double& value,
                Vector* gradient) const;
  /// The multipliers that the penalties imply there; m.
  Vector Implied(const Constraints& constraints, const Vector& values) const;
  bool InnerIsDone(const Problem& problem) const;
  bool CannotComeNearer(const Problem& problem, const Point& point) const;
  absl::Status Update(const Problem& problem, const Point& point, const Iterate& at);
  bool RanAway(const Constraints& constraints, const Point& point) const;
  absl::Status Return(Function& function, const Problem& problem, Iterate& at);
  absl::Status Restart(const Constraints& constraints, const Point& point);
  void Describe(const Problem& problem, const Point& point, Iterate& at);

  const Options options_;
  std::unique_ptr<Optimizer> inner_;
  Iterate inner_at_;  // of the penalised function

  Vector multipliers_, penalties_;  // m
  Vector scale_;                    // m: 1 / max(1, |gradient of c_j|) at the start
  double inner_tolerance_ = 0;      // of the penalised function's projected gradient
  double missed_ = -1;              // violation and complementarity, scaled, at the last update
  int64_t inner_steps_ = 0;         // since then
  int64_t outer_ = 0;               // updates so far
  int64_t raised_ = 0;  // updates in a row that raised the penalties, violated all along
  int64_t still_ = 0;   // updates in a row since x moved
  Vector updated_at_;   // n: x at the last update
  int64_t end_ = kGoesOn;
  double measured_ = 0;  // for Finished
};

OptimizerEntry AugmentedLagrangianEntry();

}  // namespace thalweg
