#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

// A value so far below the start, relative to max(1, |start|), that there is no bottom to reach.
constexpr double kUnbounded = 1e20;

// The value is all that is looked at. x may go far for good reasons: a minimum far from the start,
// or at infinity, as that of exp(-x).
class Divergence final : public StoppingRule {
 public:
  struct Options {
    double threshold = 1e8;
  };
  static OptionTable<Options> Table() {
    return {{"threshold", &Options::threshold, kPositive,
             "how far f may get worse than at the start, relative to max(1, |f_0|)"}};
  }
  explicit Divergence(const Options& options) : threshold_(options.threshold) {}

  std::optional<StopReason> Check(const Progress& progress) override {
    if (!IsFinite(progress)) return std::nullopt;
    const double scale = std::max(1.0, std::abs(progress.start_value));
    const double rise = progress.at.value - progress.start_value;
    if (rise <= threshold_ * scale && rise >= -kUnbounded * scale) return std::nullopt;

    const double relative = progress.at.value / scale - progress.start_value / scale;
    const double start = InCallersSign(progress, progress.start_value);
    const double value = InCallersSign(progress, progress.at.value);
    if (rise > 0) {
      return StopReason{Termination::kDiverged,
                        "divergence",
                        relative,
                        threshold_,
                        absl::StrFormat("the value went from %.6g at the start to %.6g, which is "
                                        "more than %.3g times max(1, |start|) worse",
                                        start, value, threshold_),
                        {}};
    }
    const bool minimize = progress.direction == Direction::kMinimize;
    return StopReason{Termination::kDiverged,
                      "divergence",
                      relative,
                      -kUnbounded,
                      absl::StrFormat("the value went from %.6g at the start to %.6g: the "
                                      "objective seems to be unbounded %s in this direction",
                                      start, value, minimize ? "below" : "above"),
                      {}};
  }

 private:
  const double threshold_;
};

}  // namespace

StoppingRuleEntry DivergenceEntry() {
  return EntryOf<StoppingRule, Divergence>(
      {.name = "divergence",
       .title = "Divergence",
       .summary = "Stops where the value grows, or falls, without bound.",
       .formula = "(f_k - f_0) / max(1, |f_0|) > threshold, or < -1e20",
       .source = ""});
}

}  // namespace thalweg
