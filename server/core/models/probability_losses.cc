#include <sleef.h>

#include <algorithm>

#include "server/core/deterministic_math.h"
#include "server/core/entry_of.h"
#include "server/core/models/entries.h"
#include "server/core/models/pointwise.h"
#include "server/core/models/softmax.h"

namespace thalweg::models {
namespace {

struct NoOptions {};

/// What two losses of probabilities share: of one score the second class's, by the logistic
/// function; of k scores, by softmax.
class OfProbabilities : public Loss {
 public:
  Task task() const final { return Task::kClassification; }
  absl::StatusOr<Index> ScoresFor(Index classes) const final { return classes == 2 ? 1 : classes; }
  bool has_probabilities() const final { return true; }
  void Probabilities(Index count, Index k, const double* scores,
                     double* probabilities) const final {
    if (k > 1) return Softmax(count, k, scores, probabilities, nullptr);
    for (Index i = 0; i < count; ++i) {
      const double small = Exp(-std::abs(scores[i]));
      const double less = small / (1 + small);
      const double more = 1 / (1 + small);
      probabilities[2 * i] = scores[i] > 0 ? less : more;
      probabilities[2 * i + 1] = scores[i] > 0 ? more : less;
    }
  }
};

/// log(1 + exp(-m)) with m = +-s.
Bend Logistic(Lanes s, Lanes y) {
  const Lanes sign = 2 * y - 1;
  const Lanes m = sign * s;
  const Lanes small = Sleef_finz_expd4_u10avx2(-Abs(m));  // never overflows
  const Lanes less = small / (1 + small);
  const Lanes more = 1 / (1 + small);
  return {Positive(-m) + Sleef_finz_log1pd4_u10avx2(small), -sign * (m > 0 ? less : more),
          less * more};
}

class CrossEntropy final : public OfProbabilities {
 public:
  using Options = NoOptions;
  static OptionTable<Options> Table() { return {}; }
  explicit CrossEntropy(const Options& /*options*/) {}

  void Evaluate(Index count, Index k, const double* scores, const double* targets, double* values,
                double* slopes) const override {
    if (k == 1) return ForEachRow(Logistic, count, scores, targets, values, slopes, nullptr);
    double parts[kSoftmaxParts];
    const Index rows = SoftmaxRows(k);
    for (Index first = 0; first < count; first += rows) {
      const Index some = std::min(rows, count - first);
      double* const shares = slopes == nullptr ? parts : slopes + first * k;
      Softmax(some, k, scores + first * k, shares, values + first);
      for (Index i = first; i < first + some; ++i) {
        const Index hit = i * k + static_cast<Index>(targets[i]);
        values[i] -= scores[hit];
        if (slopes != nullptr) slopes[hit] -= 1;
      }
    }
  }

  /// diag(p) - p p', times the direction.
  bool CurvatureTimes(Index count, Index k, const double* scores, const double* targets,
                      const double* directions, double* products) const override {
    if (k == 1) {
      TimesCurvature(Logistic, count, scores, targets, directions, products);
      return true;
    }
    Softmax(count, k, scores, products, nullptr);
    for (Index i = 0; i < count; ++i) {
      double mean = 0;
      for (Index j = i * k; j < (i + 1) * k; ++j) mean += products[j] * directions[j];
      for (Index j = i * k; j < (i + 1) * k; ++j) products[j] *= directions[j] - mean;
    }
    return true;
  }
};

/// (p - y)^2 with p the logistic function of s.
Bend SquaredLogistic(Lanes s, Lanes y) {
  const Lanes small = Sleef_finz_expd4_u10avx2(-Abs(s));
  const Lanes less = small / (1 + small);
  const Lanes more = 1 / (1 + small);
  const Lanes p = s > 0 ? more : less;
  const Lanes bend = less * more;  // p' = p (1 - p)
  const Lanes r = p - y;
  return {r * r, 2 * r * bend, 2 * bend * (bend + r * (1 - 2 * p))};
}

class SquaredProbability final : public OfProbabilities {
 public:
  using Options = NoOptions;
  static OptionTable<Options> Table() { return {}; }
  explicit SquaredProbability(const Options& /*options*/) {}

  bool convex() const override { return false; }
  void Evaluate(Index count, Index k, const double* scores, const double* targets, double* values,
                double* slopes) const override {
    if (k == 1) {
      return ForEachRow(SquaredLogistic, count, scores, targets, values, slopes, nullptr);
    }
    double parts[kSoftmaxParts];
    const Index rows = SoftmaxRows(k);
    for (Index first = 0; first < count; first += rows) {
      const Index some = std::min(rows, count - first);
      Softmax(some, k, scores + first * k, parts, nullptr);
      for (Index i = 0; i < some; ++i) {
        const Index row = first + i;
        values[row] =
            Brier(k, parts + i * k, targets[row], slopes == nullptr ? nullptr : slopes + row * k);
      }
    }
  }
  bool CurvatureTimes(Index count, Index k, const double* scores, const double* targets,
                      const double* directions, double* products) const override {
    if (k != 1) return false;
    TimesCurvature(SquaredLogistic, count, scores, targets, directions, products);
    return true;
  }

 private:
  /// sum_j (p_j - [j is the target])^2; its slope by score m is 2 p_m (r_m - sum_j r_j p_j).
  static double Brier(Index k, const double* p, double target, double* slopes) {
    double value = 0, mean = 0;
    for (Index j = 0; j < k; ++j) {
      const double r = p[j] - (target == static_cast<double>(j) ? 1 : 0);
      value += r * r;
      mean += r * p[j];
    }
    for (Index j = 0; slopes != nullptr && j < k; ++j) {
      const double r = p[j] - (target == static_cast<double>(j) ? 1 : 0);
      slopes[j] = 2 * p[j] * (r - mean);
    }
    return value;
  }
};

}  // namespace

CatalogEntry<Loss> CrossEntropyEntry() {
  return EntryOf<Loss, CrossEntropy>(
      {.name = "cross_entropy",
       .title = "Cross-entropy (logistic loss)",
       .summary = "Minus the logarithm of the probability that the model gives the right class.",
       .formula = "log(1 + exp(-m)), m = (2*y - 1)*s; of k classes log(sum_j exp(s_j)) - s_y",
       .source = "Berkson (1944); Cox (1958)",
       .advice =
           "For classes, wherever probabilities are wanted: the usual choice. Convex for models "
           "whose scores are linear. Where a plane separates the classes the minimum is at "
           "infinity: add a penalty.",
       .example = "thalweg fit data.csv --target class --model logistic --penalty l2=0.01"});
}

CatalogEntry<Loss> SquaredProbabilityEntry() {
  return EntryOf<Loss, SquaredProbability>(
      {.name = "squared_probability",
       .title = "Squared error of probabilities (Brier score)",
       .summary = "The squared difference between the probability of a class and what came: not "
                  "convex.",
       .formula = "(sigmoid(s) - y)^2; of k classes sum_j (p_j - [j = y])^2",
       .source = "Brier (1950), Monthly Weather Review 78(1), 1-3",
       .advice =
           "To see what goes wrong with it: where the model is certain and mistaken its gradient "
           "is nearly 0, so that descent stands still far from the minimum. To learn, take "
           "cross_entropy.",
       .example = "thalweg fit data.csv --target class --model logistic --loss squared"});
}

}  // namespace thalweg::models
