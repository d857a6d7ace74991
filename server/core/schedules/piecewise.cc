#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/core/entry_of.h"
#include "server/core/schedules/boundaries.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

// torch MultiStepLR changes at its milestones likewise (TensorFlow's PiecewiseConstantDecay one
// iteration later).
class Piecewise final : public ScheduleCurve {
 public:
  struct Options {
    std::vector<double> boundaries;
    std::vector<double> values;
  };
  static OptionTable<Options> Table() {
    return {
        {"boundaries", &Options::boundaries, kCount,
         "iterations at which the value changes, increasing", kRequired},
        {"values", &Options::values, kNonNegative, "one value more than boundaries", kRequired},
    };
  }
  static absl::Status Check(const Options& options) {
    return CheckBoundaries(options.boundaries, "values", options.values.size());
  }
  explicit Piecewise(const Options& options) : options_(options) {}

  double At(int64_t k) const override { return options_.values[PieceAt(options_.boundaries, k)]; }

 private:
  const Options options_;
};

}  // namespace

ScheduleEntry PiecewiseEntry() {
  return EntryOf<ScheduleCurve, Piecewise>(
      {.name = "piecewise",
       .title = "Piecewise constant",
       .summary = "One value after another, changing at given iterations.",
       .formula = "values[number of boundaries <= k]",
       .source = "PyTorch MultiStepLR"});
}

}  // namespace thalweg
