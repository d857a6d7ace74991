#pragma once

#include <algorithm>

#include "server/core/models/lanes.h"
#include "server/core/models/loss.h"

namespace thalweg::models {

/// Value of a loss and its derivatives, for four rows.
struct Bend {
  Lanes value, slope, curvature;
};

/// `f(scores, targets)` -> Bend, for `count` rows; results that are null are left out.
template <typename F>
void ForEachRow(const F& f, Index count, const double* scores, const double* targets,
                double* values, double* slopes, double* curvatures) {
  Index i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Bend bend = f(Load(scores + i), Load(targets + i));
    if (values != nullptr) Store(bend.value, values + i);
    if (slopes != nullptr) Store(bend.slope, slopes + i);
    if (curvatures != nullptr) Store(bend.curvature, curvatures + i);
  }
  if (i == count) return;
  const Index rest = count - i;
  const Bend bend = f(LoadSome(scores + i, rest), LoadSome(targets + i, rest));
  if (values != nullptr) StoreSome(bend.value, values + i, rest);
  if (slopes != nullptr) StoreSome(bend.slope, slopes + i, rest);
  if (curvatures != nullptr) StoreSome(bend.curvature, curvatures + i, rest);
}

/// products = curvatures by `f` times directions.
template <typename F>
void TimesCurvature(const F& f, Index count, const double* scores, const double* targets,
                    const double* directions, double* products) {
  ForEachRow(f, count, scores, targets, nullptr, nullptr, products);
  for (Index i = 0; i < count; ++i) products[i] *= directions[i];
}

/// A loss of classes by margins m = +-score: of two classes one score, the second class's sign
/// being
/// +; of more, each against all others. `Kind` has Bend OfMargin(Lanes m) const.
template <typename Kind>
class MarginLoss : public Loss {
 public:
  Task task() const final { return Task::kClassification; }
  absl::StatusOr<Index> ScoresFor(Index classes) const final { return classes == 2 ? 1 : classes; }

  void Evaluate(Index count, Index k, const double* scores, const double* targets, double* values,
                double* slopes) const final {
    if (k == 1) return ForEachRow(Signed(), count, scores, targets, values, slopes, nullptr);
    double signs[kMost], of_each[kMost];
    for (Index i = 0; i < count; ++i) {
      OneAgainstAll(k, targets[i], signs);
      double* const row = slopes == nullptr ? nullptr : slopes + i * k;
      ForEachRow(Signed(), k, scores + i * k, signs, of_each, row, nullptr);
      values[i] = 0;
      for (Index j = 0; j < k; ++j) values[i] += of_each[j];
    }
  }

  bool CurvatureTimes(Index count, Index k, const double* scores, const double* targets,
                      const double* directions, double* products) const final {
    if (!smooth()) return false;
    if (k == 1) {
      TimesCurvature(Signed(), count, scores, targets, directions, products);
      return true;
    }
    double signs[kMost];
    for (Index i = 0; i < count; ++i) {
      OneAgainstAll(k, targets[i], signs);
      TimesCurvature(Signed(), k, scores + i * k, signs, directions + i * k, products + i * k);
    }
    return true;
  }

 private:
  static constexpr Index kMost = 1024;  // classes; a design has 1000 at most

  static void OneAgainstAll(Index k, double target, double* signs) {
    for (Index j = 0; j < k; ++j) signs[j] = target == static_cast<double>(j) ? 1 : 0;
  }

  auto Signed() const {
    return [this](Lanes scores, Lanes targets) {
      const Lanes sign = 2 * targets - 1;
      Bend bend = static_cast<const Kind*>(this)->OfMargin(sign * scores);
      bend.slope *= sign;
      return bend;
    };
  }
};

/// A loss of numbers. `Kind` has Bend Of(Lanes scores, Lanes targets) const.
template <typename Kind>
class NumberLoss : public Loss {
 public:
  Task task() const final { return Task::kRegression; }
  absl::StatusOr<Index> ScoresFor(Index /*classes*/) const final { return 1; }

  void Evaluate(Index count, Index /*k*/, const double* scores, const double* targets,
                double* values, double* slopes) const final {
    ForEachRow(OfLanes(), count, scores, targets, values, slopes, nullptr);
  }
  bool CurvatureTimes(Index count, Index /*k*/, const double* scores, const double* targets,
                      const double* directions, double* products) const final {
    if (!smooth()) return false;
    TimesCurvature(OfLanes(), count, scores, targets, directions, products);
    return true;
  }

 private:
  auto OfLanes() const {
    return [this](Lanes scores, Lanes targets) {
      return static_cast<const Kind*>(this)->Of(scores, targets);
    };
  }
};

}  // namespace thalweg::models
