#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

class StepSize final : public StoppingRule {
 public:
  struct Options {
    double threshold = 1e-8;
  };
  static OptionTable<Options> Table() {
    return {{"threshold", &Options::threshold, kPositive, "in units of x"}};
  }
  explicit StepSize(const Options& options) : threshold_(options.threshold) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    const double step = progress.at.step_norm;
    if (!HasMoved(progress) || !IsFinite(progress)) return std::nullopt;
    if (!(step < threshold_)) return std::nullopt;
    return StopReason{Termination::kConverged,
                      "step_size",
                      step,
                      threshold_,
                      absl::StrFormat("x moved by %.3g, less than %.3g", step, threshold_),
                      {}};
  }

 private:
  const double threshold_;
};

}  // namespace

StoppingRuleEntry StepSizeEntry() {
  return EntryOf<StoppingRule, StepSize>({.name = "step_size",
                                          .title = "Small step",
                                          .summary = "Converged where x hardly moves any more.",
                                          .formula = "||x_k - x_{k-1}||_2 < threshold",
                                          .source = ""});
}

}  // namespace thalweg
