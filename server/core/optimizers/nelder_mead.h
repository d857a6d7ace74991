#pragma once

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Nelder & Mead's simplex: the worst of n + 1 points is reflected through the others, expanded,
/// contracted, or all shrink towards the best. Nelder & Mead (1965) as Lagarias et al. (1998) state
/// it, with the coefficients of Gao & Han (2012) that adapt to n. Trial points are projected onto
/// bounds; fixed coordinates have no vertex.
///
/// A simplex may collapse before it has found a minimum, so a collapsed one is built anew around
/// its best point, `restarts` times, as long as that still gains something. (Kelley's (1999)
/// oriented restarts were tried: they reach 12 of 28 problems of More, Garbow & Hillstrom where
/// these reach all.)
///
/// The iterate is the best vertex; one Step is one reflection and what follows from it.
class NelderMead final : public Optimizer {
 public:
  struct Options {
    double initial_step = 1;
    double relative_step = 0;
    std::string coefficients = "adaptive";
    int64_t restarts = 1;
    double size_tolerance = 1e-8;
    double value_tolerance = 1e-10;
  };
  static OptionTable<Options> Table();
  static absl::Status Check(const Options& options);

  explicit NelderMead(const Options& options) : options_(options) {}

  Capabilities capabilities() const override {
    // A simplex of so many coordinates takes 128 MiB, and is part of every checkpoint.
    return {.gradient = false, .bounds = true, .most_coordinates = 4096};
  }
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  void Remember(State& state) override;

 private:
  struct Coefficients {
    double expand, contract, shrink;  // of the distance to the centroid, or to the best vertex
  };
  Coefficients CoefficientsFor(Index free) const;

  absl::Status Build(Problem& problem, Iterate& at, double scale);
  absl::Status Restart(Problem& problem, Iterate& at);
  absl::Status Move(Problem& problem, Iterate& at);
  absl::Status Shrink(Problem& problem, Iterate& at, double factor);
  absl::Status EvaluateAllBut(Index kept, Problem& problem, Iterate& at);
  absl::Status Try(Vector& point, Problem& problem, Iterate& at, double& value);
  void Replace(Index vertex, const Vector& point, double value);

  Index BestVertex() const;
  void Measure();
  bool Collapsed() const;
  bool MayRestart() const;

  const Options options_;
  Matrix simplex_;         // n x (free + 1), columns are vertices; empty until the first step
  Vector values_;          // at the vertices; infinite where f is not finite
  double size_ = 0;        // greatest distance of a coordinate from the best vertex's
  double spread_ = 0;      // greatest value less the least
  double size_limit_ = 0;  // at which size and spread it counts as collapsed
  double spread_limit_ = 0;
  int64_t restarts_ = 0;                    // so far, of collapsed simplices
  double restarted_at_ = 0;                 // the best value at the last of them
  Vector centroid_, trial_, second_trial_;  // n; scratch
};

OptimizerEntry NelderMeadEntry();

}  // namespace thalweg
