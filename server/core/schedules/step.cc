#include "server/core/deterministic_math.h"
#include "server/core/entry_of.h"
#include "server/core/schedules/annealing.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

// torch StepLR.
class Step final : public ScheduleCurve {
 public:
  struct Options {
    double initial = 0;
    double factor = 0.1;
    int64_t every = 0;
  };
  static OptionTable<Options> Table() {
    return {
        {"initial", &Options::initial, kPositive, "value before the first drop", kRequired},
        {"factor", &Options::factor, kFalling, "what each drop multiplies by"},
        {"every", &Options::every, kCount, "iterations between drops", kRequired},
    };
  }
  explicit Step(const Options& options) : options_(options) {}

  double At(int64_t k) const override {
    return options_.initial * Power(options_.factor, static_cast<double>(k / options_.every));
  }

 private:
  const Options options_;
};

}  // namespace

ScheduleEntry StepEntry() {
  return EntryOf<ScheduleCurve, Step>(
      {.name = "step",
       .title = "Step decay",
       .summary = "Multiplied by a factor every so many iterations.",
       .formula = "initial * factor^floor(k / every)",
       .source = "PyTorch StepLR"});
}

}  // namespace thalweg
