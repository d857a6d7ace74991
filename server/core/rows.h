#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "server/core/hands.h"
#include "server/core/objective.h"

namespace thalweg {

/// f(x) = mean (or sum) over N rows of terms t_i(x), plus a penalty: what is learnt from data. At
/// first evaluations see all rows.
class RowObjective : public Objective {
 public:
  RowObjective* rows() final { return this; }

  /// N, the training rows.
  virtual Index row_count() const = 0;

  /// What evaluations see from now on: these rows in this order, a row may come more than once, its
  /// term times factors[i] where there are factors (importance weights). The mean is over the
  /// batch; a sum is N times it, so that the gradient of a batch is an estimate of the whole one.
  /// OUT_OF_RANGE for a row outside [0, N), INVALID_ARGUMENT where there are none.
  virtual absl::Status SetRows(std::span<const int64_t> rows,
                               std::span<const double> factors = {}) = 0;
  virtual void UseAllRows() = 0;

  /// Whether rows are held out to validate with.
  virtual bool has_validation() const { return false; }
  /// The mean loss over them at x, without the penalty.
  virtual absl::Status Validation(const Vector& x, double& value) = 0;

  /// How likely each row is to be drawn by importance sampling, N positive numbers of any sum: the
  /// norm of its features, which bounds its gradient. Empty: all alike.
  virtual std::vector<double> Importance() const { return {}; }

  /// For methods that pass over the rows by themselves, one row at a time.
  ///
  /// Says that this row comes soon: its numbers may be brought near. Changes no result.
  virtual void Expect(Index /*row*/) const {}
  /// Adds `scale` times the gradient of t_row at x to `out`, which may be x itself: the gradient is
  /// that before. Returns t_row(x). The penalty is left out. For all rows, whatever SetRows said.
  virtual double AddTermGradient(Index row, const Vector& x, double scale, Vector& out) = 0;
  /// k where every term is a function of k scores that are linear in x, and can be asked for its
  /// slopes by them: k numbers stand for its gradient then, whatever x. 0 where it is not so.
  virtual Index slopes_per_term() const { return 0; }
  /// The k slopes of t_row at x; returns t_row(x).
  virtual double TermSlopes(Index /*row*/, const Vector& /*x*/, double* /*slopes*/) { return 0; }
  /// Adds `scale` times the gradient that such slopes of t_row make to `out`, which is not x. Comes
  /// after TermSlopes of the same row.
  virtual void AddSlopes(Index /*row*/, const double* /*slopes*/, double /*scale*/,
                         Vector& /*out*/) {}
  /// Adds `scale` times the gradient of the smooth part of the penalty at x to `out` (may be x).
  virtual void AddPenaltyGradient(const Vector& x, double scale, Vector& out) = 0;
  /// Threads for methods that let several of them change x at once; null: none.
  virtual Hands* hands() { return nullptr; }
  /// What a method of single terms must multiply their mean with: 1, or N where f is the sum.
  virtual double term_scale() const { return 1; }
};

}  // namespace thalweg
