#include "tests/bench/expression_cases.h"

#include <cmath>
#include <functional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg {
namespace {

using expression::Parameter;
using expression::Parameters;
using handwritten::Data;

Variable VectorNamed(std::string name, Index length) { return {std::move(name), false, length}; }
Parameter Array(const std::vector<double>& values) { return {false, values}; }
Parameter Number(double value) { return {true, {value}}; }

/// n normal numbers around `mean`; the same ones on every run.
std::vector<double> Normal(size_t n, double mean, double deviation, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(mean, deviation);
  std::vector<double> values(n);
  for (double& value : values) value = normal(random);
  return values;
}

Vector Around(Index n, double mean, double deviation, unsigned seed = 1) {
  const auto values = Normal(static_cast<size_t>(n), mean, deviation, seed);
  return Eigen::Map<const Vector>(values.data(), n);
}

/// f of one vector x, without data.
ExpressionCase Plain(const std::string& name, const std::string& text, handwritten::Function f,
                     Vector x) {
  Data data;
  data.n = static_cast<int>(x.size());
  return {name, {text, {VectorNamed("x", x.size())}, {}}, f, data, std::move(x)};
}

ExpressionCase Rosenbrock(Index n) {
  return Plain(absl::StrCat("rosenbrock n=", n),
               "sum(100*(x[i+1]-x[i]**2)**2 + (1-x[i])**2 for i in range(n-1))",
               n == 2 ? handwritten::Rosenbrock2 : handwritten::Rosenbrock, Around(n, 0, 1));
}

ExpressionCase Rastrigin(Index n) {
  return Plain(absl::StrCat("rastrigin n=", n), "10*n + sum(x**2 - 10*cos(2*pi*x))",
               handwritten::Rastrigin, Around(n, 0, 2));
}

ExpressionCase Ackley() {
  return Plain("ackley n=10", "-20*exp(-0.2*sqrt(sum(x**2)/n)) - exp(sum(cos(2*pi*x))/n) + 20 + e",
               handwritten::Ackley, Around(10, 0, 3));
}

ExpressionCase XCosX() {
  ExpressionCase made =
      Plain("x*cos(0.15*pi*x)", "x*cos(0.15*pi*x)", handwritten::XCosX, Around(1, 10, 1));
  made.source.variables = {{"x", true, 1}};
  return made;
}

/// 200 draws of three normal distributions.
ExpressionCase Mixture() {
  ExpressionCase made;
  made.name = "mixture 200x3";
  made.by_hand = handwritten::Mixture;
  Data& data = made.data;
  data.n = 9;
  data.rows = 200;
  for (const auto& [count, mean, deviation] :
       {std::tuple{60, -2.0, 0.5}, std::tuple{100, 0.5, 1.0}, std::tuple{40, 4.0, 0.7}}) {
    for (const double value : Normal(static_cast<size_t>(count), mean, deviation, 7)) {
      data.targets.push_back(value);
    }
  }
  made.source = {
      "r = exp(-s)\n"
      "len(t)*log(sum(exp(a))) - sum(log(sum(exp(a[k] - s[k] - 0.5*((t[i]-m[k])*r[k])**2)"
      " for k in range(3))) for i in range(len(t)))",
      {VectorNamed("a", 3), VectorNamed("m", 3), VectorNamed("s", 3)},
      {{"t", Array(data.targets)}}};
  made.x = Vector{{0.1, -0.2, 0.3, -1.5, 0.2, 3.0, 0.1, 0.3, -0.2}};
  return made;
}

ExpressionCase Logistic(int rows, int columns, bool mean) {
  ExpressionCase made;
  made.name = absl::StrCat("logistic ", rows, "x", columns, mean ? " mean, l2" : "");
  made.by_hand = mean ? handwritten::LogisticMean : handwritten::Logistic;
  Data& data = made.data;
  data.n = columns;
  data.rows = rows;
  data.columns = columns;
  data.inputs = Normal(static_cast<size_t>(rows) * static_cast<size_t>(columns), 0, 1, 3);
  data.targets = Normal(static_cast<size_t>(rows), 0, 1, 4);
  for (double& target : data.targets) target = target < 0 ? -1 : 1;
  const std::string loss =
      absl::StrCat(mean ? "mean" : "sum", "(log1p(exp(-y[i]*sum(X[i*d+j]*w[j] for j in range(d))))",
                   " for i in range(len(y)))", mean ? " + lam/2*dot(w, w)" : "");
  made.source = {loss,
                 {VectorNamed("w", columns)},
                 {{"X", Array(data.inputs)}, {"y", Array(data.targets)}, {"d", Number(columns)}}};
  if (mean) made.source.parameters["lam"] = Number(0.01);
  made.x = Around(columns, 0, 0.2);
  return made;
}

/// 10 inputs, 16 tanh, 1 output, squared loss over 200 rows.
ExpressionCase Perceptron() {
  ExpressionCase made;
  made.name = "mlp 10-16-1, 200 rows";
  made.by_hand = handwritten::Perceptron;
  Data& data = made.data;
  data.rows = 200;
  data.columns = 10;
  data.n = 10 * 16 + 16 + 16 + 1;
  data.inputs = Normal(2000, 0, 1, 5);
  data.targets = Normal(200, 0, 1, 6);
  made.source = {
      "mean((c + sum(v[k]*tanh(b[k] + sum(X[i*10+j]*W[j*16+k] for j in range(10)))"
      " for k in range(16)) - t[i])**2 for i in range(len(t)))",
      {VectorNamed("W", 160), VectorNamed("b", 16), VectorNamed("v", 16), {"c", true, 1}},
      {{"X", Array(data.inputs)}, {"t", Array(data.targets)}}};
  made.x = Around(data.n, 0, 0.3);
  return made;
}

/// A curve of NIST's Statistical Reference Datasets for nonlinear regression,
/// https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml
ExpressionCase Curve(const std::string& name, const std::string& model, handwritten::Function f,
                     std::vector<double> y, std::vector<double> t, Vector start) {
  ExpressionCase made;
  made.name = absl::StrCat("nist ", name, " ", y.size(), "x", start.size());
  made.by_hand = f;
  made.data.n = static_cast<int>(start.size());
  made.data.rows = static_cast<int>(y.size());
  made.source = {absl::StrCat("sum((y - (", model, "))**2)"),
                 {VectorNamed("b", start.size())},
                 {{"y", Array(y)}, {"t", Array(t)}}};
  made.data.inputs = std::move(t);
  made.data.targets = std::move(y);
  made.x = std::move(start);
  return made;
}

/// Misra, D. (1978), Dental Research Monomolecular Adsorption Study; NIST's first start.
ExpressionCase Misra1a() {
  return Curve("Misra1a", "b[0]*(1 - exp(-b[1]*t))", handwritten::Misra1a,
               {10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40,
                75.47, 81.78},
               {77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1,
                689.1, 760.0},
               Vector{{500, 0.0001}});
}

/// Thurber, R., NIST, Semiconductor electron mobility modeling; NIST's first start.
ExpressionCase Thurber() {
  return Curve("Thurber",
               "(b[0] + b[1]*t + b[2]*t**2 + b[3]*t**3) / (1 + b[4]*t + b[5]*t**2 + b[6]*t**3)",
               handwritten::Thurber,
               {80.574,   84.248,   87.264,   87.195,   89.076,   89.608,   89.868,   90.101,
                92.405,   95.854,   100.696,  101.060,  401.672,  390.724,  567.534,  635.316,
                733.054,  759.087,  894.206,  990.785,  1090.109, 1080.914, 1122.643, 1178.351,
                1260.531, 1273.514, 1288.339, 1327.543, 1353.863, 1414.509, 1425.208, 1421.384,
                1442.962, 1464.350, 1468.705, 1447.894, 1457.628},
               {-3.067, -2.981, -2.921, -2.912, -2.840, -2.797, -2.702, -2.699, -2.633, -2.481,
                -2.363, -2.322, -1.501, -1.460, -1.274, -1.212, -1.100, -1.046, -0.915, -0.714,
                -0.566, -0.545, -0.400, -0.309, -0.109, -0.103, 0.010,  0.119,  0.377,  0.790,
                0.963,  1.006,  1.115,  1.572,  1.841,  2.047,  2.200},
               Vector{{1000, 1000, 400, 40, 0.7, 0.3, 0.03}});
}

}  // namespace

std::vector<ExpressionCase> ExpressionCases(const std::string& wanted) {
  using Make = std::function<ExpressionCase()>;
  // Made one by one, so that large data is not kept for a case that is not wanted.
  const std::vector<Make> makers = {
      [] { return Rosenbrock(2); },
      [] { return Rosenbrock(10); },
      [] { return Rosenbrock(100); },
      [] { return Rosenbrock(1000); },
      [] { return Rosenbrock(100'000); },
      [] { return Rastrigin(10); },
      [] { return Rastrigin(100); },
      [] { return Rastrigin(10'000); },
      Ackley,
      XCosX,
      Mixture,
      [] { return Logistic(1000, 20, /*mean=*/false); },
      [] { return Logistic(1000, 20, /*mean=*/true); },
      [] { return Logistic(100'000, 100, /*mean=*/true); },
      Perceptron,
      Misra1a,
      Thurber,
  };
  std::vector<ExpressionCase> cases;
  for (const Make& make : makers) {
    ExpressionCase made = make();
    if (made.name.find(wanted) != std::string::npos) cases.push_back(std::move(made));
  }
  return cases;
}

}  // namespace thalweg
