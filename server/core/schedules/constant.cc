#include "server/core/entry_of.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

class Constant final : public ScheduleCurve {
 public:
  struct Options {
    double value = 0;
  };
  static OptionTable<Options> Table() {
    return {{"value", &Options::value, kNonNegative, "the value at every iteration", kRequired}};
  }
  explicit Constant(const Options& options) : options_(options) {}

  double At(int64_t /*k*/) const override { return options_.value; }

 private:
  const Options options_;
};

}  // namespace

ScheduleEntry ConstantEntry() {
  return EntryOf<ScheduleCurve, Constant>({.name = "constant",
                                           .title = "Constant",
                                           .summary = "The same value at every iteration.",
                                           .formula = "value",
                                           .source = ""});
}

}  // namespace thalweg
