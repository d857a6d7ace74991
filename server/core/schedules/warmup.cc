#include "server/core/entry_of.h"
#include "server/core/schedules/annealing.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

// torch SequentialLR of LinearLR(start_factor = from, total_iters = steps) and `then`, whose
// iterations are counted from the end of the warm-up. The first value is above zero on purpose: a
// step of rate zero would move nothing, and look like convergence to a rule that compares values.
class Warmup final : public ScheduleCurve {
 public:
  struct Options {
    Schedule then;
    int64_t steps = 0;
    double from = 1.0 / 3;  // as torch
  };
  static OptionTable<Options> Table() {
    return {
        {"then", &Options::then, kPositive,
         "what follows; its first value is what the warm-up rises to", kRequired},
        {"steps", &Options::steps, kCount, "iterations of the warm-up", kRequired},
        {"from", &Options::from, {0, 1, true, false}, "first value, as a fraction of the last"},
    };
  }
  explicit Warmup(const Options& options) : options_(options) {}

  double At(int64_t k) const override {
    if (k >= options_.steps) return options_.then.At(k - options_.steps);
    const double progress = static_cast<double>(k) / static_cast<double>(options_.steps);
    return options_.then.At(0) * LineBetween(options_.from, 1, progress);
  }

 private:
  const Options options_;
};

}  // namespace

ScheduleEntry WarmupEntry() {
  return EntryOf<ScheduleCurve, Warmup>(
      {.name = "warmup",
       .title = "Linear warm-up",
       .summary = "Rises along a line to where another schedule begins, then follows it.",
       .formula = "k < steps: then(0) * (from + (1 - from) * k / steps); else then(k - steps)",
       .source = "Goyal et al. (2017), arXiv:1706.02677, section 2.2; PyTorch LinearLR"});
}

}  // namespace thalweg
