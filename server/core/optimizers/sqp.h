#pragma once

#include <optional>

#include "server/core/optimizer.h"
#include "server/core/optimizers/quadratic_program.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Sequential quadratic programming: each step goes towards the minimum of a quadratic model of the
/// Lagrangian under the constraints' linear models and the bounds.
///
/// Wilson (1963), Han (1977), Powell (1978): the model's Hessian B is a damped BFGS matrix; steps
/// are shortened until the l1 merit function f + sum w_j |miss_j| falls, with Powell's weights; a
/// second-order correction answers the Maratos effect (Nocedal & Wright (2006), 18.3). Where the
/// linear models contradict each other, they are first relaxed to what a least-squares step can
/// attain (as Byrd (1987) and Omojokun (1989) do), and where even that gains nothing, x is a
/// stationary point of the violation: it is left at random a few times, then the run ends
/// "infeasible".
///
/// Dense: memory O(n^2 + nm), time O(n^3) a step.
class Sqp final : public Optimizer {
 public:
  struct Options {
    double tolerance = 1e-9;
    int64_t attempts = 3;
  };
  static OptionTable<Options> Table();

  explicit Sqp(const Options& options) : options_(options) {}

  Capabilities capabilities() const override {
    return {.bounds = true, .constraints = true, .most_coordinates = 2'000};
  }
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  void Remember(State& state) override;

 private:
  enum End : int64_t { kGoesOn, kStationary, kNoDescent, kInfeasible, kNoModel };

  /// A point and all that is known there.
  struct Point {
    Vector x, gradient, values;
    Matrix slopes;
    double value = 0;

    bool finite() const;
  };
  struct Direction {
    Vector d;
    Vector multipliers;  // m
    Vector box;          // n, of the bounds
    bool relaxed = false;
  };

  /// Evaluates anew: another method may have left the gradient of its Lagrangian in `at`.
  absl::Status Start(Problem& problem, const Iterate& at);
  absl::Status EvaluateAt(Problem& problem, Point& point) const;
  QuadraticProgram Model(const Problem& problem, const Vector& shift) const;
  std::optional<Direction> FindDirection(const Problem& problem, Iterate& at);
  std::optional<Direction> Relaxed(const Problem& problem, QuadraticProgram model, Iterate& at);
  double Weigh(const Problem& problem, Direction& direction);
  double Merit(const Problem& problem, const Point& point) const;
  absl::Status Search(Problem& problem, const Direction& direction, double slope, Point& to,
                      Iterate& at, bool& found);
  absl::Status Correct(Problem& problem, const Direction& direction, double enough, Point& to,
                       Iterate& at, bool& found);
  absl::Status Leave(Problem& problem, Iterate& at);
  void UpdateHessian(const Point& to, const Vector& multipliers);
  void ResetHessian(Iterate& at);
  void Arrive(const Problem& problem, const Vector& multipliers, Iterate& at);

  const Options options_;
  Point now_;          // where the last step led
  Matrix hessian_;     // B, n x n; empty until the first step
  bool fresh_ = true;  // B has not been updated since it was last reset
  double scale_ = 1;   // curvature along the last step
  Vector weights_;     // m, of the merit function
  int64_t left_ = 0;   // times a stationary point of the violation was left
  int64_t end_ = kGoesOn;
  double measured_ = 0;  // for Finished
};

OptimizerEntry SqpEntry();

}  // namespace thalweg
