#include <numeric>

#include "server/core/batches/plans.h"
#include "server/core/entry_of.h"

namespace thalweg {
namespace {

class Full final : public BatchPlan {
 public:
  struct Options {};
  static OptionTable<Options> Table() { return {}; }
  explicit Full(const Options& /*options*/) {}

  bool full() const override { return true; }
  void Begin(Index rows, std::span<const double> /*importance*/) override { rows_ = rows; }
  Index batches() const override { return 1; }
  double EpochAt(int64_t k) const override { return static_cast<double>(k); }
  void Fill(uint64_t /*seed*/, int64_t /*k*/, Batch& batch) const override {
    batch.factors.clear();
    batch.rows.resize(static_cast<size_t>(rows_));
    std::iota(batch.rows.begin(), batch.rows.end(), 0);
  }

 private:
  Index rows_ = 1;
};

}  // namespace

BatchPlanEntry FullEntry() {
  return EntryOf<BatchPlan, Full>(
      {.name = "full",
       .title = "All rows",
       .summary = "Every step sees all training rows: batch descent.",
       .formula = "g = gradient of f",
       .source = "Cauchy (1847)",
       .advice = "For tables of which a pass is cheap, and for methods that compare values: "
                 "L-BFGS, line searches, trust regions.",
       .example =
           "thalweg fit data.csv --target y --optimizer gradient_descent --set learning_rate=0.1"});
}

}  // namespace thalweg
