#pragma once

#include "server/core/optimizers/line_search_method.h"

namespace thalweg {

/// BFGS: steps along -H*g, where H, the inverse of a Hessian, is learned from the gradients'
/// changes. Broyden, Fletcher, Goldfarb, Shanno (1970); Nocedal & Wright (2006), eq. (6.17) and
/// (6.20).
class Bfgs final : public LineSearchMethod {
 public:
  struct Options {
    bool value_correction = true;
    Part line_search{"more_thuente", {}};
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Optimizer>> Make(const Options& options);

  Capabilities capabilities() const override;

 private:
  Bfgs(const Options& options, std::unique_ptr<LineSearch> search)
      : LineSearchMethod(std::move(search)), corrected_(options.value_correction) {}

  void Fit(Index n) override;
  bool Informed() const override { return inverse_.size() > 0; }
  void Direct(const Bounds& bounds, const Iterate& at, Vector& direction) override;
  void Learn(const Move& move) override;
  void Forget() override { inverse_.resize(0, 0); }
  void Keep(State& state) override { state.Keep("inverse", inverse_); }

  const bool corrected_;
  Matrix inverse_;  // H, n x n, symmetric; empty until something was learned
  Vector y_, u_;    // n; scratch of Learn
};

OptimizerEntry BfgsEntry();

}  // namespace thalweg
