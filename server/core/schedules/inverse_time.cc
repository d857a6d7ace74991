#include "server/core/entry_of.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

// Its sum diverges and the sum of its squares converges, as Robbins & Monro (1951) ask.
// torch Adagrad's lr / (1 + k*lr_decay) is a = lr / lr_decay, b = 1 / lr_decay.
class InverseTime final : public ScheduleCurve {
 public:
  struct Options {
    double a = 0;
    double b = 1;
  };
  static OptionTable<Options> Table() {
    return {
        {"a", &Options::a, kPositive, "numerator; the value starts at a / b", kRequired},
        {"b", &Options::b, kPositive, "iterations after which the value has halved"},
    };
  }
  explicit InverseTime(const Options& options) : options_(options) {}

  double At(int64_t k) const override { return options_.a / (static_cast<double>(k) + options_.b); }

 private:
  const Options options_;
};

}  // namespace

ScheduleEntry InverseTimeEntry() {
  return EntryOf<ScheduleCurve, InverseTime>({.name = "inverse_time",
                                              .title = "Inverse time decay",
                                              .summary = "Falls as one over the iteration.",
                                              .formula = "a / (k + b)",
                                              .source = "Robbins & Monro (1951)"});
}

}  // namespace thalweg
