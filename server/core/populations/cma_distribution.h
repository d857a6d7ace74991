#pragma once

#include <vector>

#include "server/core/random.h"
#include "server/core/state.h"
#include "server/core/vector.h"

namespace thalweg {

/// What the strategy's constants depend on.
struct CmaForm {
  Index n = 1;            ///< Coordinates.
  Index lambda = 4;       ///< Members of a generation.
  bool active = true;     ///< Bad members have negative weights in the covariance update.
  bool diagonal = false;  ///< Only variances are learnt (sep-CMA-ES): n numbers instead of n^2.
};

/// The constants of Hansen (2016), "The CMA evolution strategy: a tutorial", arXiv:1604.00772,
/// table 1, with its symbols; for a diagonal covariance c_1 and c_mu times (n + 2) / 3, Ros &
/// Hansen (2008).
struct CmaConstants {
  explicit CmaConstants(const CmaForm& form);

  Index mu;            ///< Members whose mean is the next one.
  Vector weights;      ///< lambda, best first; the first mu add up to 1, the others are <= 0.
  double mu_eff;       ///< Variance effective selection mass.
  double c_sigma;      ///< Learning rate of the path p_sigma ...
  double d_sigma;      ///< ... and damping of sigma.
  double c_c;          ///< Learning rate of the path p_c.
  double c_1;          ///< Learning rate of the rank-one update.
  double c_mu;         ///< Learning rate of the rank-mu update.
  double chi;          ///< E ||N(0, I)||.
  int64_t lazy_steps;  ///< Generations between two decompositions of C.
};

/// The normal distribution that CMA-ES samples from and adapts: mean + sigma * scale * N(0, C).
class CmaDistribution {
 public:
  /// C = I. `scale` (n, in units of x) is what sigma = 1 means in each coordinate.
  CmaDistribution(const CmaForm& form, Vector mean, Vector scale, double sigma);
  /// One that is read from a checkpoint.
  CmaDistribution() : CmaDistribution({}, Vector::Zero(1), Vector::Zero(1), 1) {}

  /// `points` becomes n x lambda.
  void Sample(Random& random, Matrix& points);
  /// Moves on, given the order of the sample just drawn, best first.
  void Update(const std::vector<Index>& order);
  /// Nothing is learnt from a sample but that sigma was too large, or too small.
  void ScaleSigma(double factor) { sigma_ *= factor; }

  const CmaForm& form() const { return form_; }
  const CmaConstants& constants() const { return constants_; }
  const Vector& mean() const { return mean_; }
  const Vector& scale() const { return scale_; }
  double sigma() const { return sigma_; }
  const Vector& path() const { return p_c_; }
  /// Square roots of the diagonal of C.
  Vector Deviations() const;
  /// Square roots of the eigenvalues of C as last decomposed: the lengths of its axes.
  const Vector& axes() const { return d_; }
  /// Greatest over least eigenvalue of C.
  double Condition() const;

  void Remember(State& state);

 private:
  bool MovePaths(const Vector& mean_y, const Vector& mean_z);
  void UpdateCovariance(const std::vector<Index>& order, bool hold);
  void Decompose();

  CmaForm form_;
  CmaConstants constants_;
  Vector mean_;   // n, in units of x
  Vector scale_;  // n, in units of x
  double sigma_;
  Matrix c_;              // n x n, the lower half counts; n x 1 where diagonal: the variances
  Matrix b_;              // n x n, eigenvectors of C; empty where diagonal
  Vector d_;              // n
  Vector p_sigma_, p_c_;  // n
  int64_t generation_ = 0;
  int64_t decomposed_ = 0;  // the generation of b_ and d_

  // Of the sample just drawn, n x lambda: N(0, I) and N(0, C).
  Matrix z_, y_;
};

}  // namespace thalweg
