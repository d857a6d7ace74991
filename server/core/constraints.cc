#include "server/core/constraints.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg {

Constraints::Constraints(std::vector<ConstraintBlock> blocks, double tolerance)
    : blocks_(std::move(blocks)), tolerance_(tolerance) {
  Index m = 0;
  for (const ConstraintBlock& block : blocks_) {
    first_.push_back(m);
    m += block.rows();
  }
  lower_.resize(m);
  upper_.resize(m);
  for (size_t b = 0; b < blocks_.size(); ++b) {
    lower_.segment(first_[b], blocks_[b].rows()).setConstant(blocks_[b].lower);
    upper_.segment(first_[b], blocks_[b].rows()).setConstant(blocks_[b].upper);
  }
}

std::string Constraints::NameOf(Index row) const {
  const auto after = std::upper_bound(first_.begin(), first_.end(), row);
  const auto b = static_cast<size_t>(after - first_.begin()) - 1;
  if (!blocks_[b].several) return blocks_[b].name;
  return absl::StrCat(blocks_[b].name, "[", row - first_[b], "]");
}

absl::Status Constraints::Values(const Vector& x, Vector& values) {
  values.resize(size());
  for (size_t b = 0; b < blocks_.size(); ++b) {
    const ConstraintBlock& block = blocks_[b];
    absl::Status status;
    if (block.several) {
      scratch_.resize(block.rows());
      status = block.function->Residuals(x, scratch_);
      values.segment(first_[b], block.rows()) = scratch_;
    } else {
      status = block.function->Value(x, values[first_[b]]);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Constraints::ValuesAndGradients(const Vector& x, Vector& values, Matrix& gradients) {
  values.resize(size());
  gradients.resize(x.size(), size());
  for (size_t b = 0; b < blocks_.size(); ++b) {
    const ConstraintBlock& block = blocks_[b];
    const Index first = first_[b];
    absl::Status status;
    if (block.several) {
      scratch_.resize(block.rows());
      jacobian_.resize(block.rows(), x.size());
      status = block.function->ResidualsAndJacobian(x, scratch_, jacobian_);
      values.segment(first, block.rows()) = scratch_;
      gradients.middleCols(first, block.rows()) = jacobian_.transpose();
    } else {
      scratch_.resize(x.size());
      status = block.function->ValueAndGradient(x, values[first], scratch_);
      gradients.col(first) = scratch_;
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

double Constraints::Miss(const Vector& values, Index j) const {
  if (values[j] < lower_[j]) return values[j] - lower_[j];
  if (values[j] > upper_[j]) return values[j] - upper_[j];
  return std::isnan(values[j]) ? values[j] : 0;
}

double Constraints::Violation(const Vector& values) const {
  double greatest = 0;
  for (Index j = 0; j < size(); ++j) {
    const double miss = std::abs(Miss(values, j));
    if (std::isnan(miss)) return miss;
    greatest = std::max(greatest, miss);
  }
  return greatest;
}

std::string Constraints::ExplainNonFinite(const Vector& x) {
  for (const ConstraintBlock& block : blocks_) {
    const std::string why = block.function->ExplainNonFinite(x);
    if (!why.empty()) return absl::StrCat("constraint '", block.name, "': ", why);
  }
  return "";
}

}  // namespace thalweg
