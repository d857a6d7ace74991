#include "server/core/entry_of.h"
#include "server/core/schedules/annealing.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

// torch OneCycleLR with three_phase = False; it refuses k >= steps, here the last value holds.
class OneCycle final : public ScheduleCurve {
 public:
  struct Options {
    double max = 0;
    int64_t steps = 0;
    double rising = 0.3;
    double initial_divisor = 25;
    double final_divisor = 1e4;
    std::string shape = "cosine";
  };
  static OptionTable<Options> Table() {
    constexpr Range kAtLeastOne{1, kInfinity, false, true};
    return {
        {"max", &Options::max, kPositive, "value at the top", kRequired},
        {"steps", &Options::steps, kCount, "iterations of the whole cycle", kRequired},
        {"rising", &Options::rising, kUnit, "fraction of the cycle spent rising (pct_start)"},
        {"initial_divisor", &Options::initial_divisor, kAtLeastOne,
         "the first value is max / initial_divisor"},
        {"final_divisor", &Options::final_divisor, kAtLeastOne,
         "the last value is max / initial_divisor / final_divisor"},
        {"shape",
         &Options::shape,
         {},
         "the curve between first, top and last value",
         {"cosine", "linear"}},
    };
  }
  explicit OneCycle(const Options& options)
      : max_(options.max),
        initial_(options.max / options.initial_divisor),
        final_(initial_ / options.final_divisor),
        top_(options.rising * static_cast<double>(options.steps) - 1),
        end_(static_cast<double>(options.steps) - 1),
        between_(options.shape == "cosine" ? CosineBetween : LineBetween) {}

  double At(int64_t iteration) const override {
    const auto k = static_cast<double>(iteration);
    if (k < top_) return between_(initial_, max_, k / top_);
    if (k == top_) return max_;
    if (k >= end_) return final_;
    return between_(max_, final_, (k - top_) / (end_ - top_));
  }

 private:
  const double max_;
  const double initial_;
  const double final_;
  const double top_;  // the iteration of the maximum; a fraction, and -1 where nothing rises
  const double end_;  // the last iteration
  double (*const between_)(double start, double end, double progress);
};

}  // namespace

ScheduleEntry OneCycleEntry() {
  return EntryOf<ScheduleCurve, OneCycle>(
      {.name = "one_cycle",
       .title = "One cycle",
       .summary = "Rises to a maximum, then falls far below where it began.",
       .formula = "max / initial_divisor -> max -> max / (initial_divisor * final_divisor)",
       .source = "Smith & Topin (2018), arXiv:1708.07120; PyTorch OneCycleLR"});
}

}  // namespace thalweg
