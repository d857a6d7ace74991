#pragma once

#include "server/core/optimizers/line_search_method.h"

namespace thalweg {

/// L-BFGS: BFGS that keeps its last m pairs s (steps) and y (changes of the gradient) instead of a
/// matrix. Nocedal (1980); the two loops are algorithm 7.4 of Nocedal & Wright (2006).
///
/// The loops run on coefficients: a direction is a combination of g, the s and the y, and all inner
/// products that the loops ask for are entries of S'Y and Y'Y, which follow from S'g and Y'g. So
/// one step reads S and Y twice, and nothing else of their size is read or written: 4mn
/// multiplications at the least memory traffic. (The same idea as the compact form of Byrd, Nocedal
/// & Schnabel (1994), section 3.)
class Lbfgs final : public LineSearchMethod {
 public:
  struct Options {
    int64_t memory = 10;
    Part line_search{"more_thuente", {}};
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Optimizer>> Make(const Options& options);

 private:
  Lbfgs(const Options& options, std::unique_ptr<LineSearch> search)
      : LineSearchMethod(std::move(search)), memory_(options.memory) {}

  void Fit(Index n) override;
  bool Informed() const override { return pairs_ > 0; }
  void Direct(const Bounds& bounds, const Iterate& at, Vector& direction) override;
  void Learn(const Move& move) override;
  void Forget() override {
    pairs_ = newest_ = 0;
    fresh_ = false;
  }
  void Keep(State& state) override;

  void CompleteProducts();
  double Scale() const;

  const Index memory_;  // m
  int64_t pairs_ = 0;   // kept so far, <= m
  int64_t newest_ = 0;  // its column, where there is any
  bool fresh_ = false;  // whether the newest pair still lacks its products with the others
  Matrix s_, y_;        // n x m; columns beyond the pairs hold nothing
  Matrix sy_, yy_;      // m x m: s_i'y_j where i is not younger than j, and y_i'y_j
  Vector sg_, yg_;      // m: S'g and Y'g at the last direction's gradient

  Vector new_sg_, new_yg_;  // m; scratch: at the current gradient
  Vector of_s_, of_y_;      // m; scratch: coefficients of the direction
};

OptimizerEntry LbfgsEntry();

}  // namespace thalweg
