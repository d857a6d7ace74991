#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

class Epochs final : public StoppingRule {
 public:
  struct Options {
    double threshold = 100;
  };
  static OptionTable<Options> Table() {
    return {{"threshold", &Options::threshold, kPositive, "passes over the training rows"}};
  }
  explicit Epochs(const Options& options) : most_(options.threshold) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    if (progress.at.epoch < most_) return std::nullopt;
    return StopReason{Termination::kLimit,
                      "epochs",
                      progress.at.epoch,
                      most_,
                      absl::StrFormat("the limit of %g epochs was reached", most_),
                      {}};
  }

 private:
  const double most_;
};

}  // namespace

StoppingRuleEntry EpochsEntry() {
  return EntryOf<StoppingRule, Epochs>(
      {.name = "epochs",
       .title = "Epoch limit",
       .summary = "Stops after a number of passes over the training rows of a model.",
       .formula = "epoch >= threshold",
       .source = ""});
}

}  // namespace thalweg
