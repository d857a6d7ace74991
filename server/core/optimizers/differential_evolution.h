#pragma once

#include <string>

#include "server/core/populations/population_method.h"
#include "server/core/random.h"
#include "server/core/schedule.h"

namespace thalweg {

/// Differential evolution: a trial is a member moved along scaled differences of others, crossed
/// with the member it may replace. Storn & Price (1997).
class DifferentialEvolution final : public PopulationMethod {
 public:
  struct Options : PopulationOptions {
    std::string strategy = "rand1bin";
    Schedule factor = 0.5;
    Schedule crossover = 0.9;
    double dither = 0.3;
  };
  static OptionTable<Options> Table();

  /// rand2bin takes five members beside the parent.
  explicit DifferentialEvolution(const Options& options)
      : PopulationMethod(options, 6), options_(options) {}

 private:
  Index UsualSize(Index n) const override;
  absl::Status Generation(Problem& problem, Iterate& at) override;
  void RememberMore(State& /*state*/) override {}

  Vector Mutant(Index i, Index best, double factor, Random& random) const;

  const Options options_;

  // Of one generation.
  Matrix trials_;
  Vector trial_values_;
};

OptimizerEntry DifferentialEvolutionEntry();

}  // namespace thalweg
