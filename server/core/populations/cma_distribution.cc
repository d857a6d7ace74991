#include "server/core/populations/cma_distribution.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "server/core/deterministic_math.h"

namespace thalweg {
namespace {

constexpr double kAlphaCov = 2;
// An eigenvalue that rounding made negative is taken for this part of the greatest.
constexpr double kLeastEigenvalue = 1e-20;

double SquareOfSum(const Vector& w) { return w.sum() * w.sum() / w.squaredNorm(); }

}  // namespace

CmaConstants::CmaConstants(const CmaForm& form) : mu(form.lambda / 2), weights(form.lambda) {
  const auto n = static_cast<double>(form.n);
  const auto lambda = static_cast<double>(form.lambda);
  for (Index i = 0; i < form.lambda; ++i) {
    weights[i] = Log((lambda + 1) / 2) - Log(static_cast<double>(i + 1));
  }
  const Vector good = weights.head(mu);
  const Vector bad = weights.tail(form.lambda - mu);
  mu_eff = SquareOfSum(good);
  const double mu_eff_bad = SquareOfSum(bad);

  c_sigma = (mu_eff + 2) / (n + mu_eff + 5);
  d_sigma = 1 + 2 * std::max(0.0, std::sqrt((mu_eff - 1) / (n + 1)) - 1) + c_sigma;
  c_c = (4 + mu_eff / n) / (n + 4 + 2 * mu_eff / n);
  c_1 = kAlphaCov / ((n + 1.3) * (n + 1.3) + mu_eff);
  c_mu =
      kAlphaCov * (0.25 + mu_eff + 1 / mu_eff - 2) / ((n + 2) * (n + 2) + kAlphaCov * mu_eff / 2);
  if (form.diagonal) {
    c_1 = std::min(0.5, c_1 * (n + 2) / 3);
    c_mu *= (n + 2) / 3;
  }
  c_mu = std::min(1 - c_1, c_mu);

  weights.head(mu) /= good.sum();
  if (form.active && c_mu > 0) {
    const double most = std::min(
        {1 + c_1 / c_mu, 1 + 2 * mu_eff_bad / (mu_eff + 2), (1 - c_1 - c_mu) / (n * c_mu)});
    weights.tail(form.lambda - mu) *= most / bad.cwiseAbs().sum();
  } else {
    weights.tail(form.lambda - mu).setZero();
  }
  chi = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  lazy_steps = static_cast<int64_t>(std::max(1.0, std::floor(1 / (10 * n * (c_1 + c_mu)))));
}

CmaDistribution::CmaDistribution(const CmaForm& form, Vector mean, Vector scale, double sigma)
    : form_(form),
      constants_(form),
      mean_(std::move(mean)),
      scale_(std::move(scale)),
      sigma_(sigma),
      c_(form.diagonal ? Matrix(Matrix::Ones(form.n, 1))
                       : Matrix(Matrix::Identity(form.n, form.n))),
      b_(form.diagonal ? Matrix() : Matrix(Matrix::Identity(form.n, form.n))),
      d_(Vector::Ones(form.n)),
      p_sigma_(Vector::Zero(form.n)),
      p_c_(Vector::Zero(form.n)) {}

// Matrix times vector, member by member: the order of the sums does not depend on caches.
void CmaDistribution::Sample(Random& random, Matrix& points) {
  const Index n = form_.n;
  z_.resize(n, form_.lambda);
  y_.resize(n, form_.lambda);
  points.resize(n, form_.lambda);
  Vector along(n);
  for (Index i = 0; i < form_.lambda; ++i) {
    for (Index d = 0; d < n; ++d) z_(d, i) = random.Normal();
    along = d_.cwiseProduct(z_.col(i));
    if (form_.diagonal) {
      y_.col(i) = along;
    } else {
      y_.col(i).noalias() = b_ * along;
    }
    points.col(i) = mean_ + sigma_ * scale_.cwiseProduct(y_.col(i));
  }
}

void CmaDistribution::Update(const std::vector<Index>& order) {
  ++generation_;
  Vector mean_y = Vector::Zero(form_.n);
  Vector mean_z = Vector::Zero(form_.n);
  for (Index i = 0; i < constants_.mu; ++i) {
    const Index member = order[static_cast<size_t>(i)];
    mean_y += constants_.weights[i] * y_.col(member);
    mean_z += constants_.weights[i] * z_.col(member);
  }
  mean_ += sigma_ * scale_.cwiseProduct(mean_y);
  const bool hold = MovePaths(mean_y, mean_z);
  UpdateCovariance(order, hold);
  const double length = p_sigma_.norm() / constants_.chi;
  // One generation changes sigma by e at most: pycma's guard.
  sigma_ *= Exp(std::min(1.0, constants_.c_sigma / constants_.d_sigma * (length - 1)));
  if (generation_ - decomposed_ >= constants_.lazy_steps) Decompose();
}

// Equations 43 and 45. C^-1/2 y = B z, z being what y was made from. Whether p_c was held: while
// p_sigma is long, sigma is about to grow, and C need not (h_sigma = 0).
bool CmaDistribution::MovePaths(const Vector& mean_y, const Vector& mean_z) {
  const auto& [c_sigma, c_c, mu_eff] =
      std::tie(constants_.c_sigma, constants_.c_c, constants_.mu_eff);
  p_sigma_ *= 1 - c_sigma;
  const double gain = std::sqrt(c_sigma * (2 - c_sigma) * mu_eff);
  if (form_.diagonal) {
    p_sigma_ += gain * mean_z;
  } else {
    p_sigma_.noalias() += gain * (b_ * mean_z);
  }
  const double settled = 1 - Power(1 - c_sigma, 2 * static_cast<double>(generation_));
  const double longest = (1.4 + 2 / static_cast<double>(form_.n + 1)) * constants_.chi;
  const bool hold = p_sigma_.norm() >= longest * std::sqrt(settled);
  p_c_ *= 1 - c_c;
  if (!hold) p_c_ += std::sqrt(c_c * (2 - c_c) * mu_eff) * mean_y;
  return hold;
}

// Equation 47. A negative weight is scaled so that C stays positive definite however long y was.
void CmaDistribution::UpdateCovariance(const std::vector<Index>& order, bool hold) {
  const auto& [c_1, c_mu, c_c] = std::tie(constants_.c_1, constants_.c_mu, constants_.c_c);
  const double forgotten = c_1 + c_mu * constants_.weights.sum();
  c_ *= 1 - forgotten + (hold ? c_1 * c_c * (2 - c_c) : 0.0);
  const auto add = [&](double weight, const auto& v) {
    if (form_.diagonal) {
      c_.col(0) += weight * v.cwiseAbs2();
    } else {
      c_.selfadjointView<Eigen::Lower>().rankUpdate(v, weight);
    }
  };
  add(c_1, p_c_);
  const auto n = static_cast<double>(form_.n);
  for (Index i = 0; i < form_.lambda; ++i) {
    double weight = constants_.weights[i];
    if (weight == 0) continue;
    const Index member = order[static_cast<size_t>(i)];
    if (weight < 0) weight *= n / z_.col(member).squaredNorm();
    add(c_mu * weight, y_.col(member));
  }
}

void CmaDistribution::Decompose() {
  decomposed_ = generation_;
  if (form_.diagonal) {
    const double least = kLeastEigenvalue * c_.maxCoeff();
    c_ = c_.cwiseMax(least);
    d_ = c_.col(0).cwiseSqrt();
    return;
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(c_);
  if (solver.info() != Eigen::Success) return;  // the old axes serve on
  const double least = kLeastEigenvalue * solver.eigenvalues().maxCoeff();
  b_ = solver.eigenvectors();
  d_ = solver.eigenvalues().cwiseMax(least).cwiseSqrt();
}

Vector CmaDistribution::Deviations() const {
  const Vector variances = form_.diagonal ? Vector(c_.col(0)) : Vector(c_.diagonal());
  return variances.cwiseMax(0).cwiseSqrt();
}

double CmaDistribution::Condition() const {
  const double ratio = d_.maxCoeff() / d_.minCoeff();
  return ratio * ratio;
}

void CmaDistribution::Remember(State& state) {
  int64_t n = form_.n;
  int64_t lambda = form_.lambda;
  state.Keep("coordinates", n);
  state.Keep("lambda", lambda);
  state.Keep("active", form_.active);
  state.Keep("diagonal", form_.diagonal);
  state.Keep("mean", mean_);
  state.Keep("scale", scale_);
  state.Keep("sigma", sigma_);
  state.Keep("c", c_);
  state.Keep("b", b_);
  state.Keep("d", d_);
  state.Keep("p_sigma", p_sigma_);
  state.Keep("p_c", p_c_);
  state.Keep("generation", generation_);
  state.Keep("decomposed", decomposed_);
  if (state.writing() || !state.status().ok()) return;
  const Index rows = form_.diagonal ? 0 : n;
  if (lambda < 2 || mean_.size() != n || scale_.size() != n || d_.size() != n ||
      p_sigma_.size() != n || p_c_.size() != n || b_.rows() != rows || b_.cols() != rows ||
      c_.rows() != n || c_.cols() != (form_.diagonal ? 1 : n)) {
    state.Fail("the search distribution's parts do not have one size");
    return;
  }
  form_.n = n;
  form_.lambda = lambda;
  constants_ = CmaConstants(form_);
}

}  // namespace thalweg
