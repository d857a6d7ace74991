#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "tests/core/line_search/phi.h"

namespace thalweg::testing {

// The functions (5.1) to (5.4) of Moré & Thuente (1994), on which line searches are tried.

inline Phi Phi1(double beta = 2) {
  return [beta](double a) -> Point1 {
    const double s = a * a + beta;
    return {-a / s, (a * a - beta) / (s * s)};
  };
}

inline Phi Phi2(double beta = 0.004) {
  return [beta](double a) -> Point1 {
    const double t = a + beta;
    return {std::pow(t, 5) - 2 * std::pow(t, 4), 5 * std::pow(t, 4) - 8 * std::pow(t, 3)};
  };
}

inline Phi Phi3(double beta = 0.01, double l = 39) {
  return [beta, l](double a) -> Point1 {
    const double w = l * std::numbers::pi / 2;
    Point1 base;
    if (a <= 1 - beta) {
      base = {1 - a, -1};
    } else if (a >= 1 + beta) {
      base = {a - 1, 1};
    } else {
      base = {(a - 1) * (a - 1) / (2 * beta) + beta / 2, (a - 1) / beta};
    }
    return {base.value + (1 - beta) / w * std::sin(w * a),
            base.slope + (1 - beta) * std::cos(w * a)};
  };
}

inline Phi Phi4(double beta1, double beta2) {
  const auto gamma = [](double b) { return std::sqrt(1 + b * b) - b; };
  const double g1 = gamma(beta1);
  const double g2 = gamma(beta2);
  return [=](double a) -> Point1 {
    const double left = std::hypot(1 - a, beta2);
    const double right = std::hypot(a, beta1);
    return {g1 * left + g2 * right, g1 * (a - 1) / left + g2 * a / right};
  };
}

/// A row of tables I to VI: what the paper's own search gave from a first step.
struct PublishedSearch {
  std::string table;
  Phi phi;
  double c1, c2;  // mu and eta
  double first;
  int trials;   // m
  double step;  // alpha_m, as printed
  double unit;  // of its last digit
};

inline std::vector<PublishedSearch> PublishedSearches() {
  return {
      {"I", Phi1(), 1e-3, 0.1, 1e-3, 6, 1.4, 0.1},
      {"I", Phi1(), 1e-3, 0.1, 1e-1, 3, 1.4, 0.1},
      {"I", Phi1(), 1e-3, 0.1, 1e+1, 1, 10, 1},
      {"I", Phi1(), 1e-3, 0.1, 1e+3, 4, 37, 1},
      {"II", Phi2(), 0.1, 0.1, 1e-3, 12, 1.6, 0.1},
      {"II", Phi2(), 0.1, 0.1, 1e-1, 8, 1.6, 0.1},
      {"II", Phi2(), 0.1, 0.1, 1e+1, 8, 1.6, 0.1},
      {"II", Phi2(), 0.1, 0.1, 1e+3, 11, 1.6, 0.1},
      {"III", Phi3(), 0.1, 0.1, 1e-3, 12, 1.0, 0.1},
      {"III", Phi3(), 0.1, 0.1, 1e-1, 12, 1.0, 0.1},
      {"III", Phi3(), 0.1, 0.1, 1e+1, 10, 1.0, 0.1},
      {"III", Phi3(), 0.1, 0.1, 1e+3, 13, 1.0, 0.1},
      {"IV", Phi4(1e-3, 1e-3), 1e-3, 1e-3, 1e-3, 4, 0.08, 0.01},
      {"IV", Phi4(1e-3, 1e-3), 1e-3, 1e-3, 1e-1, 1, 0.10, 0.01},
      {"IV", Phi4(1e-3, 1e-3), 1e-3, 1e-3, 1e+1, 3, 0.35, 0.01},
      {"IV", Phi4(1e-3, 1e-3), 1e-3, 1e-3, 1e+3, 4, 0.83, 0.01},
      {"V", Phi4(1e-2, 1e-3), 1e-3, 1e-3, 1e-3, 6, 0.075, 0.001},
      {"V", Phi4(1e-2, 1e-3), 1e-3, 1e-3, 1e-1, 3, 0.078, 0.001},
      {"V", Phi4(1e-2, 1e-3), 1e-3, 1e-3, 1e+1, 7, 0.073, 0.001},
      {"V", Phi4(1e-2, 1e-3), 1e-3, 1e-3, 1e+3, 8, 0.076, 0.001},
      {"VI", Phi4(1e-3, 1e-2), 1e-3, 1e-3, 1e-3, 13, 0.93, 0.01},
      {"VI", Phi4(1e-3, 1e-2), 1e-3, 1e-3, 1e-1, 11, 0.93, 0.01},
      {"VI", Phi4(1e-3, 1e-2), 1e-3, 1e-3, 1e+1, 8, 0.92, 0.01},
      {"VI", Phi4(1e-3, 1e-2), 1e-3, 1e-3, 1e+3, 11, 0.92, 0.01},
  };
}

}  // namespace thalweg::testing
