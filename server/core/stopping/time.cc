#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

// The one rule that does not depend on the iterates alone: where it ends a run differs from
// machine to machine.
class TimeLimit final : public StoppingRule {
 public:
  struct Options {
    double threshold = 0;
  };
  static OptionTable<Options> Table() {
    return {{"threshold", &Options::threshold, kPositive, "seconds of running", kRequired}};
  }
  explicit TimeLimit(const Options& options) : seconds_(options.threshold) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    const double elapsed = progress.elapsed_seconds;
    if (!(elapsed >= seconds_)) return std::nullopt;
    return StopReason{Termination::kLimit,
                      "time",
                      elapsed,
                      seconds_,
                      absl::StrFormat("the limit of %.6g seconds was reached", seconds_),
                      {}};
  }

 private:
  const double seconds_;
};

}  // namespace

StoppingRuleEntry TimeEntry() {
  return EntryOf<StoppingRule, TimeLimit>({.name = "time",
                                           .title = "Time limit",
                                           .summary = "Stops after a time spent running.",
                                           .formula = "seconds >= threshold",
                                           .source = ""});
}

}  // namespace thalweg
