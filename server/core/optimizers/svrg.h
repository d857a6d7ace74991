#pragma once

#include "server/core/optimizers/row_method.h"

namespace thalweg {

/// Stochastic variance reduced gradient: Johnson & Zhang (2013), Option I with m = N, by proximal
/// steps as in Xiao & Zhang (2014). An epoch begins with the gradient of all rows at its first
/// point; each row's step corrects it by how much the row's own gradient has changed since. Rows
/// come in a random order, each once, where the paper draws them.
class Svrg final : public RowMethod {
 public:
  using Options = RowOptions;
  static OptionTable<Options> Table();

  explicit Svrg(const Options& options) : RowMethod(options) {}

  void Remember(State& /*state*/) override {}  // each epoch begins anew

 private:
  absl::Status Enter(const Pass& pass, Problem& problem, Iterate& at) override;
  void Visit(const Pass& pass, Index row, double rate, Vector& x) override;
  int64_t gradients_per_visit() const override { return 2; }

  Vector snapshot_;   // n, where the epoch began
  Vector mean_;       // n, gradient of all terms there, without the penalty's
  Vector direction_;  // n
};

OptimizerEntry SvrgEntry();

}  // namespace thalweg
