#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/core/optimizer.h"
#include "server/core/option_table.h"
#include "server/core/rows.h"

namespace thalweg {

/// What every method has that passes over the rows by itself.
struct RowOptions {
  Schedule learning_rate = 0.01;
  std::string schedule = "epoch";
};
OptionTable<RowOptions> RowTable();

/// A method that sees one row of data after another: f is the mean (or sum) of terms t_i, plus a
/// penalty. A step is an epoch: every row once, in an order that depends on (seed, epoch) alone;
/// the iterate's value and gradient are those of all rows at its end. The part of the penalty with
/// kinks acts after each row by its proximal map, then the bounds do. As many gradients of terms as
/// there are rows count as one gradient.
class RowMethod : public Optimizer {
 public:
  Capabilities capabilities() const override {
    return {.bounds = true, .rate = true, .random = true, .rows = true};
  }
  absl::Status Step(Problem& problem, Iterate& at) final;

 protected:
  explicit RowMethod(const RowOptions& options) : shared_(options) {}

  /// Of one epoch.
  struct Pass {
    RowObjective& rows;
    double terms;    ///< What the mean of t_i counts: term_scale, negative where f is maximised.
    double penalty;  ///< What the penalty counts: 1, or -1.
    int64_t epoch;
  };

  /// Before the first row; x, at.value and at.gradient are those that the last epoch ended with. A
  /// method may begin elsewhere.
  virtual absl::Status Enter(const Pass& /*pass*/, Problem& /*problem*/, Iterate& /*at*/) {
    return absl::OkStatus();
  }
  /// Moves x by a step of length `rate`; kinks of penalties and bounds are left to Step.
  virtual void Visit(const Pass& pass, Index row, double rate, Vector& x) = 0;
  /// After every row, and what followed it.
  virtual void Visited(const Pass& /*pass*/, const Vector& /*x*/) {}
  /// After the last row; a method may show another point than its last.
  virtual void Leave(const Pass& /*pass*/, Vector& /*x*/) {}
  /// Gradients of terms that a visit asks for.
  virtual int64_t gradients_per_visit() const { return 1; }

 private:
  const RowOptions shared_;
  std::vector<Index> order_;  // of the epoch
};

}  // namespace thalweg
