#pragma once

#include <string>

#include "server/core/populations/population_method.h"

namespace thalweg {

/// Particles fly on, drawn to the best point each has seen and to the best that its neighbours
/// have. Kennedy & Eberhart (1995) with the constriction of Clerc & Kennedy (2002); the ring of
/// Bratton & Kennedy (2007). A particle that meets a bound stays there and turns back with half its
/// speed (as SPSO-2011). The population is that of the best points seen.
class ParticleSwarm final : public PopulationMethod {
 public:
  struct Options : PopulationOptions {
    std::string topology = "ring";
    double inertia = 0.7298437881283576;
    double cognitive = 1.4961797656631332;
    double social = 1.4961797656631332;
  };
  static OptionTable<Options> Table();

  explicit ParticleSwarm(const Options& options)
      : PopulationMethod(options, 3), options_(options) {}

 private:
  Index UsualSize(Index n) const override;
  void Begin(Problem& problem, const Iterate& at) override;
  absl::Status Generation(Problem& problem, Iterate& at) override;
  void RememberMore(State& state) override;

  Index Leader(Index i, Index best) const;
  void Bounce(const Bounds& bounds, Index i);

  const Options options_;

  Matrix positions_;   // n x N
  Matrix velocities_;  // n x N

  Vector values_;  // of one generation
};

OptimizerEntry ParticleSwarmEntry();

}  // namespace thalweg
