#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "server/core/batches/batch_plan.h"
#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {
namespace {

constexpr int64_t kLeast = 6;      // epochs that tell a trend
constexpr double kVisibly = 1e-6;  // of the value: less than that is no jumping
constexpr double kLowered = 0.3;   // of the rate
constexpr double kGrown = 4;       // times the size of a batch: half the noise

double SizeOf(const Part& batches) {
  const auto given = batches.settings.find("size");
  const auto* const size =
      given == batches.settings.end() ? nullptr : std::get_if<double>(&given->second);
  return size == nullptr ? 32 : *size;
}

}  // namespace

/// With batches and a rate that stays, f over all rows falls until the noise of their gradients
/// throws x about as far as the steps bring it nearer: from there on it only jumps. Bottou, Curtis
/// & Nocedal (2018), theorem 4.6.
std::optional<Finding> NoiseFloor(Ending& ending) {
  const int64_t count = ending.curve.count();
  if (!SeesBatches(ending.batches) || count < kLeast) return std::nullopt;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  double earlier = 0;  // means of the older and of the newer half
  double later = 0;
  int64_t rises = 0;
  for (int64_t back = 0; back < count; ++back) {
    const double value = ending.Signed(ending.curve.Before(back).training);
    if (!std::isfinite(value)) return std::nullopt;
    low = std::min(low, value);
    high = std::max(high, value);
    if (back < count / 2) later += value / static_cast<double>(count / 2);
    if (back >= count - count / 2) earlier += value / static_cast<double>(count / 2);
    if (back > 0 && ending.Signed(ending.curve.Before(back - 1).training) > value) ++rises;
  }
  const bool jumps = 3 * rises >= count - 1 && high - low > kVisibly * std::abs(low);
  if (!jumps || earlier - later > 0.25 * (high - low)) return std::nullopt;

  const double rate = ending.at.learning_rate;
  const double size = SizeOf(ending.batches);
  Finding finding;
  finding.code = "noise_floor";
  finding.text = absl::StrFormat(
      "The training value no longer falls, it jumps: the noise of the batches undoes what the "
      "steps "
      "gain. A rate that falls or is lower (%.2g), or batches of %g rows in place of %g, go "
      "further down.",
      kLowered * rate, kGrown * size, size);
  finding.evidence = absl::StrFormat(
      "over all rows it was between %.4g and %.4g at the ends of the last %d epochs, and rose %d "
      "times of %d; learning rate %.3g",
      ending.Signed(low), ending.Signed(high), count, rises, count - 1, rate);
  if (ending.optimizer.capabilities().rate) {
    finding.suggested_settings["learning_rate"] = kLowered * rate;
  }
  return finding;
}

}  // namespace thalweg
