#include "server/core/models/data_objective.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "server/core/number_text.h"

namespace thalweg::models {
namespace {

// Scores of a row; a design has 1000 classes at most.
constexpr size_t kMostScores = 1024;

}  // namespace

DataObjective::DataObjective(Making making)
    : parts_(std::move(making.parts)),
      sum_(making.sum),
      hands_(making.hands),
      kink_(std::move(making.kink)),
      remarks_(std::move(making.remarks)),
      pass_(*parts_.model, *parts_.loss, making.hands) {
  UseAllRows();
  if (const PenaltyKind* const penalty = making.penalty) {
    squared_ = penalty->squared();
    auto groups = parts_.model->PenalisedGroups();
    for (const auto& group : groups) {
      penalised_.insert(penalised_.end(), group.begin(), group.end());
    }
    std::sort(penalised_.begin(), penalised_.end());
    if (penalty->on_intercepts()) {
      penalised_.resize(static_cast<size_t>(layout().size()));
      for (size_t i = 0; i < penalised_.size(); ++i) penalised_[i] = static_cast<Index>(i);
    }
    if (squared_ == 0) penalised_.clear();
    kinked_ = penalty->Kinked(std::move(groups));
  }
  quadratic_ = making.squares && parts_.model->linear() && !kinked_;
  residual_count_ = ResidualCount(making.squares);
  scratch_ = parts_.model->NewScratch();
}

double DataObjective::RowScale() const {
  const DesignRows& rows = training();
  const auto count = static_cast<double>(rows.count);
  const double whole = sum_ ? 1 : 1 / rows.total_weight;
  return rows_.all ? whole : whole * count / static_cast<double>(rows_.count());
}

double DataObjective::SmoothPenalty(const Vector& x) const {
  double sum = 0;
  for (const Index i : penalised_) sum += x[i] * x[i];
  return squared_ / 2 * sum;
}

absl::Status DataObjective::Value(const Vector& x, double& value) {
  value = RowScale() * pass_.Value(rows_, x) + SmoothPenalty(x);
  if (kinked_) value += kinked_->Value(x);
  return absl::OkStatus();
}

absl::Status DataObjective::SmoothValueAndGradient(const Vector& x, double& value,
                                                   Vector& gradient) {
  const double scale = RowScale();
  value = scale * pass_.ValueAndGradient(rows_, x, gradient) + SmoothPenalty(x);
  gradient *= scale;
  AddPenaltyGradient(x, 1, gradient);
  return absl::OkStatus();
}

absl::Status DataObjective::ValueAndGradient(const Vector& x, double& value, Vector& gradient) {
  absl::Status status = SmoothValueAndGradient(x, value, gradient);
  if (kinked_) {
    value += kinked_->Value(x);
    kinked_->AddShortest(x, gradient);
  }
  return status;
}

absl::Status DataObjective::HessianVector(const Vector& x, const Vector& v, Vector& product) {
  if (!parts_.model->linear() || !pass_.CurvatureTimes(rows_, x, v, product)) {
    return absl::UnimplementedError("the loss has no second derivatives by the unknowns");
  }
  product *= RowScale();
  for (const Index i : penalised_) product[i] += squared_ * v[i];
  return absl::OkStatus();
}

Traits DataObjective::traits() const {
  return {.smooth = parts_.loss->smooth() && !kinked_,
          .kink = parts_.loss->smooth() ? "" : kink_,
          .quadratic = quadratic_};
}

std::string DataObjective::ExplainNonFinite(const Vector& x) {
  const Index k = parts_.model->scores();
  std::string why;
  const auto look = [&](Index first, const RowBlock& block, const double* targets,
                        const double* scores, const double* values) {
    for (Index i = 0; i < block.count && why.empty(); ++i) {
      if (std::isfinite(values[i])) continue;
      const Index row = rows_.all ? first + i : chosen_[static_cast<size_t>(first + i)];
      why =
          absl::StrFormat("the loss of row %d is %s: its score is %s, its target %s",
                          training().table_rows[static_cast<size_t>(row)] + 1,
                          NumberText(values[i]), NumberText(scores[i * k]), NumberText(targets[i]));
    }
  };
  pass_.ForEachBlock(rows_, x, look);
  return why;
}

absl::Status DataObjective::SetRows(std::span<const int64_t> rows,
                                    std::span<const double> factors) {
  if (rows.empty()) return absl::InvalidArgumentError("a batch needs a row");
  if (!factors.empty() && factors.size() != rows.size()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%d factors for %d rows", factors.size(), rows.size()));
  }
  for (const int64_t row : rows) {
    if (row >= 0 && row < row_count()) continue;
    return absl::OutOfRangeError(
        absl::StrFormat("row %d; there are rows 0 to %d", row, row_count() - 1));
  }
  chosen_.assign(rows.begin(), rows.end());
  factors_.assign(factors.begin(), factors.end());
  rows_ = {.design = &training(), .all = false, .rows = chosen_, .factors = factors_};
  return absl::OkStatus();
}

absl::Status DataObjective::Validation(const Vector& x, double& value) {
  const DesignRows& rows = parts_.design->validation();
  if (rows.count == 0) return absl::FailedPreconditionError("no rows are held out");
  value = pass_.Value({.design = &rows}, x) / rows.total_weight;
  return absl::OkStatus();
}

// Of linear scores the gradient's norm is |slope| times that of the features and the 1 of the
// intercept.
std::vector<double> DataObjective::Importance() const {
  const DesignRows& rows = training();
  const size_t d = static_cast<size_t>(parts_.design->width());
  std::vector<double> norms;
  norms.reserve(static_cast<size_t>(rows.count));
  for (size_t i = 0; i < static_cast<size_t>(rows.count); ++i) {
    double sum = 1;
    for (size_t j = i * d; j < (i + 1) * d; ++j) sum += rows.features[j] * rows.features[j];
    norms.push_back(std::sqrt(sum));
  }
  return norms;
}

RowBlock DataObjective::Row(Index row) const {
  return {training().features.data() + row * parts_.design->width(), 1};
}

void DataObjective::Expect(Index row) const {
  const RowBlock next = Row(row);
  constexpr Index kLine = 64 / sizeof(double);  // numbers
  constexpr Index kMost = 32;                   // lines; more would push each other out
  const Index width = std::min(parts_.design->width(), kLine * kMost);
  for (Index j = 0; j < width; j += kLine) __builtin_prefetch(next.features + j);
  __builtin_prefetch(training().targets.data() + row);
}

double DataObjective::TermSlopes(Index row, const Vector& x, double* slopes) {
  const DesignRows& rows = training();
  const auto i = static_cast<size_t>(row);
  const Index k = parts_.model->scores();
  const double weight =
      rows.weights.empty()
          ? 1
          : rows.weights[i] * (static_cast<double>(rows.count) / rows.total_weight);
  std::array<double, kMostScores> scores;
  double value = 0;
  parts_.model->Scores(x, Row(row), scores.data(), scratch_.get());
  parts_.loss->Evaluate(1, k, scores.data(), rows.targets.data() + i, &value, slopes);
  for (Index j = 0; j < k; ++j) slopes[j] *= weight;
  return weight * value;
}

void DataObjective::AddSlopes(Index row, const double* slopes, double scale, Vector& out) {
  const Index k = parts_.model->scores();
  std::array<double, kMostScores> scaled;
  for (Index j = 0; j < k; ++j) scaled[static_cast<size_t>(j)] = scale * slopes[j];
  // Scores that are linear in x have the same gradients everywhere.
  parts_.model->AddGradient(out, Row(row), scaled.data(), out.data(), scratch_.get());
}

double DataObjective::AddTermGradient(Index row, const Vector& x, double scale, Vector& out) {
  std::array<double, kMostScores> slopes;
  const double value = TermSlopes(row, x, slopes.data());
  if (parts_.model->in_place()) {
    for (Index j = 0; j < parts_.model->scores(); ++j) slopes[static_cast<size_t>(j)] *= scale;
    parts_.model->AddGradient(x, Row(row), slopes.data(), out.data(), scratch_.get());
  } else {
    term_gradient_.setZero(x.size());
    parts_.model->AddGradient(x, Row(row), slopes.data(), term_gradient_.data(), scratch_.get());
    out += scale * term_gradient_;
  }
  return value;
}

void DataObjective::AddPenaltyGradient(const Vector& x, double scale, Vector& out) {
  if (penalised_.empty()) return;
  const double by = scale * squared_;
  const auto count = static_cast<Index>(penalised_.size());
  const Index first = penalised_.front();
  if (penalised_.back() - first + 1 == count) {  // no gaps, as in most models
    out.segment(first, count) += by * x.segment(first, count);
    return;
  }
  for (const Index i : penalised_) out[i] += by * x[i];
}

// Several threads at once need memory of their own, which a term of these models does not need.
Hands* DataObjective::hands() { return parts_.model->in_place() && !scratch_ ? hands_ : nullptr; }

}  // namespace thalweg::models
