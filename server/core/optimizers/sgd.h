#pragma once

#include "server/core/optimizers/row_method.h"

namespace thalweg {

/// Stochastic gradient descent, one row a step: x -= rate * gradient of (t_i + penalty). Robbins &
/// Monro (1951). With `average_from` the iterate is the mean of all points since that epoch, while
/// the steps go on from the last point: Polyak & Juditsky (1992).
class Sgd final : public RowMethod {
 public:
  struct Options : RowOptions {
    int64_t average_from = 0;
  };
  static OptionTable<Options> Table();

  explicit Sgd(const Options& options) : RowMethod(options), options_(options) {}

  void Remember(State& state) override;

 private:
  absl::Status Enter(const Pass& pass, Problem& problem, Iterate& at) override;
  void Visit(const Pass& pass, Index row, double rate, Vector& x) override;
  void Visited(const Pass& pass, const Vector& x) override;
  void Leave(const Pass& pass, Vector& x) override;
  bool Averages(const Pass& pass) const {
    return options_.average_from > 0 && pass.epoch + 1 >= options_.average_from;
  }

  const Options options_;
  Vector last_, mean_;    // n, once points are averaged: the last one, and their mean
  int64_t averaged_ = 0;  // points in the mean
};

OptimizerEntry SgdEntry();

}  // namespace thalweg
