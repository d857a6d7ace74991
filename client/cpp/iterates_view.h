#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "thalweg/v1/iterate.pb.h"

namespace thalweg::client {

/// A batch of iterates as columns, without a copy: entry i of every column is iterate i of the
/// batch. Valid during the callback that it is handed to.
class IteratesView {
 public:
  /// All of `batch` but its first `skip` iterates. `batch` must outlive the view.
  explicit IteratesView(const v1::IterateBatch& batch, size_t skip = 0)
      : batch_(batch), skip_(skip) {}

  size_t size() const { return static_cast<size_t>(batch_.iteration_size()) - skip_; }

  std::span<const int64_t> iteration() const { return Column(batch_.iteration()); }
  std::span<const double> value() const { return Column(batch_.value()); }
  std::span<const double> best_value() const { return Column(batch_.best_value()); }
  std::span<const double> gradient_norm() const { return Column(batch_.gradient_norm()); }
  std::span<const double> gradient_max() const { return Column(batch_.gradient_max()); }
  std::span<const double> step_norm() const { return Column(batch_.step_norm()); }
  std::span<const double> learning_rate() const { return Column(batch_.learning_rate()); }
  std::span<const int64_t> value_evaluations() const { return Column(batch_.value_evaluations()); }
  std::span<const int64_t> gradient_evaluations() const {
    return Column(batch_.gradient_evaluations());
  }
  // Of most runs these are 0 throughout.
  int64_t hessian_products(size_t i) const { return Entry(batch_.hessian_products(), i); }
  int64_t trials(size_t i) const { return Entry(batch_.trials(), i); }
  double violation(size_t i) const { return Entry(batch_.violation(), i); }
  // Of models.
  double epoch(size_t i) const { return Entry(batch_.epoch(), i); }
  /// NaN where they were not computed.
  double training_value(size_t i) const { return Measured(batch_.training_value(), i); }
  double validation_value(size_t i) const { return Measured(batch_.validation_value(), i); }
  /// 2-norms of the gradient by variable; empty where there are none.
  std::span<const double> variable_gradient_norms(size_t i) const {
    const auto variables = static_cast<size_t>(batch_.variables());
    const auto& norms = batch_.variable_gradient_norm();
    if (norms.empty()) return {};
    return std::span<const double>(norms.data(), static_cast<size_t>(norms.size()))
        .subspan((i + skip_) * variables, variables);
  }
  /// Sums of 1 << (f - 1) for every v1::IterateFlag f that holds.
  std::span<const uint32_t> flags() const { return Column(batch_.flags()); }

  /// Numbers of x per iterate; the first ones of x when the run keeps only some.
  size_t coordinates() const { return static_cast<size_t>(batch_.coordinates()); }
  /// The kept numbers of x at iterate i of the batch, variables one after the other.
  std::span<const double> x(size_t i) const {
    return std::span<const double>(batch_.x().data(), static_cast<size_t>(batch_.x_size()))
        .subspan((i + skip_) * coordinates(), coordinates());
  }

  /// Seconds of stepping when the last iterate of the batch was made.
  double elapsed_seconds() const { return batch_.elapsed_seconds(); }

 private:
  template <typename Number>
  std::span<const Number> Column(const google::protobuf::RepeatedField<Number>& field) const {
    return std::span<const Number>(field.data(), static_cast<size_t>(field.size())).subspan(skip_);
  }

  /// Of a column that is empty when all its entries are 0.
  template <typename Number>
  Number Entry(const google::protobuf::RepeatedField<Number>& field, size_t i) const {
    return field.empty() ? Number{} : field.Get(static_cast<int>(i + skip_));
  }

  /// Of a column that is empty when it was never computed.
  double Measured(const google::protobuf::RepeatedField<double>& field, size_t i) const {
    return field.empty() ? std::numeric_limits<double>::quiet_NaN()
                         : field.Get(static_cast<int>(i + skip_));
  }

  const v1::IterateBatch& batch_;
  const size_t skip_;
};

/// Whether every column of `batch` has an entry per iterate, so that a view of it is safe.
bool IsWellFormed(const v1::IterateBatch& batch);

}  // namespace thalweg::client
