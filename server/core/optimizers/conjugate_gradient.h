#pragma once

#include "server/core/optimizers/line_search_method.h"

namespace thalweg {

/// Nonlinear conjugate gradients: steps along d = -g + beta*d_before. Hestenes & Stiefel (1952),
/// Fletcher & Reeves (1964); a survey is Hager & Zhang (2006), Pacific J. Optim. 2, 35-58.
class ConjugateGradient final : public LineSearchMethod {
 public:
  struct Options {
    std::string beta = "hager_zhang";
    double restart = 0;
    Part line_search{"hager_zhang", {}};
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Optimizer>> Make(const Options& options);

 private:
  enum class Beta { kFletcherReeves, kPolakRibiere, kHestenesStiefel, kDaiYuan, kHagerZhang };

  ConjugateGradient(Beta beta, double restart, std::unique_ptr<LineSearch> search)
      : LineSearchMethod(std::move(search)), beta_(beta), restart_(restart) {}

  void Fit(Index n) override;
  bool Informed() const override { return next_.size() > 0; }
  void Direct(const Bounds& bounds, const Iterate& at, Vector& direction) override;
  double FirstStep(double slope) const override { return gain_length_ / slope; }
  void Learn(const Move& move) override;
  void Forget() override { next_.resize(0); }
  void Keep(State& state) override;

  static double UsualRestart(Beta beta);
  double BetaOf(const Move& move) const;

  const Beta beta_;
  const double restart_;
  Vector next_;             // n; the next direction; empty at first and after a restart
  double gain_length_ = 0;  // a*g'd < 0 of the last step: the next is expected to be alike
};

OptimizerEntry ConjugateGradientEntry();

}  // namespace thalweg
