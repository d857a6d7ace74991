#include "server/core/optimizers/particle_swarm.h"

#include "server/core/entry_of.h"
#include "server/core/populations/evaluate.h"
#include "server/core/random.h"

namespace thalweg {
namespace {

constexpr Index kUsualSize = 40;
constexpr double kBounce = -0.5;

}  // namespace

OptionTable<ParticleSwarm::Options> ParticleSwarm::Table() {
  return Joined<Options>(
      {
          {"topology",
           &Options::topology,
           {},
           "whose best points draw a particle: its two neighbours' on a ring, or everybody's",
           {"ring", "global"}},
          {"inertia", &Options::inertia, kUnitHalfOpen,
           "part of its velocity that a particle keeps"},
          {"cognitive", &Options::cognitive, Range{0, 4, false, false},
           "pull towards its own best point"},
          {"social", &Options::social, Range{0, 4, false, false},
           "pull towards the best point of its neighbours"},
      },
      PopulationTable("40"));
}

Index ParticleSwarm::UsualSize(Index /*n*/) const { return kUsualSize; }

// Half way to another point of the region, as SPSO-2007.
void ParticleSwarm::Begin(Problem& problem, const Iterate& at) {
  Random random(problem.seed(), at.iteration, -1);
  positions_ = members_.points;
  velocities_.resizeLike(positions_);
  for (Index i = 0; i < members_.size(); ++i) {
    for (Index d = 0; d < velocities_.rows(); ++d) {
      const double there = random.Uniform(region_.lower[d], region_.upper[d]);
      velocities_(d, i) = (there - positions_(d, i)) / 2;
    }
  }
}

absl::Status ParticleSwarm::Generation(Problem& problem, Iterate& at) {
  Random random(problem.seed(), at.iteration, 0);
  const Index best = members_.Best();
  for (Index i = 0; i < members_.size(); ++i) {
    const Index leader = Leader(i, best);
    for (Index d = 0; d < positions_.rows(); ++d) {
      const double x = positions_(d, i);
      double& v = velocities_(d, i);
      v = options_.inertia * v +
          options_.cognitive * random.Uniform() * (members_.points(d, i) - x) +
          options_.social * random.Uniform() * (members_.points(d, leader) - x);
    }
    positions_.col(i) += velocities_.col(i);
    Bounce(problem.bounds(), i);
  }
  absl::Status status = EvaluateMembers(problem, positions_, at, values_);
  if (!status.ok()) return status;
  for (Index i = 0; i < members_.size(); ++i) {
    if (!(values_[i] < members_.values[i])) continue;
    members_.points.col(i) = positions_.col(i);
    members_.values[i] = values_[i];
  }
  return status;
}

Index ParticleSwarm::Leader(Index i, Index best) const {
  if (options_.topology == "global") return best;
  const Index size = members_.size();
  Index leader = i;
  for (const Index neighbour : {(i + 1) % size, (i + size - 1) % size}) {
    if (members_.values[neighbour] < members_.values[leader]) leader = neighbour;
  }
  return leader;
}

void ParticleSwarm::Bounce(const Bounds& bounds, Index i) {
  if (!bounds.any()) return;
  for (Index d = 0; d < positions_.rows(); ++d) {
    double& x = positions_(d, i);
    if (x >= bounds.lower[d] && x <= bounds.upper[d]) continue;
    x = x < bounds.lower[d] ? bounds.lower[d] : bounds.upper[d];
    velocities_(d, i) *= kBounce;
  }
}

void ParticleSwarm::RememberMore(State& state) {
  state.Keep("positions", positions_);
  state.Keep("velocities", velocities_);
}

OptimizerEntry ParticleSwarmEntry() {
  return EntryOf<Optimizer, ParticleSwarm>(
      {.name = "particle_swarm",
       .title = "Particle swarm",
       .summary =
           "Particles with inertia, each drawn to the best point it has seen and to the best "
           "its neighbours have.",
       .formula = "v = inertia*v + cognitive*U*(p - x) + social*U*(g - x); x += v",
       .source = "Kennedy & Eberhart (1995); Clerc & Kennedy (2002); Bratton & Kennedy (2007)",
       .advice = "For functions of a few variables with many minima, and to see a swarm at work. "
                 "On ill-conditioned valleys cma_es, in many dimensions lshade is surer. The "
                 "global topology is faster and more easily caught.",
       .example = "thalweg minimize --function ackley --lower x=-32 --upper x=32 "
                  "--optimizer particle_swarm"});
}

}  // namespace thalweg
