#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

class TargetValue final : public StoppingRule {
 public:
  struct Options {
    double threshold = 0;
  };
  static OptionTable<Options> Table() {
    return {{"threshold", &Options::threshold, kAnyFinite, "the value to reach", kRequired}};
  }
  explicit TargetValue(const Options& options) : target_(options.threshold) {}

  // The target is a value of the caller's function, whichever way that is optimised.
  std::optional<StopReason> Check(const Progress& progress) override {
    if (!IsFinite(progress)) return std::nullopt;
    // Of batches only what all rows make counts; NaN in between.
    const double value =
        progress.batched ? progress.at.training_value : InCallersSign(progress, progress.at.value);
    const bool minimize = progress.direction == Direction::kMinimize;
    if (!(minimize ? value <= target_ : value >= target_)) return std::nullopt;
    return StopReason{Termination::kConverged,
                      "target_value",
                      value,
                      target_,
                      absl::StrFormat("the value %.6g reached the target %.6g", value, target_),
                      {}};
  }

 private:
  const double target_;
};

}  // namespace

StoppingRuleEntry TargetValueEntry() {
  return EntryOf<StoppingRule, TargetValue>(
      {.name = "target_value",
       .title = "Target reached",
       .summary = "Converged as soon as the value is as good as asked for.",
       .formula = "f_k <= threshold when minimising, f_k >= threshold when maximising",
       .source = ""});
}

}  // namespace thalweg
