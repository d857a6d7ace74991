#include <algorithm>

#include "server/core/entry_of.h"
#include "server/core/schedules/annealing.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

// torch CosineAnnealingLR, except that the value stays at `final` after `steps` where torch's
// closed form rises again; warm_restarts is for coming back up.
class Cosine final : public ScheduleCurve {
 public:
  struct Options {
    double initial = 0;
    double final = 0;
    int64_t steps = 0;
  };
  static OptionTable<Options> Table() {
    return {
        {"initial", &Options::initial, kNonNegative, "value at iteration 0", kRequired},
        {"final", &Options::final, kNonNegative, "value from iteration `steps` on"},
        {"steps", &Options::steps, kCount, "iterations from the initial to the final value",
         kRequired},
    };
  }
  explicit Cosine(const Options& options) : options_(options) {}

  double At(int64_t k) const override {
    const auto& [initial, final, steps] = options_;
    const double progress = static_cast<double>(std::min(k, steps)) / static_cast<double>(steps);
    return CosineBetween(initial, final, progress);
  }

 private:
  const Options options_;
};

}  // namespace

ScheduleEntry CosineEntry() {
  return EntryOf<ScheduleCurve, Cosine>(
      {.name = "cosine",
       .title = "Cosine decay",
       .summary = "From an initial to a final value along half a cosine wave.",
       .formula = "final + (initial - final) * (1 + cos(pi * min(k, steps) / steps)) / 2",
       .source = "Loshchilov & Hutter (2017), arXiv:1608.03983"});
}

}  // namespace thalweg
