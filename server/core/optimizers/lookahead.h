#pragma once

#include <memory>

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Lookahead: lets another method make k steps, then goes only a part alpha of the way from where
/// that began. Zhang et al. (2019), arXiv:1907.08610, Alg. 1; the inner method keeps its memory.
/// For methods that move by a learning rate: others keep points or curvature that belong to the x
/// they left behind. It can what the inner method can.
class Lookahead final : public Optimizer {
 public:
  struct Options {
    Part inner{"adam", {}};
    int64_t period = 5;
    double alpha = 0.5;
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Optimizer>> Make(const Options& options);

  Lookahead(const Options& options, std::unique_ptr<Optimizer> inner)
      : period_(options.period), alpha_(options.alpha), inner_(std::move(inner)) {}

  Capabilities capabilities() const override { return inner_->capabilities(); }
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override { return inner_->Finished(); }
  void Remember(State& state) override;
  double LargestStableRate(double curvature) const override {
    return inner_->LargestStableRate(curvature);
  }

 private:
  const int64_t period_;
  const double alpha_;
  const std::unique_ptr<Optimizer> inner_;
  int64_t steps_ = 0;  // since the last synchronisation
  Vector slow_;        // n; x then; empty until the first step
};

OptimizerEntry LookaheadEntry();

}  // namespace thalweg
