// Rows drawn independently of each other, alike or by importance.

#include "server/core/batches/plans.h"
#include "server/core/batches/sizes.h"
#include "server/core/entry_of.h"
#include "server/core/random.h"

namespace thalweg {
namespace {

constexpr int64_t kStream = -2;  // of Random: optimizers number theirs from 0

class WithReplacement final : public BatchPlan {
 public:
  struct Options {
    int64_t size = 32;
  };
  static OptionTable<Options> Table() {
    return {{"size", &Options::size, kBatchSize, "rows of a batch"}};
  }
  explicit WithReplacement(const Options& options) : size_(options.size) {}

  void Begin(Index rows, std::span<const double> /*importance*/) override { rows_ = rows; }
  Index batches() const override { return std::max<Index>(1, (rows_ + size_ - 1) / size_); }
  double EpochAt(int64_t k) const override {
    return static_cast<double>(k) * static_cast<double>(size_) / static_cast<double>(rows_);
  }
  void Fill(uint64_t seed, int64_t k, Batch& batch) const override {
    Random random(seed, k, kStream);
    batch.factors.clear();
    batch.rows.resize(static_cast<size_t>(size_));
    for (int64_t& row : batch.rows) row = random.Below(rows_);
  }

 private:
  const int64_t size_;
  Index rows_ = 1;
};

/// Row i with probability p_i = uniform / N + (1 - uniform) w_i / sum(w) and factor 1 / (N p_i), so
/// that the gradient is right on average. With `uniform` above 0 no factor exceeds 1 / uniform.
class Importance final : public BatchPlan {
 public:
  struct Options {
    int64_t size = 32;
    double uniform = 0.5;
  };
  static OptionTable<Options> Table() {
    return {
        {"size", &Options::size, kBatchSize, "rows of a batch"},
        {"uniform", &Options::uniform, kUnit, "share of the rows that is drawn whatever they are"},
    };
  }
  explicit Importance(const Options& options) : options_(options) {}

  bool weighted() const override { return true; }

  void Begin(Index rows, std::span<const double> importance) override {
    rows_ = rows;
    double total = 0;
    for (const double weight : importance) total += weight;
    const auto n = static_cast<double>(rows);
    cumulative_.resize(static_cast<size_t>(rows));
    double sum = 0;
    for (size_t i = 0; i < cumulative_.size(); ++i) {
      const double share = total > 0 ? importance[i] / total : 1 / n;
      sum += options_.uniform / n + (1 - options_.uniform) * share;
      cumulative_[i] = sum;
    }
  }
  Index batches() const override {
    return std::max<Index>(1, (rows_ + options_.size - 1) / options_.size);
  }
  double EpochAt(int64_t k) const override {
    return static_cast<double>(k) * static_cast<double>(options_.size) / static_cast<double>(rows_);
  }
  void Fill(uint64_t seed, int64_t k, Batch& batch) const override {
    Random random(seed, k, kStream);
    batch.rows.resize(static_cast<size_t>(options_.size));
    batch.factors.resize(batch.rows.size());
    const double total = cumulative_.back();
    for (size_t i = 0; i < batch.rows.size(); ++i) {
      const auto found =
          std::upper_bound(cumulative_.begin(), cumulative_.end(), random.Uniform() * total);
      const auto row =
          std::min(static_cast<size_t>(found - cumulative_.begin()), cumulative_.size() - 1);
      const double probability = (cumulative_[row] - (row > 0 ? cumulative_[row - 1] : 0)) / total;
      batch.rows[i] = static_cast<int64_t>(row);
      batch.factors[i] = 1 / (static_cast<double>(rows_) * probability);
    }
  }

 private:
  const Options options_;
  Index rows_ = 1;
  std::vector<double> cumulative_;  // N
};

}  // namespace

BatchPlanEntry WithReplacementEntry() {
  return EntryOf<BatchPlan, WithReplacement>(
      {.name = "with_replacement",
       .title = "Drawn with replacement",
       .summary = "Rows drawn at random each time: a row may come twice, or not for a while.",
       .formula = "batch k = B independent rows, all equally likely",
       .source = "Robbins & Monro (1951)",
       .advice = "What theory assumes. Shuffled is usually faster: it leaves no row out.",
       .example = "thalweg fit data.csv --target y --batch with_replacement:size=8"});
}

BatchPlanEntry ImportanceEntry() {
  return EntryOf<BatchPlan, Importance>(
      {.name = "importance",
       .title = "Importance sampling",
       .summary = "Rows that matter more are drawn more often, and count less when they are.",
       .formula = "p_i = u / N + (1 - u) ||a_i|| / sum ||a_j||;  g = mean of g_i / (N p_i)",
       .source = "Needell, Srebro & Ward (2014)",
       .advice = "Where the rows' features are of very different size: steps become steadier. "
                 "Otherwise it is with_replacement at a higher price.",
       .example = "thalweg fit data.csv --target y --batch importance:size=8 --scaling none"});
}

}  // namespace thalweg
