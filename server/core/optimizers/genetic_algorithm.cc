#include "server/core/optimizers/genetic_algorithm.h"

#include <algorithm>
#include <utility>

#include "server/core/deterministic_math.h"
#include "server/core/entry_of.h"
#include "server/core/populations/evaluate.h"

namespace thalweg {

OptionTable<GeneticAlgorithm::Options> GeneticAlgorithm::Table() {
  return Joined<Options>(
      {
          {"tournament", &Options::tournament, Range{1, 1000, false, false},
           "members drawn for each parent, of which the best is taken"},
          {"crossover_rate", &Options::crossover_rate, kUnit,
           "probability that two parents are crossed and not copied"},
          {"crossover_index", &Options::crossover_index, kNonNegative,
           "eta_c: the larger, the nearer children are to their parents"},
          {"mutation_rate", &Options::mutation_rate, kUnit,
           "probability that a coordinate is mutated; 0: 1/n"},
          {"mutation_index", &Options::mutation_index, kNonNegative,
           "eta_m: the larger, the smaller mutations are"},
          {"elite_share", &Options::elite_share, Range{0, 0.5, false, false},
           "share of the population, the best of it, that survives a generation"},
      },
      PopulationTable("10 n, between 40 and 200"));
}

Index GeneticAlgorithm::UsualSize(Index n) const { return 10 * std::clamp(n, Index{4}, Index{20}); }

absl::Status GeneticAlgorithm::Generation(Problem& problem, Iterate& at) {
  Random random(problem.seed(), at.iteration, 0);
  const Index size = members_.size();
  const auto elites = static_cast<Index>(options_.elite_share * static_cast<double>(size));
  const Vector width = region_.Width();
  children_.resize(members_.points.rows(), size - elites);
  for (Index i = 0; i < children_.cols(); i += 2) {
    Vector one = members_.points.col(WinnerOfTournament(random));
    Vector other = members_.points.col(WinnerOfTournament(random));
    if (random.Uniform() < options_.crossover_rate) Cross(random, one, other);
    for (Vector* const child : {&one, &other}) {
      Mutate(random, width, *child);
      problem.bounds().Project(*child);
    }
    children_.col(i) = one;
    if (i + 1 < children_.cols()) children_.col(i + 1) = other;
  }
  absl::Status status = EvaluateMembers(problem, children_, at, child_values_);
  if (!status.ok()) return status;
  members_.Keep(members_.Ranked(), elites);
  members_.points.conservativeResize(Eigen::NoChange, size);
  members_.points.rightCols(size - elites) = children_;
  members_.values.conservativeResize(size);
  members_.values.tail(size - elites) = child_values_;
  return status;
}

Index GeneticAlgorithm::WinnerOfTournament(Random& random) const {
  Index winner = random.Below(members_.size());
  for (int64_t i = 1; i < options_.tournament; ++i) {
    const Index rival = random.Below(members_.size());
    if (members_.values[rival] < members_.values[winner]) winner = rival;
  }
  return winner;
}

// Children keep their parents' mean; beta is their distance over that of the parents, around 1.
// Half of the coordinates are crossed, the others handed down as they are.
void GeneticAlgorithm::Cross(Random& random, Vector& one, Vector& other) const {
  const double exponent = 1 / (options_.crossover_index + 1);
  for (Index d = 0; d < one.size(); ++d) {
    if (random.Uniform() < 0.5) continue;
    const double u = random.Uniform();
    const double beta = u < 0.5 ? Power(2 * u, exponent) : Power(0.5 / (1 - u), exponent);
    const double mean = (one[d] + other[d]) / 2;
    const double half = beta * (other[d] - one[d]) / 2;
    one[d] = mean - half;
    other[d] = mean + half;
    if (random.Uniform() < 0.5) std::swap(one[d], other[d]);
  }
}

void GeneticAlgorithm::Mutate(Random& random, const Vector& width, Vector& child) const {
  const double rate =
      options_.mutation_rate > 0 ? options_.mutation_rate : 1 / static_cast<double>(child.size());
  const double exponent = 1 / (options_.mutation_index + 1);
  for (Index d = 0; d < child.size(); ++d) {
    if (random.Uniform() >= rate) continue;
    const double u = random.Uniform();
    const double delta = u < 0.5 ? Power(2 * u, exponent) - 1 : 1 - Power(2 * (1 - u), exponent);
    child[d] += delta * width[d];
  }
}

OptimizerEntry GeneticAlgorithmEntry() {
  return EntryOf<Optimizer, GeneticAlgorithm>(
      {.name = "genetic_algorithm",
       .title = "Genetic algorithm",
       .summary =
           "Tournaments choose parents, crossover and mutation make their children, the best "
           "of the old generation survive.",
       .formula = "c = (p1 + p2)/2 -+ beta*(p2 - p1)/2, then c_d += delta*width_d at rate 1/n; "
                  "beta, delta with polynomial densities",
       .source = "Deb & Agrawal (1995), Complex Systems 9; Deb (2001)",
       .advice = "For rugged functions where variables can be recombined. It comes near a minimum "
                 "rather than onto it; lshade needs fewer evaluations nearly always.",
       .example = "thalweg minimize --function rastrigin --lower x=-5.12 --upper x=5.12 "
                  "--optimizer genetic_algorithm"});
}

}  // namespace thalweg
