#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

// Early stopping; the best iterate of the run is the one with the least validation value, so its
// weights need not be restored.
class Validation final : public StoppingRule {
 public:
  struct Options {
    double threshold = 0;
    double patience = 10;
  };
  static OptionTable<Options> Table() {
    return {
        {"threshold", &Options::threshold, kNonNegative,
         "least improvement of the validation value that counts, in its own unit"},
        {"patience", &Options::patience, kPositive, "epochs that may pass without one"},
    };
  }
  explicit Validation(const Options& options) : options_(options) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    const Iterate& at = progress.at;
    const double value = at.validation_value;
    if (std::isnan(value)) return std::nullopt;  // not computed here
    if (!begun_ || (value < best_ && best_ - value >= options_.threshold)) {
      begun_ = true;
      best_ = value;
      epoch_ = at.epoch;
      return std::nullopt;
    }
    const double waited = at.epoch - epoch_;
    if (waited < options_.patience) return std::nullopt;
    return StopReason{
        Termination::kStalled,
        "validation",
        waited,
        options_.patience,
        absl::StrFormat("the validation value, %.6g, has not improved on the %.6g of epoch %.4g "
                        "for %.4g epochs",
                        value, best_, epoch_, waited),
        {}};
  }

  void Remember(State& state) override {
    state.Keep("begun", begun_);
    state.Keep("best_validation", best_);
    state.Keep("best_epoch", epoch_);
  }

 private:
  const Options options_;
  bool begun_ = false;
  double best_ = 0;   // the last value that counted as an improvement
  double epoch_ = 0;  // when it was reached
};

}  // namespace

StoppingRuleEntry ValidationEntry() {
  return EntryOf<StoppingRule, Validation>(
      {.name = "validation",
       .title = "Early stopping",
       .summary = "Stops where the loss over the rows held out no longer falls; the best iterate "
                  "is the one where it was least.",
       .formula = "min V over the last `patience` epochs > min V before - threshold",
       .source = "Prechelt (1998)"});
}

}  // namespace thalweg
