#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "server/core/vector.h"

namespace thalweg::testing {

/// Functions of the noiseless BBOB testbed: Hansen, Finck, Ros & Auger (2009), "Real-parameter
/// black-box optimization benchmarking 2009: noiseless functions definitions", RR-6829. Rotations
/// are drawn from a function's number and instance by the generator that all its users share;
/// x_opt and f_opt are given. Search domain: [-5, 5]^n.
class Bbob {
 public:
  Bbob(int function, int instance, Vector x_opt, double f_opt)
      : function_(function), x_opt_(std::move(x_opt)), f_opt_(f_opt) {
    const int64_t seed = function + 10'000 * static_cast<int64_t>(instance);
    const Index n = x_opt_.size();
    r_ = Rotation(n, seed + 1'000'000);
    q_ = Rotation(n, seed);
  }

  /// Those that are written here.
  static bool Has(int function) {
    constexpr int kWritten[] = {1, 4, 5, 6, 9, 12, 13, 14, 16, 17, 19, 20};
    return std::count(std::begin(kWritten), std::end(kWritten), function) > 0;
  }

  double operator()(const Vector& x) const { return f_opt_ + Raw(x); }

 private:
  /// Park & Miller's generator behind a shuffle of 32 numbers (Bays & Durham), as the testbed's.
  static std::vector<double> Uniform(size_t count, int64_t seed) {
    int64_t state = std::max<int64_t>(1, std::abs(seed));
    const auto next = [&] {
      const int64_t quotient = state / 127773;
      state = 16807 * (state - quotient * 127773) - 2836 * quotient;
      if (state < 0) state += 2147483647;
      return state;
    };
    int64_t shuffled[32];
    for (int i = 39; i >= 0; --i) {
      next();
      if (i < 32) shuffled[i] = state;
    }
    int64_t drawn = shuffled[0];
    std::vector<double> numbers(count);
    for (double& number : numbers) {
      next();
      const int64_t place = drawn / 67108865;
      drawn = shuffled[place];
      shuffled[place] = state;
      number = std::max(1e-99, static_cast<double>(drawn) / 2.147483647e9);
    }
    return numbers;
  }

  /// Gram-Schmidt on the columns of a matrix of normal numbers.
  static Matrix Rotation(Index n, int64_t seed) {
    const auto count = static_cast<size_t>(n * n);
    const std::vector<double> u = Uniform(2 * count, seed);
    Matrix b(n, n);
    for (size_t i = 0; i < count; ++i) {
      b.data()[i] = std::sqrt(-2 * std::log(u[i])) * std::cos(2 * std::numbers::pi * u[count + i]);
    }
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < i; ++j) b.col(i) -= b.col(i).dot(b.col(j)) * b.col(j);
      b.col(i).normalize();
    }
    return b;
  }

  // The transformations of section 0.2. i / (n - 1) is the place of a coordinate, 0 to 1.
  static double Place(Index i, Index n) {
    return static_cast<double>(i) / static_cast<double>(n - 1);
  }
  static double Oscillated(double x) {
    if (x == 0) return 0;
    const double log = std::log(std::abs(x));
    const double slow = x > 0 ? 10 : 5.5;
    const double fast = x > 0 ? 7.9 : 3.1;
    const double wave = 0.049 * (std::sin(slow * log) + std::sin(fast * log));
    return std::copysign(std::exp(log + wave), x);
  }
  static Vector Asymmetric(Vector x, double beta) {
    for (Index i = 0; i < x.size(); ++i) {
      if (x[i] > 0) x[i] = std::pow(x[i], 1 + beta * Place(i, x.size()) * std::sqrt(x[i]));
    }
    return x;
  }
  static Vector Scaled(Vector x, double alpha) {
    for (Index i = 0; i < x.size(); ++i) x[i] *= std::pow(alpha, Place(i, x.size()) / 2);
    return x;
  }
  static double Outside(const Vector& x) {
    return (x.cwiseAbs().array() - 5).max(0).square().sum();
  }

  std::vector<double> RosenbrockTerms(const Vector& x) const {
    const double factor = std::max(1.0, std::sqrt(static_cast<double>(x.size())) / 8);
    const Vector z = (factor * (q_ * x)).array() + 0.5;
    std::vector<double> terms;
    for (Index i = 0; i + 1 < z.size(); ++i) {
      terms.push_back(100 * std::pow(z[i] * z[i] - z[i + 1], 2) + std::pow(z[i] - 1, 2));
    }
    return terms;
  }

  double Raw(const Vector& x) const {
    const Index n = x.size();
    const Vector d = x - x_opt_;
    switch (function_) {
      case 1:
        return d.squaredNorm();
      case 4: {
        double sum = 0;
        for (Index i = 0; i < n; ++i) {
          double z = Oscillated(d[i]);
          z *= std::pow(10, Place(i, n) / 2) * (z > 0 && i % 2 == 0 ? 10 : 1);
          sum += 10 * (1 - std::cos(2 * std::numbers::pi * z)) + z * z;
        }
        return sum + 100 * Outside(x);
      }
      case 5: {
        double sum = 0;
        for (Index i = 0; i < n; ++i) {
          const double slope = std::copysign(std::pow(10, Place(i, n)), x_opt_[i]);
          sum += 5 * std::abs(slope) - slope * (x[i] * x_opt_[i] < 25 ? x[i] : x_opt_[i]);
        }
        return sum;
      }
      case 6: {
        const Vector z = r_ * Scaled(q_ * d, 10);
        double sum = 0;
        for (Index i = 0; i < n; ++i) sum += std::pow((z[i] * x_opt_[i] > 0 ? 100 : 1) * z[i], 2);
        return std::pow(Oscillated(sum), 0.9);
      }
      case 9: {
        double sum = 0;
        for (const double term : RosenbrockTerms(x)) sum += term;
        return sum;
      }
      case 12: {
        const Vector z = r_ * Asymmetric(r_ * d, 0.5);
        return z[0] * z[0] + 1e6 * z.tail(n - 1).squaredNorm();
      }
      case 13: {
        const Vector z = r_ * Scaled(q_ * d, 10);
        return z[0] * z[0] + 100 * z.tail(n - 1).norm();
      }
      case 14: {
        const Vector z = r_ * d;
        double sum = 0;
        for (Index i = 0; i < n; ++i) sum += std::pow(std::abs(z[i]), 2 + 4 * Place(i, n));
        return std::sqrt(sum);
      }
      case 16: {
        Vector z = r_ * d;
        for (double& coordinate : z) coordinate = Oscillated(coordinate);
        z = r_ * Scaled(q_ * z, 0.01);
        double sum = 0;
        double least = 0;  // of the inner sum, at z = 0
        for (int k = 0; k < 12; ++k) {
          const double wave = 2 * std::numbers::pi * std::pow(3, k);
          least += std::pow(0.5, k) * std::cos(wave / 2);
          for (const double coordinate : z) {
            sum += std::pow(0.5, k) * std::cos(wave * (coordinate + 0.5));
          }
        }
        const auto count = static_cast<double>(n);
        return 10 * std::pow(sum / count - least, 3) + 10 / count * Outside(x);
      }
      case 19: {
        double sum = 0;
        for (const double term : RosenbrockTerms(x)) sum += term / 4000 - std::cos(term);
        return 10 + 10 * sum / static_cast<double>(n - 1);
      }
      case 20: {
        const Vector centre = 2 * x_opt_.cwiseAbs();
        const Vector signs = x_opt_.array().sign();
        Vector z = 2 * signs.cwiseProduct(x);
        for (Index i = n - 1; i > 0; --i)
          z[i] += 0.25 * (2 * signs[i - 1] * x[i - 1] - centre[i - 1]);
        z = 100 * (Scaled(z - centre, 10) + centre);
        double sum = 0;
        for (const double coordinate : z)
          sum += coordinate * std::sin(std::sqrt(std::abs(coordinate)));
        return 4.189828872724339 - sum / (100 * static_cast<double>(n)) + 100 * Outside(z / 100);
      }
      default: {  // 17
        const Vector z = Scaled(q_ * Asymmetric(r_ * d, 0.5), 10);
        double sum = 0;
        for (Index i = 0; i + 1 < n; ++i) {
          const double s = std::hypot(z[i], z[i + 1]);
          sum += std::sqrt(s) * (1 + std::pow(std::sin(50 * std::pow(s, 0.2)), 2));
        }
        return std::pow(sum / static_cast<double>(n - 1), 2) + 10 * Outside(x);
      }
    }
  }

  int function_;
  Vector x_opt_;
  double f_opt_;
  Matrix r_, q_;
};

}  // namespace thalweg::testing
