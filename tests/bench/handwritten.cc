#include "tests/bench/handwritten.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thalweg::handwritten {
namespace {

constexpr double kTau = 2 * std::numbers::pi;

/// log(1 + exp(-margin)), and in `slope` its derivative by the margin.
inline double LogisticLoss(double margin, double& slope) {
  const double e = std::exp(-margin);
  slope = -e / (1 + e);
  return std::log1p(e);
}

/// Sum of the losses; g gains the sum of their gradients.
double LogisticSum(const Data& data, const double* __restrict w, double* __restrict g) {
  const int d = data.columns;
  double f = 0;
  for (int i = 0; i < data.rows; ++i) {
    const double* const row = data.inputs.data() + static_cast<long>(i) * d;
    double product = 0;
    for (int j = 0; j < d; ++j) product += row[j] * w[j];
    const double y = data.targets[static_cast<unsigned>(i)];
    double slope = 0;
    f += LogisticLoss(y * product, slope);
    const double factor = slope * y;
    for (int j = 0; j < d; ++j) g[j] += factor * row[j];
  }
  return f;
}

}  // namespace

double Rosenbrock2(const Data&, const double* __restrict x, double* __restrict g) {
  const double valley = x[1] - x[0] * x[0];
  const double rest = 1 - x[0];
  g[0] = -400 * valley * x[0] - 2 * rest;
  g[1] = 200 * valley;
  return 100 * valley * valley + rest * rest;
}

double Rosenbrock(const Data& data, const double* __restrict x, double* __restrict g) {
  double f = 0;
  double carried = 0;  // what term i - 1 adds to g[i]
  const int last = data.n - 1;
  for (int i = 0; i < last; ++i) {
    const double valley = x[i + 1] - x[i] * x[i];
    const double rest = 1 - x[i];
    f += 100 * valley * valley + rest * rest;
    g[i] = carried - 400 * valley * x[i] - 2 * rest;
    carried = 200 * valley;
  }
  g[last] = carried;
  return f;
}

double Rastrigin(const Data& data, const double* __restrict x, double* __restrict g) {
  double f = 10.0 * data.n;
  for (int i = 0; i < data.n; ++i) {
    const double angle = kTau * x[i];
    f += x[i] * x[i] - 10 * std::cos(angle);
    g[i] = 2 * x[i] + 10 * kTau * std::sin(angle);
  }
  return f;
}

double Ackley(const Data& data, const double* __restrict x, double* __restrict g) {
  const double n = data.n;
  double squares = 0;
  double cosines = 0;
  for (int i = 0; i < data.n; ++i) {
    squares += x[i] * x[i];
    cosines += std::cos(kTau * x[i]);
  }
  const double root = std::sqrt(squares / n);
  const double a = 20 * std::exp(-0.2 * root);
  const double b = std::exp(cosines / n);
  const double radial = 0.2 * a / (n * root);
  const double waves = kTau * b / n;
  for (int i = 0; i < data.n; ++i) g[i] = radial * x[i] + waves * std::sin(kTau * x[i]);
  return -a - b + 20 + std::numbers::e;
}

double XCosX(const Data&, const double* __restrict x, double* __restrict g) {
  constexpr double kRate = 0.15 * std::numbers::pi;
  const double cosine = std::cos(kRate * x[0]);
  g[0] = cosine - kRate * x[0] * std::sin(kRate * x[0]);
  return x[0] * cosine;
}

double Mixture(const Data& data, const double* __restrict x, double* __restrict g) {
  constexpr int kParts = 3;
  const double* const logit = x;
  const double* const mean = x + kParts;
  const double* const log_deviation = x + 2 * kParts;
  double inverse[kParts];
  double offset[kParts];
  double weights = 0;
  double weight[kParts];
  for (int k = 0; k < kParts; ++k) {
    inverse[k] = std::exp(-log_deviation[k]);
    offset[k] = logit[k] - log_deviation[k];
    weight[k] = std::exp(logit[k]);
    weights += weight[k];
  }
  double f = data.rows * std::log(weights);
  std::fill(g, g + 3 * kParts, 0.0);
  for (int i = 0; i < data.rows; ++i) {
    double z[kParts];
    double density[kParts];
    double total = 0;
    for (int k = 0; k < kParts; ++k) {
      z[k] = (data.targets[static_cast<unsigned>(i)] - mean[k]) * inverse[k];
      density[k] = std::exp(offset[k] - 0.5 * z[k] * z[k]);
      total += density[k];
    }
    f -= std::log(total);
    for (int k = 0; k < kParts; ++k) {
      const double share = density[k] / total;
      g[k] -= share;
      g[kParts + k] -= share * z[k] * inverse[k];
      g[2 * kParts + k] += share * (1 - z[k] * z[k]);
    }
  }
  for (int k = 0; k < kParts; ++k) g[k] += data.rows * weight[k] / weights;
  return f;
}

double Logistic(const Data& data, const double* __restrict x, double* __restrict g) {
  std::fill(g, g + data.n, 0.0);
  return LogisticSum(data, x, g);
}

double LogisticMean(const Data& data, const double* __restrict x, double* __restrict g) {
  std::fill(g, g + data.n, 0.0);
  const double sum = LogisticSum(data, x, g);
  double squares = 0;
  for (int j = 0; j < data.n; ++j) {
    squares += x[j] * x[j];
    g[j] = g[j] / data.rows + 0.01 * x[j];
  }
  return sum / data.rows + 0.005 * squares;
}

double Perceptron(const Data& data, const double* __restrict x, double* __restrict g) {
  constexpr int kIn = 10;
  constexpr int kHidden = 16;
  const double* const w = x;
  const double* const b = w + kIn * kHidden;
  const double* const v = b + kHidden;
  const double c = v[kHidden];
  double* const gw = g;
  double* const gb = gw + kIn * kHidden;
  double* const gv = gb + kHidden;
  std::fill(g, g + data.n, 0.0);
  double f = 0;
  for (int i = 0; i < data.rows; ++i) {
    const double* const row = data.inputs.data() + i * kIn;
    double hidden[kHidden];
    for (int k = 0; k < kHidden; ++k) hidden[k] = b[k];
    for (int j = 0; j < kIn; ++j) {
      for (int k = 0; k < kHidden; ++k) hidden[k] += row[j] * w[j * kHidden + k];
    }
    double output = c;
    for (int k = 0; k < kHidden; ++k) {
      hidden[k] = std::tanh(hidden[k]);
      output += v[k] * hidden[k];
    }
    const double error = output - data.targets[static_cast<unsigned>(i)];
    f += error * error;
    const double adjoint = 2 * error / data.rows;
    gv[kHidden] += adjoint;
    double before[kHidden];  // adjoint of what tanh was given
    for (int k = 0; k < kHidden; ++k) {
      gv[k] += adjoint * hidden[k];
      before[k] = adjoint * v[k] * (1 - hidden[k] * hidden[k]);
      gb[k] += before[k];
    }
    for (int j = 0; j < kIn; ++j) {
      for (int k = 0; k < kHidden; ++k) gw[j * kHidden + k] += row[j] * before[k];
    }
  }
  return f / data.rows;
}

double Misra1a(const Data& data, const double* __restrict x, double* __restrict g) {
  double f = 0;
  double g0 = 0;
  double g1 = 0;
  for (int i = 0; i < data.rows; ++i) {
    const double t = data.inputs[static_cast<unsigned>(i)];
    const double decay = std::exp(-x[1] * t);
    const double residual = data.targets[static_cast<unsigned>(i)] - x[0] * (1 - decay);
    f += residual * residual;
    g0 -= 2 * residual * (1 - decay);
    g1 -= 2 * residual * x[0] * t * decay;
  }
  g[0] = g0;
  g[1] = g1;
  return f;
}

double Thurber(const Data& data, const double* __restrict x, double* __restrict g) {
  double f = 0;
  std::fill(g, g + 7, 0.0);
  for (int i = 0; i < data.rows; ++i) {
    const double t = data.inputs[static_cast<unsigned>(i)];
    const double t2 = t * t;
    const double t3 = t2 * t;
    const double inverse = 1 / (1 + x[4] * t + x[5] * t2 + x[6] * t3);
    const double model = (x[0] + x[1] * t + x[2] * t2 + x[3] * t3) * inverse;
    const double residual = data.targets[static_cast<unsigned>(i)] - model;
    f += residual * residual;
    const double above = -2 * residual * inverse;
    g[0] += above;
    g[1] += above * t;
    g[2] += above * t2;
    g[3] += above * t3;
    const double below = -above * model;
    g[4] += below * t;
    g[5] += below * t2;
    g[6] += below * t3;
  }
  return f;
}

}  // namespace thalweg::handwritten
