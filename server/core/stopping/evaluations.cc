#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

// Asked after an iteration, so a method that evaluates several times per iteration may overshoot.
class EvaluationLimit final : public StoppingRule {
 public:
  struct Options {
    int64_t threshold = 0;
  };
  static OptionTable<Options> Table() {
    return {{"threshold", &Options::threshold, kCount, "evaluations of f, the start's included",
             kRequired}};
  }
  explicit EvaluationLimit(const Options& options) : most_(options.threshold) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    const int64_t values = progress.at.evaluations.values;
    if (values < most_) return std::nullopt;
    return StopReason{
        Termination::kLimit,
        "evaluations",
        static_cast<double>(values),
        static_cast<double>(most_),
        absl::StrFormat("the limit of %d evaluations was reached, with %d", most_, values),
        {}};
  }

 private:
  const int64_t most_;
};

}  // namespace

StoppingRuleEntry EvaluationsEntry() {
  return EntryOf<StoppingRule, EvaluationLimit>(
      {.name = "evaluations",
       .title = "Evaluation limit",
       .summary = "Stops after a number of evaluations of the objective.",
       .formula = "evaluations >= threshold",
       .source = ""});
}

}  // namespace thalweg
