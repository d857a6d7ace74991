#include <algorithm>

#include "server/core/deterministic_math.h"
#include "server/core/entry_of.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

// torch PolynomialLR is final = 0.
class Polynomial final : public ScheduleCurve {
 public:
  struct Options {
    double initial = 0;
    double final = 0;
    int64_t steps = 0;
    double power = 1;
  };
  static OptionTable<Options> Table() {
    return {
        {"initial", &Options::initial, kNonNegative, "value at iteration 0", kRequired},
        {"final", &Options::final, kNonNegative, "value from iteration `steps` on"},
        {"steps", &Options::steps, kCount, "iterations from the initial to the final value",
         kRequired},
        {"power", &Options::power, kPositive, "1 is a straight line"},
    };
  }
  explicit Polynomial(const Options& options) : options_(options) {}

  double At(int64_t k) const override {
    const auto& [initial, final, steps, power] = options_;
    const double left =
        static_cast<double>(steps - std::min(k, steps)) / static_cast<double>(steps);
    return final + (initial - final) * Power(left, power);
  }

 private:
  const Options options_;
};

}  // namespace

ScheduleEntry PolynomialEntry() {
  return EntryOf<ScheduleCurve, Polynomial>(
      {.name = "polynomial",
       .title = "Polynomial decay",
       .summary = "From an initial to a final value along a power of the iterations left.",
       .formula = "final + (initial - final) * (1 - min(k, steps) / steps)^power",
       .source = "PyTorch PolynomialLR"});
}

}  // namespace thalweg
