#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/expression/expression.h"
#include "server/core/violation.h"

namespace thalweg::expression {

inline Variable Scalar(std::string name) { return {std::move(name), true, 1}; }
inline Variable VectorOf(std::string name, Index length) {
  return {std::move(name), false, length};
}
/// x, y and z: enough for most formulas.
inline std::vector<Variable> Scalars() { return {Scalar("x"), Scalar("y"), Scalar("z")}; }

inline Vector Point(std::vector<double> values) {
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

/// A formula that must compile, ready to be evaluated.
class Formula {
 public:
  Formula(const std::string& text, std::vector<Variable> variables, Parameters parameters = {})
      : Formula(Source{text, std::move(variables), std::move(parameters)}) {}
  explicit Formula(const Source& source) {
    auto result = Compile(source);
    EXPECT_TRUE(result.ok()) << source.text.substr(0, 200) << "\n" << result.status();
    if (!result.ok()) result = Compile({"0", {Scalar("x")}, {}});
    compiled = *result;
    objective = MakeObjective(compiled);
  }

  double Value(const Vector& x) {
    double value = 0;
    EXPECT_TRUE(objective->Value(x, value).ok());
    return value;
  }
  /// Also holds the value that comes with the gradient to the bits of the value alone.
  Vector Gradient(const Vector& x) {
    double value = 0;
    Vector gradient = Vector::Constant(x.size(), 777);
    EXPECT_TRUE(objective->ValueAndGradient(x, value, gradient).ok());
    const double alone = Value(x);
    EXPECT_TRUE(value == alone || (value != value && alone != alone)) << value << " " << alone;
    return gradient;
  }
  std::string Explain(const Vector& x) { return objective->ExplainNonFinite(x); }

  std::shared_ptr<const Compiled> compiled;
  std::unique_ptr<Objective> objective;
};

/// The value of a formula without variables, or of x, y, z = 2, 3, 5.
inline double ValueOf(const std::string& text) {
  return Formula(text, Scalars()).Value(Point({2, 3, 5}));
}

inline absl::Status ErrorOf(const std::string& text, std::vector<Variable> variables = Scalars(),
                            Parameters parameters = {}, const Limits& limits = {}) {
  return Compile({text, std::move(variables), std::move(parameters)}, limits).status();
}

inline std::vector<Reason> ReasonsOf(const absl::Status& status) {
  std::vector<Reason> reasons;
  for (const Violation& violation : ViolationsOf(status)) reasons.push_back(violation.reason);
  return reasons;
}

/// Central differences. At the usual step, near the cube root of the rounding unit, their error is
/// about 1e-10 of the scale of f and its third derivative.
inline Vector Differences(const std::function<double(const Vector&)>& f, const Vector& x,
                          double step = 6e-6) {
  Vector gradient(x.size());
  for (Index i = 0; i < x.size(); ++i) {
    const double h = step * std::max(1.0, std::abs(x[i]));
    Vector above = x;
    Vector below = x;
    above[i] += h;
    below[i] -= h;
    gradient[i] = (f(above) - f(below)) / (above[i] - below[i]);
  }
  return gradient;
}

}  // namespace thalweg::expression
