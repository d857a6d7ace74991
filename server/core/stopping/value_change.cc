#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

class ValueChange final : public StoppingRule {
 public:
  struct Options {
    double threshold = 1e-8;
  };
  static OptionTable<Options> Table() {
    return {{"threshold", &Options::threshold, kPositive, "in units of f"}};
  }
  explicit ValueChange(const Options& options) : threshold_(options.threshold) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    const double change = std::abs(progress.at.value - progress.previous_value);
    if (!HasMoved(progress) || !IsFinite(progress)) return std::nullopt;
    if (!(change < threshold_)) return std::nullopt;
    return StopReason{
        Termination::kConverged,
        "value_change",
        change,
        threshold_,
        absl::StrFormat("the value changed by %.3g, less than %.3g", change, threshold_),
        {}};
  }

 private:
  const double threshold_;
};

}  // namespace

StoppingRuleEntry ValueChangeEntry() {
  return EntryOf<StoppingRule, ValueChange>(
      {.name = "value_change",
       .title = "Small change of value",
       .summary = "Converged where one iteration hardly changes the value.",
       .formula = "|f_k - f_{k-1}| < threshold",
       .source = ""});
}

}  // namespace thalweg
