#pragma once

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// Random search: points drawn uniformly in the box where there is one, else around the best so far
/// with normal distances whose width grows after a success and shrinks without one, so that about
/// one step in five succeeds: Rechenberg (1973). Points are projected onto bounds.
///
/// One Step is `samples` points, evaluated together; the iterate is the best so far.
class RandomSearch final : public Optimizer {
 public:
  struct Options {
    std::string sampling = "auto";
    int64_t samples = 10;
    double width = 1;
    double grow = 1.5;
    double shrink = 0.9;
    double width_tolerance = 1e-10;
  };
  static OptionTable<Options> Table();

  explicit RandomSearch(const Options& options) : options_(options) {}

  Capabilities capabilities() const override {
    return {.gradient = false, .bounds = true, .random = true};
  }
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  void Remember(State& state) override;

 private:
  bool Uniform(const Problem& problem) const {
    return options_.sampling == "auto" && problem.bounds().finite();
  }
  void Draw(const Problem& problem, int64_t iteration, int64_t member, const Vector& centre,
            Eigen::Ref<Vector> point) const;

  const Options options_;
  double width_ = 0;        // standard deviation now; 0 until the first step
  double width_limit_ = 0;  // at which it has collapsed; 0 where it stays
};

OptimizerEntry RandomSearchEntry();

}  // namespace thalweg
