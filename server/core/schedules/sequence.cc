#include "server/core/entry_of.h"
#include "server/core/schedules/boundaries.h"
#include "server/core/schedules/entries.h"

namespace thalweg {
namespace {

// torch SequentialLR.
class Sequence final : public ScheduleCurve {
 public:
  struct Options {
    std::vector<Schedule> parts;
    std::vector<double> boundaries;
  };
  static OptionTable<Options> Table() {
    return {
        {"parts", &Options::parts, kPositive,
         "schedules, one more than boundaries; each counts from its own start", kRequired},
        {"boundaries", &Options::boundaries, kCount,
         "iterations at which the next part begins, increasing", kRequired},
    };
  }
  static absl::Status Check(const Options& options) {
    return CheckBoundaries(options.boundaries, "parts", options.parts.size());
  }
  explicit Sequence(const Options& options) : options_(options) {}

  double At(int64_t k) const override {
    const size_t part = PieceAt(options_.boundaries, k);
    const int64_t begin = part == 0 ? 0 : static_cast<int64_t>(options_.boundaries[part - 1]);
    return options_.parts[part].At(k - begin);
  }

 private:
  const Options options_;
};

}  // namespace

ScheduleEntry SequenceEntry() {
  return EntryOf<ScheduleCurve, Sequence>(
      {.name = "sequence",
       .title = "Sequence",
       .summary = "One schedule after another, changing at given iterations.",
       .formula = "parts[i](k - boundaries[i - 1]), i = number of boundaries <= k",
       .source = "PyTorch SequentialLR"});
}

}  // namespace thalweg
