#pragma once

#include <utility>
#include <vector>

#include "server/core/optimizers/compact_hessian.h"
#include "server/core/optimizers/line_search_method.h"

namespace thalweg {

/// L-BFGS-B: L-BFGS within bounds. Byrd, Lu, Nocedal & Zhu (1995), SIAM J. Sci. Comput. 16,
/// 1190-1208, with the projection of Morales & Nocedal (2011), ACM TOMS 38, 7. The quadratic model
/// is followed along the projected path of steepest descent to its first minimiser, the generalized
/// Cauchy point, which tells the coordinates that stay at a bound; over the others the model is
/// then minimised.
///
/// All is reckoned in steps from x, so that nothing is lost where they are small against x.
class Lbfgsb final : public LineSearchMethod {
 public:
  struct Options {
    int64_t memory = 10;
    Part line_search{"more_thuente", {}};
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Optimizer>> Make(const Options& options);

  Capabilities capabilities() const override { return {.bounds = true}; }

 private:
  Lbfgsb(const Options& options, std::unique_ptr<LineSearch> search)
      : LineSearchMethod(std::move(search)), model_(options.memory) {}

  void Fit(Index n) override;
  bool Informed() const override { return model_.pairs() > 0; }
  void Direct(const Bounds& bounds, const Iterate& at, Vector& direction) override;
  void Learn(const Move& move) override;
  void Forget() override { model_.Forget(); }
  void Keep(State& state) override { model_.Keep(state); }

  void FindCauchyPoint(const Vector& gradient);
  void MinimizeOverFree(const Vector& gradient);
  bool AtBound(Index i, double step) const {
    return lower_.size() > 0 && (step <= lower_[i] || step >= upper_[i]);
  }

  CompactHessian model_;

  // Scratch of Direct and Learn.
  using Breakpoint = std::pair<double, Index>;  // how far along the path, which coordinate
  std::vector<Breakpoint> breakpoints_;
  Vector lower_, upper_;  // n; the bounds as seen from x; empty without bounds
  Vector cauchy_;         // n; x^c - x
  Vector c_;              // 2k; W'(x^c - x)
  Vector p_, row_;        // 2k
  Vector reduced_;        // n; the model's gradient at x^c, 0 where not free
  Vector target_;         // n; the model's minimiser over the free coordinates
  Vector path_;           // n; the direction of the path
  Vector step_, change_;  // n; s and y
};

OptimizerEntry LbfgsbEntry();

}  // namespace thalweg
