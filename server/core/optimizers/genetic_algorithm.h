#pragma once

#include "server/core/populations/population_method.h"
#include "server/core/random.h"

namespace thalweg {

/// A genetic algorithm on real numbers: parents win tournaments, children lie around them
/// (simulated binary crossover, Deb & Agrawal (1995)) and are mutated here and there (polynomial
/// mutation, Deb & Goyal (1996)); the best of the old generation survive.
class GeneticAlgorithm final : public PopulationMethod {
 public:
  struct Options : PopulationOptions {
    int64_t tournament = 2;
    double crossover_rate = 0.9;
    double crossover_index = 2;
    double mutation_rate = 0;
    double mutation_index = 20;
    double elite_share = 0.2;
  };
  static OptionTable<Options> Table();

  explicit GeneticAlgorithm(const Options& options)
      : PopulationMethod(options, 4), options_(options) {}

 private:
  Index UsualSize(Index n) const override;
  absl::Status Generation(Problem& problem, Iterate& at) override;
  void RememberMore(State& /*state*/) override {}

  Index WinnerOfTournament(Random& random) const;
  void Cross(Random& random, Vector& one, Vector& other) const;
  void Mutate(Random& random, const Vector& width, Vector& child) const;

  const Options options_;

  // Of one generation.
  Matrix children_;
  Vector child_values_;
};

OptimizerEntry GeneticAlgorithmEntry();

}  // namespace thalweg
