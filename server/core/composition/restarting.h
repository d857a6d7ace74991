#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/core/composition/leg.h"
#include "server/core/option_table.h"

namespace thalweg {

/// One optimizer from several starts, one after the other, until there are no more. What is common
/// to multi_start and restarts: they differ in where the next start is.
class Restarting : public Optimizer {
 public:
  Capabilities capabilities() const final;
  absl::Status Step(Problem& problem, Iterate& at) final;
  std::optional<StopReason> Finished() const final { return finished_; }
  void Remember(State& state) override;
  double LargestStableRate(double curvature) const final {
    return leg_->optimizer().LargestStableRate(curvature);
  }

 protected:
  Restarting(std::unique_ptr<Leg> leg, int64_t starts) : leg_(std::move(leg)), starts_(starts) {}

  /// Where start number `start` (1 ...) is; the given one is number 0. Projected onto the bounds.
  virtual Vector StartAt(int64_t start, const Problem& problem) = 0;
  /// The run begins at x.
  virtual void RunBegins(const Vector& /*x*/) {}
  /// The leg that began at start number `start` is over.
  virtual void LegIsOver(int64_t /*start*/, const Best& /*best*/, const Problem& /*problem*/) {}

  int64_t starts() const { return starts_; }

 private:
  absl::Status BeginNext(Problem& problem, Iterate& at);
  void Count(const Best& best);  // a minimum that was found
  void Finish();                 // there are no more starts

  std::unique_ptr<Leg> leg_;
  const int64_t starts_;
  int64_t start_ = 0;           // of the current leg
  bool over_ = false;           // the current leg; the next begins with the next step
  std::vector<double> values_;  // of the minima found, each once, in order of finding
  std::vector<int64_t> times_;  // how often each was found
  Matrix places_;               // n x as many of them as are kept: where they are
  std::optional<StopReason> finished_;
};

/// Starts spread evenly over the bounds, or around the given start where there are none.
class MultiStart final : public Restarting {
 public:
  struct Options {
    Part optimizer{"lbfgsb", {}};
    std::vector<Part> until;
    int64_t starts = 20;
    std::string sampling = "sobol";
    double spread = 5;
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Optimizer>> Make(const Options& options);

  MultiStart(std::unique_ptr<Leg> leg, const Options& options)
      : Restarting(std::move(leg), options.starts), options_(options) {}

  void Remember(State& state) override;

 private:
  Vector StartAt(int64_t start, const Problem& problem) override;
  void RunBegins(const Vector& x) override { centre_ = x; }

  const Options options_;
  Vector centre_;  // n; where the run began
};

/// Begins afresh from the best point so far, moved at random by `perturbation`: the optimizer's
/// memory is lost, the point is not. With a perturbation this is basin hopping.
class Restarts final : public Restarting {
 public:
  struct Options {
    Part optimizer{"lbfgsb", {}};
    std::vector<Part> until;
    int64_t restarts = 20;
    double perturbation = 1;
    double temperature = 0;
  };
  static OptionTable<Options> Table();
  static absl::StatusOr<std::unique_ptr<Optimizer>> Make(const Options& options);

  Restarts(std::unique_ptr<Leg> leg, const Options& options)
      : Restarting(std::move(leg), options.restarts + 1), options_(options) {}

  void Remember(State& state) override;

 private:
  Vector StartAt(int64_t start, const Problem& problem) override;
  void LegIsOver(int64_t start, const Best& best, const Problem& problem) override;

  const Options options_;
  Vector from_;            // n; where the next start is near
  double from_value_ = 0;  // f there
};

OptimizerEntry MultiStartEntry();
OptimizerEntry RestartsEntry();

}  // namespace thalweg
