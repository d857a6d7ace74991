#include "server/core/optimizers/first_order.h"

#include "server/core/norms.h"

namespace thalweg {
namespace {

// In (0, inf]: a bound, or none.
constexpr Range kBound{0, kInfinity, true, false};

// torch.nn.utils.clip_grad_norm_ adds this to the norm before dividing.
constexpr double kClipNormEpsilon = 1e-6;

}  // namespace

OptionTable<FirstOrderOptions> FirstOrderTable(WeightDecay decay) {
  using Options = FirstOrderOptions;
  return {
      {"learning_rate", &Options::learning_rate, kPositive, "size of a step, a number or schedule"},
      {"weight_decay", &Options::weight_decay, kNonNegative,
       decay == WeightDecay::kL2 ? "times x, added to the gradient"
                                 : "x shrinks by learning_rate times this at each step"},
      {"clip_value", &Options::clip_value, kBound,
       "each coordinate of the gradient is brought into [-clip_value, clip_value]"},
      {"clip_norm", &Options::clip_norm, kBound,
       "a gradient of larger 2-norm is scaled down to it, after clip_value"},
  };
}

absl::Status FirstOrder::Step(Problem& problem, Iterate& at) {
  const double rate = shared_.learning_rate.At(at.iteration);
  Clip(at);
  Decay(rate, at);
  Move(rate, at.gradient, at.x);
  problem.bounds().Project(at.x);
  at.learning_rate = rate;
  return problem.Evaluate(at);
}

// The gradient is changed in place: the step is its last use.
void FirstOrder::Clip(Iterate& at) const {
  const double most = shared_.clip_value;
  if (most < kInfinity && at.gradient.lpNorm<Eigen::Infinity>() > most) {
    at.gradient = at.gradient.cwiseMin(most).cwiseMax(-most);
    at.flags |= kClipped;
  }
  if (shared_.clip_norm < kInfinity) {
    const double factor = shared_.clip_norm / (NormsOf(at.gradient).two + kClipNormEpsilon);
    if (factor < 1) {
      at.gradient *= factor;
      at.flags |= kClipped;
    }
  }
}

void FirstOrder::Decay(double rate, Iterate& at) const {
  if (shared_.weight_decay == 0) return;
  if (decay_ == WeightDecay::kL2) {
    at.gradient += shared_.weight_decay * at.x;
  } else {
    at.x *= 1 - rate * shared_.weight_decay;
  }
}

}  // namespace thalweg
