#include "server/core/optimizers/differential_evolution.h"

#include <algorithm>

#include "server/core/entry_of.h"
#include "server/core/populations/differential.h"
#include "server/core/populations/evaluate.h"

namespace thalweg {

OptionTable<DifferentialEvolution::Options> DifferentialEvolution::Table() {
  return Joined<Options>(
      {
          {"strategy",
           &Options::strategy,
           {},
           "where a trial begins and along how many differences it moves, in SciPy's names",
           {"rand1bin", "best1bin", "currenttobest1bin", "rand2bin"}},
          {"factor", &Options::factor, Range{0, 2, true, false},
           "F, by which differences are scaled, a number or schedule"},
          {"crossover", &Options::crossover, kUnit,
           "CR, the share of coordinates that a trial has of the mutant, a number or schedule"},
          {"dither", &Options::dither, kUnitHalfOpen,
           "F is drawn between (1 - dither) F and (1 + dither) F for each generation"},
      },
      PopulationTable("10 n, between 40 and 200"));
}

Index DifferentialEvolution::UsualSize(Index n) const {
  return 10 * std::clamp(n, Index{4}, Index{20});
}

absl::Status DifferentialEvolution::Generation(Problem& problem, Iterate& at) {
  Random random(problem.seed(), at.iteration, 0);
  const double dither = options_.dither;
  const double factor = options_.factor.At(at.iteration) * random.Uniform(1 - dither, 1 + dither);
  const double crossover = options_.crossover.At(at.iteration);
  const Index best = members_.Best();
  trials_.resize(members_.points.rows(), members_.size());
  for (Index i = 0; i < members_.size(); ++i) {
    trials_.col(i) = Mutant(i, best, factor, random);
    CrossOver(crossover, members_.points.col(i), random, trials_.col(i));
    PullInside(problem.bounds(), members_.points.col(i), trials_.col(i));
  }
  absl::Status status = EvaluateMembers(problem, trials_, at, trial_values_);
  if (!status.ok()) return status;
  for (Index i = 0; i < members_.size(); ++i) {
    if (!(trial_values_[i] <= members_.values[i])) continue;
    members_.points.col(i) = trials_.col(i);
    members_.values[i] = trial_values_[i];
  }
  return status;
}

Vector DifferentialEvolution::Mutant(Index i, Index best, double factor, Random& random) const {
  const Matrix& x = members_.points;
  const Index size = members_.size();
  const Index a = OtherThan(random, size, i);
  const Index b = OtherThan(random, size, i, a);
  if (options_.strategy == "best1bin") return x.col(best) + factor * (x.col(a) - x.col(b));
  if (options_.strategy == "currenttobest1bin") {
    return x.col(i) + factor * (x.col(best) - x.col(i)) + factor * (x.col(a) - x.col(b));
  }
  const Index c = OtherThan(random, size, i, a, b);
  if (options_.strategy == "rand1bin") return x.col(c) + factor * (x.col(a) - x.col(b));
  const Index d = OtherThan(random, size, i, a, b, c);
  const Index e = OtherThan(random, size, i, a, b, c, d);
  return x.col(c) + factor * (x.col(a) - x.col(b)) + factor * (x.col(d) - x.col(e));
}

OptimizerEntry DifferentialEvolutionEntry() {
  return EntryOf<Optimizer, DifferentialEvolution>(
      {.name = "differential_evolution",
       .title = "Differential evolution",
       .summary = "Moves the members of a population along scaled differences of others and keeps "
                  "what is no worse.",
       .formula = "u = x_r1 + F*(x_r2 - x_r3), crossed with x_i at rate CR; u replaces x_i where "
                  "f(u) <= f(x_i)",
       .source = "Storn & Price (1997), J. Global Optimization 11",
       .advice = "For rugged functions in a box, up to about 30 variables. lshade finds F and CR "
                 "by itself and is the better first choice; crossover near 0 suits functions whose "
                 "variables do not interact, near 1 those whose do.",
       .example = "thalweg minimize --function ackley --lower x=-32 --upper x=32 "
                  "--optimizer differential_evolution"});
}

}  // namespace thalweg
