#include "server/core/entry_of.h"
#include "server/core/schedules/annealing.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

// Times that a period may be multiplied by: small enough that k's last period, at most 2^53 times
// this, fits an int64_t.
constexpr Range kMultiplier{1, 1000, false, false};

// torch CosineAnnealingWarmRestarts.
class WarmRestarts final : public ScheduleCurve {
 public:
  struct Options {
    double initial = 0;
    double final = 0;
    int64_t period = 0;
    int64_t multiplier = 1;
  };
  static OptionTable<Options> Table() {
    return {
        {"initial", &Options::initial, kNonNegative, "value at the start and after each restart",
         kRequired},
        {"final", &Options::final, kNonNegative, "value that each period falls towards"},
        {"period", &Options::period, kCount, "iterations before the first restart", kRequired},
        {"multiplier", &Options::multiplier, kMultiplier,
         "each period is so many times as long as the one before"},
    };
  }
  explicit WarmRestarts(const Options& options) : options_(options) {}

  double At(int64_t k) const override {
    int64_t period = options_.period;
    if (options_.multiplier == 1) {
      k %= period;
    }
    while (k >= period) {
      k -= period;
      period *= options_.multiplier;
    }
    const double progress = static_cast<double>(k) / static_cast<double>(period);
    return CosineBetween(options_.initial, options_.final, progress);
  }

 private:
  const Options options_;
};

}  // namespace

ScheduleEntry WarmRestartsEntry() {
  return EntryOf<ScheduleCurve, WarmRestarts>(
      {.name = "warm_restarts",
       .title = "Cosine with warm restarts",
       .summary = "Falls along half a cosine wave, jumps back up and falls again, ever longer.",
       .formula = "final + (initial - final) * (1 + cos(pi * since_restart / period)) / 2",
       .source = "SGDR: Loshchilov & Hutter (2017), arXiv:1608.03983, eq. 5"});
}

}  // namespace thalweg
