#pragma once

#include <string>

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Barzilai-Borwein: steepest descent whose rate is the inverse of the curvature that the last step
/// met. Barzilai & Borwein (1988); made to converge by comparing with the highest of the last
/// values instead of the last (Grippo, Lampariello & Lucidi (1986); Raydan (1997)); within bounds
/// this is the spectral projected gradient method SPG2 of Birgin, Martínez & Raydan (2000), SIAM J.
/// Optim. 10, 1196-1211.
class BarzilaiBorwein final : public Optimizer {
 public:
  struct Options {
    std::string rate = "long";
    int64_t memory = 10;
    double c1 = 1e-4;
    int64_t max_trials = 30;
  };
  static OptionTable<Options> Table();

  explicit BarzilaiBorwein(const Options& options) : options_(options) {}

  Capabilities capabilities() const override { return {.bounds = true}; }
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  void Remember(State& state) override;

 private:
  void Learn(double step, double slope, const Iterate& at);

  const Options options_;
  double rate_ = 0;             // of the next step; 0: nothing learned yet
  std::vector<double> values_;  // the last ones, the newest last
  bool stuck_ = false;          // whether the last step found nothing low enough
  double gain_ = 0;             // that was to be expected of it

  Vector direction_, x_, gradient_;  // n; scratch
};

OptimizerEntry BarzilaiBorweinEntry();

}  // namespace thalweg
