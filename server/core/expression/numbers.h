#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace thalweg::expression {

/// Numbers that never change, shared by all copies: a data array goes through source, programs and
/// evaluators without being copied once more.
class Numbers {
 public:
  Numbers() : Numbers(std::vector<double>()) {}
  Numbers(std::vector<double> values)  // NOLINT: a list of numbers is one
      : values_(std::make_shared<const std::vector<double>>(std::move(values))) {}
  Numbers(std::initializer_list<double> values) : Numbers(std::vector<double>(values)) {}

  operator const std::vector<double>&() const { return *values_; }  // NOLINT: and the other way
  size_t size() const { return values_->size(); }
  bool empty() const { return values_->empty(); }
  const double* data() const { return values_->data(); }
  double front() const { return values_->front(); }
  double operator[](size_t i) const { return (*values_)[i]; }
  auto begin() const { return values_->begin(); }
  auto end() const { return values_->end(); }

  friend bool operator==(const Numbers& a, const Numbers& b) {
    return a.values_ == b.values_ || *a.values_ == *b.values_;
  }

 private:
  std::shared_ptr<const std::vector<double>> values_;
};

}  // namespace thalweg::expression
