#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

// For looking at a run where it stands, step by step, and for comparing runs at equal cost. A count
// is passed once: a run that goes on pauses at the next one.
class Pause final : public StoppingRule {
 public:
  struct Options {
    std::vector<double> threshold;
    std::string count = "iterations";
  };
  static OptionTable<Options> Table() {
    return {
        {"threshold", &Options::threshold, kCountOrZero, "counts to halt at, in increasing order",
         kRequired},
        {"count",
         &Options::count,
         {},
         "what is counted: iterations, values of f, or evaluations of all kinds (values, "
         "gradients, "
         "products with the Hessian)",
         {"iterations", "values", "all"}},
    };
  }
  static absl::Status Check(const Options& options) {
    const std::vector<double>& at = options.threshold;
    if (at.empty()) {
      return Refuse("settings[threshold]", Reason::kInvalidValue, "expected at least one count");
    }
    for (size_t i = 0; i < at.size(); ++i) {
      if (at[i] == std::trunc(at[i]) && (i == 0 || at[i - 1] < at[i])) continue;
      return Refuse(
          "settings[threshold]", Reason::kInvalidValue,
          absl::StrCat("entry ", i, " is ", at[i], "; expected whole numbers in increasing order"));
    }
    return absl::OkStatus();
  }
  explicit Pause(Options options) : options_(std::move(options)) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    const auto count = static_cast<double>(CountAt(progress.at));
    const std::vector<double>& all = options_.threshold;
    const auto next = std::upper_bound(all.begin() + passed_, all.end(), count) - all.begin();
    if (next == passed_) return std::nullopt;
    passed_ = next;
    const double reached = all[static_cast<size_t>(next) - 1];
    return StopReason{Termination::kPaused,
                      "pause",
                      count,
                      reached,
                      absl::StrFormat("pauses at %d %s", static_cast<int64_t>(reached),
                                      options_.count == "all" ? "evaluations" : options_.count),
                      {}};
  }

  void Remember(State& state) override {
    state.Keep("passed", passed_);
    if (passed_ < 0 || passed_ > static_cast<int64_t>(options_.threshold.size())) {
      state.Fail("more pauses than there are");
      passed_ = 0;
    }
  }

 private:
  int64_t CountAt(const Iterate& at) const {
    if (options_.count == "iterations") return at.iteration;
    return options_.count == "values" ? at.evaluations.values : at.evaluations.all();
  }

  const Options options_;
  int64_t passed_ = 0;  // of the counts
};

}  // namespace

StoppingRuleEntry PauseEntry() {
  return EntryOf<StoppingRule, Pause>(
      {.name = "pause",
       .title = "Pause",
       .summary = "Halts the run at each of some counts, until it is resumed; it ends nothing.",
       .formula = "count >= threshold[i], once for each i",
       .source = ""});
}

}  // namespace thalweg
