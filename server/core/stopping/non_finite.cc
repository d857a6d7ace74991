#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

class NonFinite final : public StoppingRule {
 public:
  struct Options {
    int64_t threshold = 1;
  };
  static OptionTable<Options> Table() {
    return {{"threshold", &Options::threshold, kCount,
             "iterates in a row whose value or gradient is NaN or infinite"}};
  }
  explicit NonFinite(const Options& options) : most_(options.threshold) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    count_ = IsFinite(progress) ? 0 : count_ + 1;
    if (count_ < most_) return std::nullopt;
    return StopReason{Termination::kNonFinite,
                      "non_finite",
                      static_cast<double>(count_),
                      static_cast<double>(most_),
                      absl::StrFormat("the value or gradient at iteration %d is not finite",
                                      progress.at.iteration),
                      {}};
  }

  void Remember(State& state) override { state.Keep("count", count_); }

 private:
  const int64_t most_;
  int64_t count_ = 0;  // in a row, up to now
};

}  // namespace

StoppingRuleEntry NonFiniteEntry() {
  return EntryOf<StoppingRule, NonFinite>(
      {.name = "non_finite",
       .title = "Not finite",
       .summary = "Stops where the value or the gradient is NaN or infinite.",
       .formula = "not finite, threshold times in a row",
       .source = ""});
}

}  // namespace thalweg
