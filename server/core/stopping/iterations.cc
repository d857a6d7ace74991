#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

class Iterations final : public StoppingRule {
 public:
  struct Options {
    int64_t threshold = 100'000;
  };
  static OptionTable<Options> Table() {
    return {{"threshold", &Options::threshold, kCount, "the last iteration"}};
  }
  explicit Iterations(const Options& options) : most_(options.threshold) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    const int64_t k = progress.at.iteration;
    if (k < most_) return std::nullopt;
    return StopReason{Termination::kLimit,
                      "iterations",
                      static_cast<double>(k),
                      static_cast<double>(most_),
                      absl::StrFormat("the limit of %d iterations was reached", most_),
                      {}};
  }

 private:
  const int64_t most_;
};

}  // namespace

StoppingRuleEntry IterationsEntry() {
  return EntryOf<StoppingRule, Iterations>({.name = "iterations",
                                            .title = "Iteration limit",
                                            .summary = "Stops after a number of iterations.",
                                            .formula = "k >= threshold",
                                            .source = ""});
}

}  // namespace thalweg
