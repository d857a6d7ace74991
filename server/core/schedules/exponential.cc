#include "server/core/deterministic_math.h"
#include "server/core/entry_of.h"
#include "server/core/schedules/annealing.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

// torch ExponentialLR is every = 1; a larger `every` spreads the factor smoothly over that many
// iterations, as TensorFlow's ExponentialDecay does.
class Exponential final : public ScheduleCurve {
 public:
  struct Options {
    double initial = 0;
    double factor = 0;
    int64_t every = 1;
  };
  static OptionTable<Options> Table() {
    return {
        {"initial", &Options::initial, kPositive, "value at iteration 0", kRequired},
        {"factor", &Options::factor, kPositive,
         "what `every` iterations multiply by; above 1 the value rises", kRequired},
        {"every", &Options::every, kCount, "iterations that the factor is spread over"},
    };
  }
  explicit Exponential(const Options& options) : options_(options) {}

  double At(int64_t k) const override {
    const double periods = static_cast<double>(k) / static_cast<double>(options_.every);
    return options_.initial * Power(options_.factor, periods);
  }

 private:
  const Options options_;
};

}  // namespace

ScheduleEntry ExponentialEntry() {
  return EntryOf<ScheduleCurve, Exponential>(
      {.name = "exponential",
       .title = "Exponential",
       .summary = "Multiplied by the same factor at every iteration.",
       .formula = "initial * factor^(k / every)",
       .source = "PyTorch ExponentialLR; TensorFlow ExponentialDecay; rising: Smith (2017)"});
}

}  // namespace thalweg
