// Differential evolution, particle swarm, genetic algorithm and bee colony: what is theirs alone.
// What they share is in tests/conformance; how often they succeed, in tests/reference.

#include <cmath>

#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::FromText;
using testing::Outcome;
using testing::Point;
using testing::RunOf;

std::unique_ptr<Objective> Bowl() {
  return FromText("sum((i+1)*(x[i]-0.5)**2 for i in range(4))", 4);
}

DescentSettings InBox(Part optimizer, int64_t most) {
  return {.optimizer = std::move(optimizer),
          .stopping = {After(most)},
          .start = Point({3, -3, 2, -2}),
          .bounds = {Vector::Constant(4, -5), Vector::Constant(4, 5)},
          .seed = 11};
}

int64_t EvaluationsOf(const Outcome& outcome, size_t k) {
  return outcome.iterates[k].evaluations.values - outcome.iterates[k - 1].evaluations.values;
}

/// Generations to a value of 1e-10.
int64_t GenerationsOf(Part optimizer) {
  DescentSettings settings = InBox(std::move(optimizer), 20'000);
  settings.stopping.push_back({"target_value", {{"threshold", 1e-10}}});
  const Outcome outcome = RunOf(Bowl(), settings);
  EXPECT_LE(outcome.best.value, 1e-10) << outcome.reason.detail;
  return outcome.iterates.back().iteration;
}

TEST(EveryPopulation, CollapsesOnABowlAndSaysSo) {
  for (const auto* kind : {"differential_evolution", "particle_swarm"}) {
    const Outcome outcome = RunOf(Bowl(), InBox({kind, {}}, 20'000));

    EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << kind;
    EXPECT_EQ(outcome.reason.criterion, "population_spread");
    EXPECT_EQ(outcome.reason.measured, outcome.iterates.back().learning_rate);
    EXPECT_LT(outcome.best.value, 1e-15);
  }
}

TEST(EveryPopulation, LosesPatienceWhereNothingBetterIsFound) {
  for (const auto* kind :
       {"differential_evolution", "particle_swarm", "genetic_algorithm", "artificial_bee_colony"}) {
    const Outcome outcome =
        RunOf(FromText("0*sum(x)", 4), InBox({kind, {{"patience", 25.0}}}, 1000));

    EXPECT_EQ(outcome.reason.termination, Termination::kStalled) << kind;
    EXPECT_EQ(outcome.reason.criterion, "patience");
    EXPECT_EQ(outcome.iterates.back().iteration, 25);
  }
}

TEST(DifferentialEvolution, IsTheFasterTheGreedier) {
  const auto with = [](const char* strategy) {
    return GenerationsOf({"differential_evolution", {{"strategy", std::string(strategy)}}});
  };
  const int64_t random = with("rand1bin");

  EXPECT_LT(with("best1bin"), random);
  EXPECT_LT(with("currenttobest1bin"), random);
  EXPECT_GT(with("rand2bin"), random);
}

TEST(DifferentialEvolution, FollowsASchedule) {
  const Part falling{"step", {{"initial", 0.9}, {"factor", 0.5}, {"every", 10.0}}};
  const auto changing =
      RunOf(Bowl(), InBox({"differential_evolution", {{"factor", std::vector<Part>{falling}}}}, 30))
          .iterates;
  const auto fixed =
      RunOf(Bowl(), InBox({"differential_evolution", {{"factor", 0.9}}}, 30)).iterates;

  EXPECT_EQ(changing[10].x, fixed[10].x);  // the step from 10 to 11 is the first with another F
  EXPECT_NE(changing[30].x, fixed[30].x);
}

TEST(ParticleSwarm, IsFasterWhereEverybodyKnowsTheBest) {
  EXPECT_LT(GenerationsOf({"particle_swarm", {{"topology", std::string("global")}}}),
            GenerationsOf({"particle_swarm", {}}));
}

TEST(GeneticAlgorithm, EvaluatesAllButTheElite) {
  const Outcome outcome =
      RunOf(Bowl(), InBox({"genetic_algorithm", {{"population", 50.0}, {"elite_share", 0.1}}}, 10));

  EXPECT_EQ(EvaluationsOf(outcome, 1), 49);
  EXPECT_EQ(EvaluationsOf(outcome, 2), 45);
  EXPECT_EQ(EvaluationsOf(outcome, 10), 45);
}

TEST(GeneticAlgorithm, ComesNearAMinimum) {
  const Outcome outcome = RunOf(Bowl(), InBox({"genetic_algorithm", {}}, 500));

  EXPECT_LT(outcome.best.value, 1e-6 * outcome.iterates.front().value);
}

TEST(ArtificialBeeColony, SearchesEverySourceTwiceAndSendsAScoutAfterTheLimit) {
  const Outcome outcome =
      RunOf(FromText("0*sum(x)", 4),  // no search succeeds
            InBox({"artificial_bee_colony", {{"population", 10.0}, {"limit", 5.0}}}, 30));

  EXPECT_EQ(EvaluationsOf(outcome, 1), 9);
  EXPECT_EQ(EvaluationsOf(outcome, 2), 20);  // one or two searches each, or a few more
  int scouts = 0;
  for (size_t k = 2; k < outcome.iterates.size(); ++k) {
    EXPECT_GE(EvaluationsOf(outcome, k), 20);
    EXPECT_LE(EvaluationsOf(outcome, k), 21);
    scouts += EvaluationsOf(outcome, k) == 21;
  }
  EXPECT_GE(scouts, 20);
}

}  // namespace
}  // namespace thalweg
