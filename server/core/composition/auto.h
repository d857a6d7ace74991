#pragma once

#include <memory>
#include <string>

#include "server/core/composition/leg.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Chooses an optimizer from what the problem shows: a sum of squares, bounds, constraints, kinks,
/// noise, the number of coordinates; says what it chose and why. Where a gradient method stalls at
/// a kink, it goes on with one that asks for values only.
class Auto final : public Optimizer {
 public:
  struct Options {
    std::string search = "local";
  };
  static OptionTable<Options> Table();

  explicit Auto(const Options& options) : global_(options.search == "global") {}

  Capabilities capabilities() const override;
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override { return finished_; }
  void Remember(State& state) override;
  double LargestStableRate(double curvature) const override {
    return leg_ ? leg_->optimizer().LargestStableRate(curvature) : 0;
  }

 private:
  absl::Status Begin(const std::string& kind, Problem& problem, Iterate& at);
  absl::Status Take(const std::string& kind);  // makes the leg

  const bool global_;
  std::string kind_;  // of the leg; empty before the first step
  std::unique_ptr<Leg> leg_;
  bool fallen_back_ = false;
  bool fall_back_ = false;  // with the next step
  std::optional<StopReason> finished_;
};

OptimizerEntry AutoEntry();

}  // namespace thalweg
