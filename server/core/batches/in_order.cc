// Every row once an epoch: in the table's order, or in another one each epoch.

#include "server/core/batches/permutation.h"
#include "server/core/batches/plans.h"
#include "server/core/batches/sizes.h"
#include "server/core/entry_of.h"

namespace thalweg {
namespace {

class InOrder : public BatchPlan {
 public:
  struct Options {
    int64_t size = 32;
    bool drop_last = false;
    int64_t accumulate = 1;
  };
  static OptionTable<Options> Table() {
    return {
        {"size", &Options::size, kBatchSize, "rows of a batch"},
        {"drop_last", &Options::drop_last, {}, "leave out the last batch of an epoch if smaller"},
        {"accumulate", &Options::accumulate, Range{1, 65'536, false, false},
         "batches whose gradients make one step: as one batch of so many times the size"},
    };
  }
  explicit InOrder(const Options& options) : options_(options) {}

  void Begin(Index rows, std::span<const double> /*importance*/) override {
    rows_ = rows;
    sizes_ = BatchSizes(rows, options_.size * options_.accumulate, options_.drop_last);
  }
  Index batches() const override { return sizes_.batches(); }
  double EpochAt(int64_t k) const override { return sizes_.EpochAt(k); }

 protected:
  Index rows() const { return rows_; }
  const BatchSizes& sizes() const { return sizes_; }

 private:
  const Options options_;
  Index rows_ = 1;
  BatchSizes sizes_;
};

class Shuffled final : public InOrder {
 public:
  using InOrder::InOrder;
  void Fill(uint64_t seed, int64_t k, Batch& batch) const override {
    const Permutation order(seed, sizes().EpochOf(k), rows());
    const Index last = sizes().Last(k);
    batch.rows.clear();
    batch.factors.clear();
    for (Index i = sizes().First(k); i < last; ++i) batch.rows.push_back(order(i));
  }
};

class Sequential final : public InOrder {
 public:
  using InOrder::InOrder;
  void Fill(uint64_t /*seed*/, int64_t k, Batch& batch) const override {
    const Index last = sizes().Last(k);
    batch.rows.clear();
    batch.factors.clear();
    for (Index i = sizes().First(k); i < last; ++i) batch.rows.push_back(i);
  }
};

}  // namespace

BatchPlanEntry ShuffledEntry() {
  return EntryOf<BatchPlan, Shuffled>(
      {.name = "shuffled",
       .title = "Shuffled",
       .summary = "Every row once an epoch, in a new order each epoch, a few at a time: mini-batch "
                  "descent; of size 1 stochastic descent.",
       .formula = "batch k = rows p_e(k B) ... p_e(k B + B - 1), p_e a permutation of epoch e",
       .source = "Bottou (2009); Black & Rogaway (2002)",
       .advice = "The usual choice. Small batches make many cheap, noisy steps, large ones few, "
                 "steady ones; the noise falls with the root of the size.",
       .example = "thalweg fit data.csv --target y --batch 32 --stop epochs=20"});
}

BatchPlanEntry SequentialEntry() {
  return EntryOf<BatchPlan, Sequential>(
      {.name = "sequential",
       .title = "In order",
       .summary = "Every row once an epoch, in the table's order.",
       .formula = "batch k = rows k B ... k B + B - 1",
       .source = "incremental gradients: Bertsekas (2011)",
       .advice = "To compare with other programs, or where the order means something. A sorted "
                 "table misleads it: shuffled is safer.",
       .example = "thalweg fit data.csv --target y --batch sequential:size=16"});
}

}  // namespace thalweg
