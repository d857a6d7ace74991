#pragma once

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Pattern search: looks a step along each coordinate, and halves the step where nothing is lower.
/// Hooke & Jeeves (1961), who also repeat the last success before they look again; or compass
/// search: Kolda, Lewis & Torczon (2003), SIAM Rev. 45, 385-482. A look across a bound ends on it.
///
/// One Step is one poll: at most 2n trials (4n + 1 of Hooke & Jeeves).
class PatternSearch final : public Optimizer {
 public:
  struct Options {
    double initial_step = 1;
    double relative_step = 0;
    std::string poll = "hooke_jeeves";
    double shrink = 0.5;
    double expand = 2;
    double step_tolerance = 1e-8;
  };
  static OptionTable<Options> Table();
  static absl::Status Check(const Options& options);

  explicit PatternSearch(const Options& options) : options_(options) {}

  Capabilities capabilities() const override { return {.gradient = false, .bounds = true}; }
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  void Remember(State& state) override;

 private:
  /// A point and its value.
  struct Place {
    Vector x;
    double value = 0;
  };

  void SetScale(const Problem& problem, const Vector& x);
  absl::Status HookeJeeves(Problem& problem, Iterate& at, Place& found);
  absl::Status Explore(Problem& problem, Iterate& at, Place& place);
  absl::Status PollUntilLower(Problem& problem, Iterate& at, Place& found);
  absl::Status PollAll(Problem& problem, Iterate& at, Place& found);
  bool Look(const Problem& problem, Index direction, Vector& x) const;
  absl::Status Try(Problem& problem, Iterate& at, Place& place);

  const Options options_;
  Vector scale_;           // n; steps at step_ = 1; 0 where a coordinate is fixed
  double step_ = 1;        // in units of scale_
  double size_limit_ = 0;  // for the longest step
  bool lower_ = false;     // whether the last poll found something lower
  Vector move_;            // n; what it moved x by; of Hooke & Jeeves
  int64_t direction_ = 0;  // where it was found: 2i up, 2i + 1 down; of compass search
};

OptimizerEntry PatternSearchEntry();

}  // namespace thalweg
