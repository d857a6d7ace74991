#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

// Patience: an improvement counts from the last best value that counted, so that slow progress
// adds up and two numbers are all there is to remember.
class Stall final : public StoppingRule {
 public:
  struct Options {
    double threshold = 1e-6;
    int64_t window = 100;
  };
  static OptionTable<Options> Table() {
    return {
        {"threshold", &Options::threshold, kNonNegative,
         "least improvement of the best value that counts, relative to max(1, |best|)"},
        {"window", &Options::window, kCount, "iterations that may pass without one"},
    };
  }
  explicit Stall(const Options& options) : options_(options) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    const int64_t k = progress.at.iteration;
    const double best = progress.best.value;
    const double gain = (reference_ - best) / std::max(1.0, std::abs(reference_));
    if (!begun_ || (gain > 0 && gain >= options_.threshold)) {
      begun_ = true;
      reference_ = best;
      since_ = k;
      return std::nullopt;
    }
    if (k - since_ < options_.window) return std::nullopt;
    return StopReason{
        Termination::kStalled,
        "stall",
        gain,
        options_.threshold,
        absl::StrFormat("the best value improved by %.3g of itself over the last %d iterations, "
                        "less than %.3g",
                        gain, k - since_, options_.threshold),
        {}};
  }

  void Remember(State& state) override {
    state.Keep("begun", begun_);
    state.Keep("reference", reference_);
    state.Keep("since", since_);
  }

 private:
  const Options options_;
  bool begun_ = false;
  double reference_ = 0;  // the last best value whose improvement counted
  int64_t since_ = 0;     // its iteration
};

}  // namespace

StoppingRuleEntry StallEntry() {
  return EntryOf<StoppingRule, Stall>(
      {.name = "stall",
       .title = "No progress",
       .summary = "Stops where the best value has not improved enough for a number of iterations.",
       .formula = "(reference - best) / max(1, |reference|) < threshold for window iterations",
       .source = "early stopping: Prechelt (1998)"});
}

}  // namespace thalweg
