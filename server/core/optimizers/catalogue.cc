#include "server/core/composition/auto.h"
#include "server/core/composition/restarting.h"
#include "server/core/composition/stages.h"
#include "server/core/optimizers/adabelief.h"
#include "server/core/optimizers/adabound.h"
#include "server/core/optimizers/adadelta.h"
#include "server/core/optimizers/adagrad.h"
#include "server/core/optimizers/adam.h"
#include "server/core/optimizers/adamax.h"
#include "server/core/optimizers/artificial_bee_colony.h"
#include "server/core/optimizers/augmented_lagrangian.h"
#include "server/core/optimizers/barzilai_borwein.h"
#include "server/core/optimizers/bfgs.h"
#include "server/core/optimizers/cma_es.h"
#include "server/core/optimizers/conjugate_gradient.h"
#include "server/core/optimizers/differential_evolution.h"
#include "server/core/optimizers/dogleg.h"
#include "server/core/optimizers/escape_saddles.h"
#include "server/core/optimizers/fista.h"
#include "server/core/optimizers/gauss_newton.h"
#include "server/core/optimizers/genetic_algorithm.h"
#include "server/core/optimizers/gradient_descent.h"
#include "server/core/optimizers/lbfgs.h"
#include "server/core/optimizers/lbfgsb.h"
#include "server/core/optimizers/levenberg_marquardt.h"
#include "server/core/optimizers/lion.h"
#include "server/core/optimizers/lookahead.h"
#include "server/core/optimizers/lshade.h"
#include "server/core/optimizers/momentum.h"
#include "server/core/optimizers/nadam.h"
#include "server/core/optimizers/nadamax.h"
#include "server/core/optimizers/nelder_mead.h"
#include "server/core/optimizers/nesterov.h"
#include "server/core/optimizers/newton_trust_region.h"
#include "server/core/optimizers/optimistic_adam.h"
#include "server/core/optimizers/padam.h"
#include "server/core/optimizers/particle_swarm.h"
#include "server/core/optimizers/pattern_search.h"
#include "server/core/optimizers/polyak.h"
#include "server/core/optimizers/powell.h"
#include "server/core/optimizers/proximal_gradient.h"
#include "server/core/optimizers/qhadam.h"
#include "server/core/optimizers/radam.h"
#include "server/core/optimizers/random_search.h"
#include "server/core/optimizers/rmsprop.h"
#include "server/core/optimizers/rprop.h"
#include "server/core/optimizers/saga.h"
#include "server/core/optimizers/sgd.h"
#include "server/core/optimizers/simulated_annealing.h"
#include "server/core/optimizers/sqp.h"
#include "server/core/optimizers/svrg.h"
#include "server/core/optimizers/swats.h"
#include "server/core/optimizers/truncated_newton.h"
#include "server/core/optimizers/yogi.h"

namespace thalweg {

std::span<const OptimizerEntry> Optimizers() {
  static const std::vector<OptimizerEntry> entries{
      GradientDescentEntry(),
      MomentumEntry(),
      NesterovEntry(),
      AdagradEntry(),
      AdadeltaEntry(),
      RmsPropEntry(),
      AdamEntry(),
      AdamWEntry(),
      AdamaxEntry(),
      AmsGradEntry(),
      NadamEntry(),
      NadaMaxEntry(),
      RAdamEntry(),
      YogiEntry(),
      AdaBeliefEntry(),
      AdaBoundEntry(),
      QhAdamEntry(),
      PadamEntry(),
      OptimisticAdamEntry(),
      SwatsEntry(),
      LionEntry(),
      RpropEntry(),
      LookaheadEntry(),
      PolyakEntry(),
      ProximalGradientEntry(),
      FistaEntry(),
      BfgsEntry(),
      LbfgsEntry(),
      NelderMeadEntry(),
      PatternSearchEntry(),
      PowellEntry(),
      DifferentialEvolutionEntry(),
      RandomSearchEntry(),
      SimulatedAnnealingEntry(),
      LshadeEntry(),
      CmaEsEntry(),
      ParticleSwarmEntry(),
      GeneticAlgorithmEntry(),
      ArtificialBeeColonyEntry(),
      ConjugateGradientEntry(),
      LbfgsbEntry(),
      BarzilaiBorweinEntry(),
      LevenbergMarquardtEntry(),
      GaussNewtonEntry(),
      DoglegEntry(),
      AutoEntry(),
      StagesEntry(),
      MultiStartEntry(),
      RestartsEntry(),
      TruncatedNewtonEntry(),
      NewtonTrustRegionEntry(),
      SqpEntry(),
      AugmentedLagrangianEntry(),
      EscapeSaddlesEntry(),
      SgdEntry(),
      SvrgEntry(),
      SagaEntry(),
  };
  return entries;
}

}  // namespace thalweg
