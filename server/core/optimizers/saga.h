#pragma once

#include <vector>

#include "server/core/optimizers/row_method.h"

namespace thalweg {

/// SAGA: Defazio, Bach & Lacoste-Julien (2014), eq. 1 and 2. Every row's last gradient is kept, as
/// its slopes by the scores, and their mean; a row's step goes by its new gradient, less its old
/// one, plus that mean. Rows come in a random order, each once an epoch, where the paper draws
/// them.
class Saga final : public RowMethod {
 public:
  using Options = RowOptions;
  static OptionTable<Options> Table();

  explicit Saga(const Options& options) : RowMethod(options) {}

  Capabilities capabilities() const override {
    Capabilities can = RowMethod::capabilities();
    can.linear_rows = true;
    return can;
  }
  void Remember(State& state) override;

 private:
  absl::Status Enter(const Pass& pass, Problem& problem, Iterate& at) override;
  void Visit(const Pass& pass, Index row, double rate, Vector& x) override;

  Index per_term_ = 0;           // k
  std::vector<double> slopes_;   // N * k, of each row where it was last visited
  std::vector<double> changes_;  // k
  Vector mean_;                  // n, of the gradients that slopes_ make
  Vector direction_;             // n
};

OptimizerEntry SagaEntry();

}  // namespace thalweg
