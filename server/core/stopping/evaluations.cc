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
    std::string count = "values";
  };
  static OptionTable<Options> Table() {
    return {
        {"threshold", &Options::threshold, kCount, "evaluations, the start's included", kRequired},
        {"count",
         &Options::count,
         {},
         "values of f alone, or gradients and products with the "
         "Hessian as well",
         {"values", "all"}}};
  }
  explicit EvaluationLimit(const Options& options)
      : most_(options.threshold), all_(options.count == "all") {}

  std::optional<StopReason> Check(const Progress& progress) override {
    const Evaluations& made = progress.at.evaluations;
    const int64_t count = all_ ? made.all() : made.values;
    if (count < most_) return std::nullopt;
    return StopReason{
        Termination::kLimit,
        "evaluations",
        static_cast<double>(count),
        static_cast<double>(most_),
        absl::StrFormat("the limit of %d evaluations was reached, with %d", most_, count),
        {}};
  }

 private:
  const int64_t most_;
  const bool all_;
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
