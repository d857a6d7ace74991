#pragma once

#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "server/core/expression/expression.h"
#include "server/core/objective.h"
#include "tests/support/wrapped.h"

namespace thalweg::testing {

/// A hand-written objective: a formula for f and its gradient.
class Analytic final : public Objective {
 public:
  /// Returns f(x) and, where `gradient` is not null, fills it in.
  using Formula = std::function<double(const Vector& x, Vector* gradient)>;

  Analytic(Index n, Formula formula)
      : layout_(Layout::Of({{"x", n == 1, n}}).value()), formula_(std::move(formula)) {}

  const Layout& layout() const override { return layout_; }
  absl::Status Value(const Vector& x, double& value) override {
    value = formula_(x, nullptr);
    return absl::OkStatus();
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    value = formula_(x, &gradient);
    return absl::OkStatus();
  }
  std::string ExplainNonFinite(const Vector& x) override {
    Vector gradient = Vector::Zero(x.size());
    return std::isfinite(formula_(x, &gradient)) && gradient.allFinite() ? "" : "the formula";
  }

 private:
  Layout layout_;
  Formula formula_;
};

inline std::unique_ptr<Objective> Make(Index n, Analytic::Formula formula) {
  return std::make_unique<Analytic>(n, std::move(formula));
}

/// c * x^2; curvature 2c, minimum 0 at 0.
inline std::unique_ptr<Objective> Square(double c = 1) {
  return Make(1, [c](const Vector& x, Vector* g) {
    if (g != nullptr) (*g)[0] = 2 * c * x[0];
    return c * x[0] * x[0];
  });
}

/// (x - 2.5)^2 - 1; minimum -1 at 2.5.
inline std::unique_ptr<Objective> ShiftedSquare() {
  return Make(1, [](const Vector& x, Vector* g) {
    const double d = x[0] - 2.5;
    if (g != nullptr) (*g)[0] = 2 * d;
    return d * d - 1;
  });
}

/// x * cos(0.15 pi x): many valleys, unbounded on both sides.
inline std::unique_ptr<Objective> XCos() {
  return Make(1, [](const Vector& x, Vector* g) {
    const double w = 0.15 * std::numbers::pi;
    if (g != nullptr) (*g)[0] = std::cos(w * x[0]) - w * x[0] * std::sin(w * x[0]);
    return x[0] * std::cos(w * x[0]);
  });
}

/// (1 - x)^2 + 100 (y - x^2)^2; minimum 0 at (1, 1).
inline std::unique_ptr<Objective> Rosenbrock() {
  return Make(2, [](const Vector& x, Vector* g) {
    const double valley = x[1] - x[0] * x[0];
    if (g != nullptr) {
      (*g)[0] = -2 * (1 - x[0]) - 400 * x[0] * valley;
      (*g)[1] = 200 * valley;
    }
    return (1 - x[0]) * (1 - x[0]) + 100 * valley * valley;
  });
}

/// x^2 + 2y^2 + 2xy; minimum 0 at 0, curvatures 3 +- sqrt(5).
inline std::unique_ptr<Objective> Quadratic2() {
  return Make(2, [](const Vector& x, Vector* g) {
    if (g != nullptr) {
      (*g)[0] = 2 * x[0] + 2 * x[1];
      (*g)[1] = 4 * x[1] + 2 * x[0];
    }
    return x[0] * x[0] + 2 * x[1] * x[1] + 2 * x[0] * x[1];
  });
}

/// sum of (1 + i) * (x_i - 1)^2 / 2 over n coordinates; minimum 0 at (1, ..., 1).
inline std::unique_ptr<Objective> Bowl(Index n) {
  return Make(n, [](const Vector& x, Vector* g) {
    double value = 0;
    for (Index i = 0; i < x.size(); ++i) {
      const double weight = 1 + static_cast<double>(i);
      const double d = x[i] - 1;
      if (g != nullptr) (*g)[i] = weight * d;
      value += weight * d * d / 2;
    }
    return value;
  });
}

/// -f.
inline std::unique_ptr<Objective> Negated(std::shared_ptr<Objective> f) {
  return Make(f->layout().size(), [f](const Vector& x, Vector* g) {
    double value = 0;
    Vector gradient = Vector::Zero(x.size());
    if (!f->ValueAndGradient(x, value, gradient).ok()) std::abort();
    if (g != nullptr) *g = -gradient;
    return -value;
  });
}

/// A formula in the objective language over a vector x of n coordinates: knows all that an
/// optimizer may ask for, also Hessians and, of sums of squares, residuals.
inline std::unique_ptr<Objective> FromText(const std::string& text, Index n) {
  return expression::MakeObjective(expression::Compile({text, {{"x", false, n}}, {}}).value());
}

}  // namespace thalweg::testing
