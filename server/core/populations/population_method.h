#pragma once

#include <optional>

#include "server/core/optimizer.h"
#include "server/core/option_table.h"
#include "server/core/populations/population.h"
#include "server/core/populations/region.h"

namespace thalweg {

/// What every method has that keeps a population.
struct PopulationOptions {
  int64_t population = 0;
  double initial_spread = 1;
  double tolerance = 1e-10;
  int64_t patience = 500;
};

/// `usual_size` says what a population of 0 stands for: "10 n, between 20 and 100".
OptionTable<PopulationOptions> PopulationTable(const std::string& usual_size);

/// A method that moves many points at once. An iteration is a generation; the first spreads the
/// population out, the given start among its members. The iterate is the best point so far. What
/// is not finite counts as worst of all.
class PopulationMethod : public Optimizer {
 public:
  Capabilities capabilities() const override;
  absl::Status Step(Problem& problem, Iterate& at) final;

  /// Converged where the population has collapsed; stalled where no generation found a better
  /// point for `patience` generations.
  std::optional<StopReason> Finished() const override;

  void Remember(State& state) final;

 protected:
  /// A population has at least `least` members.
  PopulationMethod(const PopulationOptions& options, Index least)
      : shared_(options), least_(least) {}

  /// How many members there are where the caller did not say; n coordinates.
  virtual Index UsualSize(Index n) const = 0;
  /// Called once the first population is there, with its values.
  virtual void Begin(Problem& /*problem*/, const Iterate& /*at*/) {}
  /// Makes, evaluates and chooses from one generation.
  virtual absl::Status Generation(Problem& problem, Iterate& at) = 0;
  /// What the method keeps beside the population.
  virtual void RememberMore(State& state) = 0;

  /// A fresh population spread over the region. `start` replaces its first member and is not
  /// evaluated again; null: a restart.
  absl::Status SpreadOut(Problem& problem, Index size, const Vector* start, Iterate& at);
  /// Whether the members are the same but for `tolerance` or rounding.
  bool Collapsed() const;

  Population members_;
  Region region_;
  double spread_ = 1;  // of the members, in units of the region's width

 private:
  const PopulationOptions shared_;
  const Index least_;
  int64_t fruitless_ = 0;  // generations since the last better point
};

}  // namespace thalweg
