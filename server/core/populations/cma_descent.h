#pragma once

#include <optional>
#include <vector>

#include "server/core/populations/cma_distribution.h"
#include "server/core/stop_reason.h"

namespace thalweg {

/// One descent of CMA-ES from one mean, without restarts: the distribution, and the criteria by
/// which it has nothing left to gain (Hansen (2016), appendix B.3).
class CmaDescent {
 public:
  struct Tolerances {
    double x = 1e-12;  ///< Of deviations, relative to the first ones.
    double value =
        1e-12;  ///< Of values, in units of f, or of their first range where that is less.
  };

  CmaDescent() = default;
  /// `most_generations` 0: no limit.
  CmaDescent(const CmaForm& form, const Vector& mean, const Vector& scale, double sigma,
             int64_t most_generations)
      : distribution_(form, mean, scale, sigma),
        first_sigma_(sigma),
        most_generations_(most_generations) {}

  void Sample(Random& random, Matrix& points) { distribution_.Sample(random, points); }
  /// Takes the values of the sample; +infinity for what was not finite.
  void Learn(const Vector& values);

  std::optional<StopReason> WhyOver(const Tolerances& tolerances) const;

  const CmaDistribution& distribution() const { return distribution_; }
  /// The greatest standard deviation of a coordinate, in units of x.
  double StepSize() const;

  void Remember(State& state);

 private:
  int64_t Window() const;      // generations whose values are compared
  int64_t LongWindow() const;  // and those for stagnation
  double RecentRange() const;  // of the best values of the window and of the last generation
  bool HasNoEffect() const;    // a fifth of a deviation is lost when added to the mean
  bool Stagnates() const;
  void Note(const Vector& values, const std::vector<Index>& order);

  CmaDistribution distribution_;
  double first_sigma_ = 1;
  int64_t most_generations_ = 0;
  int64_t generations_ = 0;
  double first_range_ = 0;               // of the finite values of the first generation
  double last_range_ = 0;                // of all values of the last
  int64_t flat_ = 0;                     // successive generations whose better members were equal
  std::vector<double> bests_, medians_;  // of the last generations, oldest first
};

}  // namespace thalweg
