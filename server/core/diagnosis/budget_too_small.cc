#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/diagnosis/suggestions.h"

namespace thalweg {
namespace {

constexpr double kQuickly = 1e-6;     // of the value, in one iteration
constexpr double kStillSteep = 1e-6;  // gradient norm from which on there is somewhere to go
// Earlier over present rate from which on it is not linear; by a power it is 1.39 to 1.85, the
// earlier one being that since a half to a quarter of all iterations ago.
constexpr double kSlackening = 1.2;
constexpr double kMost = 1e8;  // iterations that one would wait for
constexpr double kRoom = 1.2;  // on what is expected

struct Forecast {
  double iterations = 0;  // in all, until the gradient is small enough
  std::string law;
};

/// How many iterations the gradient needs to fall below `threshold` if it goes on as it did: by
/// the same factor each time, or, where that slackens, by a power of the iteration.
std::optional<Forecast> Foresee(const Ending& ending, double threshold) {
  const int64_t last = ending.at.iteration;
  const int64_t span = Path::count(last) - 1;
  const Path::Place& now = ending.path.Before(last, 0);
  const Path::Place& recent = ending.path.Before(last, span);
  const Path::Place& early = ending.path.milestone();
  const double fall =
      std::log(recent.gradient_norm / now.gradient_norm) / static_cast<double>(span);
  if (span < 3 || !(fall > 0) || !std::isfinite(fall)) return std::nullopt;
  const auto k = static_cast<double>(last);
  const double digits = std::log(now.gradient_norm / threshold);
  const auto before = static_cast<double>(last - early.iteration);
  const double early_fall = std::log(early.gradient_norm / now.gradient_norm) / before;
  if (early.iteration >= 1 && last >= 4 * Path::kLength && early_fall > kSlackening * fall) {
    const double power = fall * k;  // d log g / d log k
    return Forecast{k * std::exp(digits / power),
                    absl::StrFormat("as iteration^-%.2g, no longer linearly", power)};
  }
  return Forecast{k + digits / fall,
                  absl::StrFormat("by %.3g %% an iteration", 100 * -std::expm1(-fall))};
}

void Suggest(const Ending& ending, const Forecast& forecast, Finding& finding) {
  absl::StrAppend(&finding.evidence, "; the gradient's norm falls ", forecast.law);
  if (!(forecast.iterations <= kMost)) {
    absl::StrAppend(&finding.text, absl::StrFormat(" At this pace that would take some %.1g "
                                                   "iterations: a faster method is called for.",
                                                   forecast.iterations));
    return;
  }
  const std::string& limit = ending.reason.criterion;
  const double needed = RoundedUp(kRoom * forecast.iterations);
  absl::StrAppend(&finding.text, absl::StrFormat(" At this pace some %.2g iterations do.", needed));
  const auto k = static_cast<double>(ending.at.iteration);
  if (limit == "iterations") finding.suggested_stopping = {Rule(limit, needed)};
  if (limit == "evaluations") {
    const double share = ending.reason.measured / k;
    finding.suggested_stopping = {Rule(limit, RoundedUp(needed * share))};
  }
}

}  // namespace

/// A limit ended the run while the value was still improving.
std::optional<Finding> BudgetTooSmall(Ending& ending) {
  if (ending.reason.termination != Termination::kLimit) return std::nullopt;
  const double gain = ending.previous_value - ending.at.value;
  const double scale = std::max(std::abs(ending.at.value), std::numeric_limits<double>::min());
  if (!(gain > kQuickly * scale) || !(ending.gradient_norm > kStillSteep)) return std::nullopt;

  Finding finding;
  finding.code = "budget_too_small";
  finding.text = absl::StrFormat(
      "The limit on %s ended the run while the value was still improving; a larger one would let "
      "it go on.",
      ending.reason.criterion);
  finding.evidence =
      absl::StrFormat("the last iteration improved the value by %.3g (%.3g %%), to %.6g", gain,
                      100 * gain / scale, ending.Signed(ending.at.value));
  const double threshold = ThresholdOf(ending, "gradient_norm").value_or(kStillSteep);
  if (const auto forecast = Foresee(ending, threshold)) Suggest(ending, *forecast, finding);
  return finding;
}

}  // namespace thalweg
