#pragma once

#include "server/core/optimizer.h"
#include "server/core/option_table.h"
#include "server/core/random.h"

namespace thalweg {

/// Simulated annealing: a walk that always goes down and goes up with probability
/// exp(-rise / temperature), while the temperature falls. Kirkpatrick, Gelatt & Vecchi (1983); one
/// coordinate at a time, each with a width of its own that adapts to the part of moves that should
/// be accepted, as Corana et al. (1987), ACM TOMS 13, 262-280, but with Cauchy's distribution in
/// place of the uniform one, as Szu & Hartley (1987). A move across a bound is reflected.
///
/// One Step is `moves` moves. The iterate is where the walk is, not its best point; Descent keeps
/// that.
class SimulatedAnnealing final : public Optimizer {
 public:
  struct Options {
    Schedule temperature = 1;
    bool relative_temperature = true;
    double cooling = 0.98;
    int64_t moves = 20;
    double width = 1;
    double acceptance = 0.4;
    int64_t reanneal_after = 0;
    double width_tolerance = 1e-6;
  };
  static OptionTable<Options> Table();

  explicit SimulatedAnnealing(const Options& options);

  Capabilities capabilities() const override {
    return {.gradient = false, .bounds = true, .random = true};
  }
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  void Remember(State& state) override;

 private:
  absl::Status MeasureTemperature(Problem& problem, Iterate& at);
  void SetWidths(const Bounds& bounds);
  double Moved(const Bounds& bounds, Index i, double x, Random& random) const;
  void Adapt(const Bounds& bounds, Index i, bool accepted);
  void Reanneal(const Bounds& bounds, Iterate& at);

  const Options options_;
  const double shorter_;     // factor of a width after a refused move
  Vector widths_;            // n; of a move along each coordinate; empty until the first step
  double unit_ = 1;          // of temperature, in units of f
  double coolness_ = 1;      // product of the coolings
  int64_t next_ = 0;         // coordinate of the next move
  double lowest_ = 0;        // value found so far
  int64_t steps_since_ = 0;  // it was found, or the walk was heated
  double width_limit_ = 0;   // at which the widths have collapsed
};

OptimizerEntry SimulatedAnnealingEntry();

}  // namespace thalweg
