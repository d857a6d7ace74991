#pragma once

#include <optional>
#include <string>

#include "server/core/optimizer.h"
#include "server/core/option_table.h"
#include "server/core/populations/cma_descent.h"
#include "server/core/populations/region.h"

namespace thalweg {

/// Covariance matrix adaptation: samples a normal distribution, moves its mean to the better half,
/// and learns the shape of the valley from the steps that were good. Hansen (2016),
/// arXiv:1604.00772; restarts with twice the population (Auger & Hansen (2005)) or with large and
/// small ones by turns (Hansen (2009)). Bounds: the space is folded onto the box, so that the
/// distribution knows no walls. An iteration is a generation; the iterate is the best point so far.
class CmaEs final : public Optimizer {
 public:
  struct Options {
    double sigma = 0;
    int64_t population = 0;
    bool active = true;
    std::string covariance = "full";
    std::string restarts = "none";
    int64_t most_restarts = 9;
    double tolerance_x = 1e-12;
    double tolerance_value = 1e-12;
  };
  static OptionTable<Options> Table();

  explicit CmaEs(const Options& options) : options_(options) {}

  Capabilities capabilities() const override;
  absl::Status Step(Problem& problem, Iterate& at) override;
  std::optional<StopReason> Finished() const override;
  void Remember(State& state) override;

 private:
  void Begin(const Problem& problem, const Iterate& at);
  void Restart(const Problem& problem, Iterate& at);
  CmaForm FormWith(Index lambda) const;
  CmaDescent::Tolerances Tolerances() const {
    return {options_.tolerance_x, options_.tolerance_value};
  }
  bool MayRestart() const {
    return options_.restarts != "none" && restarts_ < options_.most_restarts;
  }

  const Options options_;

  CmaDescent descent_;
  Vector scale_;   // n: the first standard deviations, in units of x; empty before the first step
  Region region_;  // where restarts begin
  int64_t lambda_ = 0;  // of the first descent
  int64_t restarts_ = 0;

  // For bipop: the regime of this descent, and evaluations by regime.
  int64_t large_lambda_ = 0;  // of the last descent of the large regime
  bool small_ = false;
  int64_t spent_ = 0;           // by this descent
  int64_t spent_by_large_ = 0;  // by all others of the regime
  int64_t spent_by_small_ = 0;
  int64_t spent_last_large_ = 0;  // by the last one of the large regime

  // Of one generation.
  Matrix points_;
  Vector values_;
};

OptimizerEntry CmaEsEntry();

}  // namespace thalweg
