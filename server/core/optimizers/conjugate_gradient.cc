#include "server/core/optimizers/conjugate_gradient.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "server/core/entry_of.h"

namespace thalweg {
namespace {

// In the order of ConjugateGradient::Beta.
const std::vector<std::string>& Betas() {
  static const std::vector<std::string> names = {"fletcher_reeves", "polak_ribiere",
                                                 "hestenes_stiefel", "dai_yuan", "hager_zhang"};
  return names;
}

}  // namespace

OptionTable<ConjugateGradient::Options> ConjugateGradient::Table() {
  return {
      {"beta", &Options::beta, {}, "which formula gives the part of the last direction", Betas()},
      {"restart", &Options::restart, kNonNegative,
       "begins afresh where |g'g_before| is more than this part of g'g, Powell's criterion; 0: "
       "what "
       "suits beta, 1 for fletcher_reeves and dai_yuan, else 10"},
      {"line_search", &Options::line_search, From("line search"), "how step lengths are found"},
  };
}

absl::StatusOr<std::unique_ptr<Optimizer>> ConjugateGradient::Make(const Options& options) {
  auto search = MakeLineSearch(options.line_search);
  if (!search.ok()) return search.status();
  const auto beta = std::find(Betas().begin(), Betas().end(), options.beta) - Betas().begin();
  const auto kind = static_cast<Beta>(beta);
  const double restart = options.restart > 0 ? options.restart : UsualRestart(kind);
  return std::unique_ptr<Optimizer>(new ConjugateGradient(kind, restart, *std::move(search)));
}

// Those whose beta is g'g over something are never near 0 by themselves, and jam after a bad step
// (Powell (1977)); the others mend themselves, and lose by each restart. Measured on chained
// Rosenbrock, n = 100: hager_zhang takes 1 688 evaluations with 10, 2 787 with 1, 7 380 with 0.2.
double ConjugateGradient::UsualRestart(Beta beta) {
  return beta == Beta::kFletcherReeves || beta == Beta::kDaiYuan ? 1 : 10;
}

void ConjugateGradient::Fit(Index n) {
  if (next_.size() != n) next_.resize(0);
}

void ConjugateGradient::Direct(const Bounds& /*bounds*/, const Iterate& /*at*/, Vector& direction) {
  direction = next_;
}

// Powell (1977), Math. Program. 12: successive gradients are orthogonal on a quadratic; where they
// are far from that, the last direction is worth nothing.
void ConjugateGradient::Learn(const Move& move) {
  const Vector& g = move.after.gradient;
  gain_length_ = move.step * move.slope_before;
  const bool far = std::abs(g.dot(move.before.gradient)) >= restart_ * g.squaredNorm();
  const double beta = far ? 0 : BetaOf(move);
  next_ = -g + (std::isfinite(beta) ? beta : 0) * move.direction;
}

// Names as in Hager & Zhang (2006), table 1; y = g - g_before, and d'y comes from the slopes.
double ConjugateGradient::BetaOf(const Move& move) const {
  const Vector& g = move.after.gradient;
  const Vector& old = move.before.gradient;
  const double gg = g.squaredNorm();
  const double gy = gg - g.dot(old);
  const double dy = move.slope_after - move.slope_before;
  switch (beta_) {
    case Beta::kFletcherReeves:
      return gg / old.squaredNorm();
    case Beta::kPolakRibiere:
      return std::max(0.0, gy / old.squaredNorm());  // PR+: Gilbert & Nocedal (1992)
    case Beta::kHestenesStiefel:
      return std::max(0.0, gy / dy);
    case Beta::kDaiYuan:
      return gg / dy;
    case Beta::kHagerZhang: {
      // (2005), eq. (1.3), (1.5) and (1.6), eta = 0.01.
      const double yy = (g - old).squaredNorm();
      const double beta = (gy - 2 * move.slope_after * yy / dy) / dy;
      const double least = -1 / (move.direction.norm() * std::min(0.01, old.norm()));
      return std::max(beta, least);
    }
  }
  return 0;
}

void ConjugateGradient::Keep(State& state) {
  state.Keep("next", next_);
  state.Keep("gain_length", gain_length_);
}

OptimizerEntry ConjugateGradientEntry() {
  return EntryOf<Optimizer, ConjugateGradient>(
      {.name = "conjugate_gradient",
       .title = "Nonlinear conjugate gradients",
       .summary = "Steps along the gradient bent by the last direction, so that what was gained is "
                  "not lost again.",
       .formula = "x += a*d; d = -g + beta*d",
       .source =
           "Hestenes & Stiefel (1952); Fletcher & Reeves (1964); Polak & Ribière (1969); Dai & "
           "Yuan (1999); Hager & Zhang (2005)",
       .advice = "For very many variables where even the vectors that lbfgs keeps are too much: it "
                 "keeps one. Otherwise lbfgs needs fewer evaluations.",
       .example = "thalweg minimize --function rosenbrock --dimension 1000 --optimizer "
                  "conjugate_gradient"});
}

}  // namespace thalweg
