#pragma once

#include "server/core/populations/population_method.h"
#include "server/core/random.h"

namespace thalweg {

/// A colony of bees: each source of food (a member) is searched nearby, along one coordinate, by a
/// bee of its own; the good ones once more by onlookers; one that has not become better for long is
/// left for a new one anywhere. Karaboga & Basturk (2007). An iteration is a cycle of all three.
class ArtificialBeeColony final : public PopulationMethod {
 public:
  struct Options : PopulationOptions {
    int64_t limit = 0;
  };
  static OptionTable<Options> Table();

  explicit ArtificialBeeColony(const Options& options)
      : PopulationMethod(options, 2), options_(options) {}

 private:
  Index UsualSize(Index n) const override;
  void Begin(Problem& problem, const Iterate& at) override;
  absl::Status Generation(Problem& problem, Iterate& at) override;
  void RememberMore(State& state) override;

  absl::Status Search(const std::vector<Index>& sources, Random& random, Problem& problem,
                      Iterate& at);
  std::vector<Index> ChosenByOnlookers(Random& random) const;
  absl::Status SendScout(Random& random, Problem& problem, Iterate& at);

  const Options options_;

  std::vector<int64_t> fruitless_searches_;  // of each source, since it last became better

  // Of one search.
  Matrix trials_;
  Vector trial_values_;
};

OptimizerEntry ArtificialBeeColonyEntry();

}  // namespace thalweg
