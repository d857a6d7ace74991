#include "server/core/optimizers/adam.h"

#include <cmath>

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {
namespace {

OptionTable<Adam::Options> MomentsTable() {
  using Options = Adam::Options;
  return {
      {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
      {"beta2", &Options::beta2, kUnitHalfOpen, "decay of v, the mean squared gradient"},
      {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
      {"epsilon_placement",
       &Options::epsilon_placement,
       {},
       "corrected: added to the root of the bias-corrected v, as in the paper's Alg. 1 and "
       "PyTorch; "
       "uncorrected: to the root of v itself, as at the end of its section 2 and in ensmallen",
       {"corrected", "uncorrected"}},
  };
}

OptionRow<Adam::Options> AmsGradRow() {
  return {"amsgrad", &Adam::Options::amsgrad, {}, "divide by the largest v so far"};
}

}  // namespace

OptionTable<Adam::Options> Adam::Table() {
  return Joined<Options>(MomentsTable(), FirstOrderTable());
}

OptionTable<AdamW::Options> AdamW::Table() {
  OptionTable<Adam::Options> own = MomentsTable();
  own.push_back(AmsGradRow());
  return Joined<Options>(Joined<Options>({}, own), FirstOrderTable(WeightDecay::kDecoupled));
}

OptionTable<AmsGrad::Options> AmsGrad::Table() {
  return Joined<Options>(Joined<Options>({}, MomentsTable()), FirstOrderTable());
}

void Adam::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), v_);
  if (options_.amsgrad) ZeroAtFirst(gradient.size(), v_most_);

  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double step = rate / first_.Next(beta1);
  const double root = std::sqrt(second_.Next(beta2));
  // m/(sqrt(v)/root + epsilon), or with epsilon uncorrected m*root/(sqrt(v) + epsilon): both are
  // scale*m/(sqrt(v)/divisor + epsilon).
  const double divisor = epsilon_corrected_ ? root : 1;
  const double scale = epsilon_corrected_ ? step : step * root;
  const double epsilon = options_.epsilon;

  const auto update_moments = [=](ConstBlock g, Block m, Block v) {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g.square();
  };
  if (options_.amsgrad) {
    InBlocks(
        [=](ConstBlock g, Block x_block, Block m, Block v, Block v_most) {
          update_moments(g, m, v);
          v_most = v_most.max(v);
          x_block -= scale * m / (v_most.sqrt() / divisor + epsilon);
        },
        gradient, x, m_, v_, v_most_);
  } else {
    InBlocks(
        [=](ConstBlock g, Block x_block, Block m, Block v) {
          update_moments(g, m, v);
          x_block -= scale * m / (v.sqrt() / divisor + epsilon);
        },
        gradient, x, m_, v_);
  }
}

void Adam::Remember(State& state) {
  first_.Remember(state, "beta1^t");
  second_.Remember(state, "beta2^t");
  state.Keep("m", m_);
  state.Keep("v", v_);
  if (options_.amsgrad) state.Keep("v_most", v_most_);
}

OptimizerEntry AdamEntry() {
  return EntryOf<Optimizer, Adam>(
      {.name = "adam",
       .title = "Adam",
       .summary = "Steps scaled per coordinate by running moments of the gradient.",
       .formula = "m = beta1*m + (1-beta1)*g; v = beta2*v + (1-beta2)*g^2; "
                  "x -= learning_rate*m/(1-beta1^t)/(sqrt(v/(1-beta2^t)) + epsilon)",
       .source = "Kingma & Ba (2015), arXiv:1412.6980",
       .advice = "A first choice for noisy or badly scaled objectives with many "
                 "variables. With exact gradients of a smooth function, lbfgs needs far "
                 "fewer steps.",
       .example = "thalweg minimize --function rosenbrock --dimension 10 --optimizer "
                  "adam --set learning_rate=0.02"});
}

OptimizerEntry AdamWEntry() {
  return EntryOf<Optimizer, AdamW>(
      {.name = "adamw",
       .title = "AdamW",
       .summary = "Adam whose weight decay shrinks x directly, apart from the gradient's moments.",
       .formula = "x *= 1 - learning_rate*weight_decay; then Adam's step",
       .source = "Loshchilov & Hutter (2019), arXiv:1711.05101",
       .advice = "Adam for models that are regularised: the decay is the same for all "
                 "weights, whatever their gradients. weight_decay moves the minimum; "
                 "with 0 it is Adam.",
       .example = "thalweg minimize --function booth --optimizer adamw --set "
                  "learning_rate=0.05 --set weight_decay=0.001 --stop stall"});
}

OptimizerEntry AmsGradEntry() {
  return EntryOf<Optimizer, AmsGrad>(
      {.name = "amsgrad",
       .title = "AMSGrad",
       .summary = "Adam with a denominator that never shrinks, so that rates only fall.",
       .formula = "w = max(w, v); x -= learning_rate*m/(1-beta1^t)/(sqrt(w/(1-beta2^t)) + epsilon)",
       .source = "Reddi, Kale & Kumar (2018), arXiv:1904.09237",
       .advice = "Where Adam does not settle because its denominator shrinks between "
                 "rare large gradients. More cautious than Adam, and slower after a "
                 "steep start.",
       .example = "thalweg minimize --function beale --optimizer amsgrad --set "
                  "learning_rate=0.05"});
}

}  // namespace thalweg
