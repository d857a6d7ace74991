#pragma once

#include <memory>
#include <vector>

#include "server/core/composition/leg.h"
#include "server/core/option_table.h"

namespace thalweg {

/// One optimizer of several in a row, and what ends its part.
struct Stage {
  struct Options {
    Part optimizer;
    std::vector<Part> until;
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Leg>> Make(const Options& options);
};

/// The catalogue of what `stages` takes: `stage` alone.
std::span<const CatalogEntry<Leg>> StageKinds();

/// Several optimizers one after the other, each from the best point of the one before: a global
/// search, then a polish. Ends with the last.
class Stages final : public Optimizer {
 public:
  struct Options {
    std::vector<Part> stages;
    Options();
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Optimizer>> Make(const Options& options);

  explicit Stages(std::vector<std::unique_ptr<Leg>> legs) : legs_(std::move(legs)) {}

  Capabilities capabilities() const override;
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override { return finished_; }
  void Remember(State& state) override;

 private:
  absl::Status BeginNext(Problem& problem, Iterate& at);

  std::vector<std::unique_ptr<Leg>> legs_;  // at least one
  int64_t current_ = 0;
  bool over_ = false;  // the current leg; the next begins with the next step
  std::optional<StopReason> finished_;
};

OptimizerEntry StagesEntry();

}  // namespace thalweg
