#pragma once

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Powell's direction set: a line minimisation along each of n directions in turn, after which the
/// way the sweep went replaces one of them, so that they become conjugate. Powell (1964), Computer
/// J. 7, 155-162, with his test whether the new direction helps and his choice of the one that
/// goes: that of the largest decrease. Lines end at bounds; fixed coordinates have no direction.
///
/// One Step is a sweep, of at most 32 directions (n > 32 takes several). When a sweep hardly moves
/// x, the directions are put back to the coordinate axes once, to see whether they had become
/// dependent; when a sweep along the axes hardly moves it either, the method has converged.
class Powell final : public Optimizer {
 public:
  struct Options {
    double initial_step = 1;
    double relative_step = 0;
    double line_tolerance = 0.01;
    double step_tolerance = 1e-8;
  };
  static OptionTable<Options> Table();
  static absl::Status Check(const Options& options);

  explicit Powell(const Options& options) : options_(options) {}

  Capabilities capabilities() const override {
    // Directions of so many coordinates take 128 MiB, and are part of every checkpoint.
    return {.gradient = false, .bounds = true, .most_coordinates = 4096};
  }
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  void Remember(State& state) override;

 private:
  void PointAlongAxes(const Problem& problem, const Vector& x);
  void BeginSweep(const Iterate& at);
  absl::Status MinimizeAlong(const Vector& direction, double& step, Problem& problem, Iterate& at);
  absl::Status EndSweep(Problem& problem, Iterate& at);
  absl::Status Turn(Problem& problem, Iterate& at);

  const Options options_;
  Matrix directions_;       // n x free, columns of length 1; empty until the first step
  Vector steps_;            // free; how far the last line minimisation went along each
  bool along_axes_ = true;  // whether the directions are the axes still
  int64_t next_ = 0;        // direction to come in this sweep
  Vector sweep_start_;      // n
  double sweep_value_ = 0;  // there
  double most_ = 0;         // largest decrease along one direction in this sweep
  int64_t of_most_ = 0;     // which that was
  double moved_ = 0;        // largest change of a coordinate in the last sweep; of a whole one
  double move_limit_ = 0;   // at which that is hardly any
  bool settled_ = false;    // whether two sweeps hardly moved x
  Vector start_, trial_, direction_;  // n; scratch
};

OptimizerEntry PowellEntry();

}  // namespace thalweg
