#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

class RelativeValueChange final : public StoppingRule {
 public:
  struct Options {
    double threshold = 1e-8;
  };
  static OptionTable<Options> Table() {
    return {{"threshold", &Options::threshold, kPositive, "a fraction of |f|"}};
  }
  explicit RelativeValueChange(const Options& options) : threshold_(options.threshold) {}

  // Relative to the larger of both values, and at least to the smallest normal double, so that
  // two zeros differ by 0. Near a minimum of value zero this keeps a run going for long: there,
  // value_change or gradient_norm say more.
  std::optional<StopReason> Check(const Progress& progress) override {
    if (!HasMoved(progress) || !IsFinite(progress)) return std::nullopt;
    const double now = progress.at.value;
    const double before = progress.previous_value;
    const double scale =
        std::max({std::abs(now), std::abs(before), std::numeric_limits<double>::min()});
    const double change = std::abs(now / scale - before / scale);
    if (!(change < threshold_)) return std::nullopt;
    return StopReason{
        Termination::kConverged,
        "relative_value_change",
        change,
        threshold_,
        absl::StrFormat("the value changed by %.3g of itself, less than %.3g", change, threshold_),
        {}};
  }

 private:
  const double threshold_;
};

}  // namespace

StoppingRuleEntry RelativeValueChangeEntry() {
  return EntryOf<StoppingRule, RelativeValueChange>(
      {.name = "relative_value_change",
       .title = "Small relative change of value",
       .summary = "Converged where one iteration changes the value by a small fraction of itself.",
       .formula = "|f_k - f_{k-1}| / max(|f_k|, |f_{k-1}|) < threshold",
       .source = ""});
}

}  // namespace thalweg
