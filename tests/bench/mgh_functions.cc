#include "tests/bench/mgh_functions.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thalweg::bench {
namespace {

// Takes a residual r with its derivatives into f = sum of r^2 and its gradient.
template <typename... Slopes>
inline void Add(double r, double& f, double* g, Slopes... slopes) {
  f += r * r;
  int i = 0;
  ((g[i++] += 2 * r * slopes), ...);
}

double Rosenbrock(const double* x, double* g, int) {
  const double valley = x[1] - x[0] * x[0];
  g[0] = -400 * x[0] * valley - 2 * (1 - x[0]);
  g[1] = 200 * valley;
  return 100 * valley * valley + (1 - x[0]) * (1 - x[0]);
}

double FreudensteinRoth(const double* x, double* g, int) {
  double f = g[0] = g[1] = 0;
  const double y = x[1];
  Add(-13 + x[0] + ((5 - y) * y - 2) * y, f, g, 1.0, (10 - 3 * y) * y - 2);
  Add(-29 + x[0] + ((y + 1) * y - 14) * y, f, g, 1.0, (3 * y + 2) * y - 14);
  return f;
}

double PowellBadlyScaled(const double* x, double* g, int) {
  double f = g[0] = g[1] = 0;
  Add(1e4 * x[0] * x[1] - 1, f, g, 1e4 * x[1], 1e4 * x[0]);
  const double a = std::exp(-x[0]);
  const double b = std::exp(-x[1]);
  Add(a + b - 1.0001, f, g, -a, -b);
  return f;
}

double BrownBadlyScaled(const double* x, double* g, int) {
  double f = g[0] = g[1] = 0;
  Add(x[0] - 1e6, f, g, 1.0, 0.0);
  Add(x[1] - 2e-6, f, g, 0.0, 1.0);
  Add(x[0] * x[1] - 2, f, g, x[1], x[0]);
  return f;
}

double Beale(const double* x, double* g, int) {
  double f = g[0] = g[1] = 0;
  const double y = x[1];
  Add(1.5 - x[0] * (1 - y), f, g, y - 1, x[0]);
  Add(2.25 - x[0] * (1 - y * y), f, g, y * y - 1, 2 * x[0] * y);
  Add(2.625 - x[0] * (1 - y * y * y), f, g, y * y * y - 1, 3 * x[0] * y * y);
  return f;
}

double JennrichSampson(const double* x, double* g, int) {
  double f = g[0] = g[1] = 0;
  for (int i = 1; i <= 10; ++i) {
    const double a = std::exp(i * x[0]);
    const double b = std::exp(i * x[1]);
    Add(2 + 2 * i - (a + b), f, g, -i * a, -i * b);
  }
  return f;
}

double HelicalValley(const double* x, double* g, int) {
  double f = g[0] = g[1] = g[2] = 0;
  const double square = x[0] * x[0] + x[1] * x[1];
  const double radius = std::sqrt(square);
  const double turn = std::atan(x[1] / x[0]) / (2 * std::numbers::pi) + (x[0] < 0 ? 0.5 : 0.0);
  const double k = 100 / (2 * std::numbers::pi * square);
  Add(10 * (x[2] - 10 * turn), f, g, k * x[1], -k * x[0], 10.0);
  Add(10 * (radius - 1), f, g, 10 * x[0] / radius, 10 * x[1] / radius, 0.0);
  Add(x[2], f, g, 0.0, 0.0, 1.0);
  return f;
}

double Bard(const double* x, double* g, int) {
  static constexpr double kY[] = {0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39,
                                  0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39};
  double f = g[0] = g[1] = g[2] = 0;
  for (int i = 1; i <= 15; ++i) {
    const double v = 16 - i;
    const double w = std::min<double>(i, v);
    const double bottom = v * x[1] + w * x[2];
    const double k = i / (bottom * bottom);
    Add(kY[i - 1] - (x[0] + i / bottom), f, g, -1.0, k * v, k * w);
  }
  return f;
}

double Gaussian(const double* x, double* g, int) {
  static constexpr double kY[] = {0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989,
                                  0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009};
  double f = g[0] = g[1] = g[2] = 0;
  for (int i = 1; i <= 15; ++i) {
    const double d = (8 - i) / 2.0 - x[2];
    const double e = std::exp(-x[1] * d * d / 2);
    Add(x[0] * e - kY[i - 1], f, g, e, -x[0] * e * d * d / 2, x[0] * e * x[1] * d);
  }
  return f;
}

double Meyer(const double* x, double* g, int) {
  static constexpr double kY[] = {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                                  8261,  7030,  6005,  5147,  4427,  3820,  3307,  2872};
  double f = g[0] = g[1] = g[2] = 0;
  for (int i = 1; i <= 16; ++i) {
    const double bottom = 45 + 5 * i + x[2];
    const double e = std::exp(x[1] / bottom);
    const double slope = x[0] * e / bottom;
    Add(x[0] * e - kY[i - 1], f, g, e, slope, -slope * x[1] / bottom);
  }
  return f;
}

double Gulf(const double* x, double* g, int) {
  static constexpr int kM = 99;
  static const std::vector<double> ys = [] {
    std::vector<double> y;
    for (int i = 1; i <= kM; ++i) y.push_back(25 + std::pow(-50 * std::log(i / 100.0), 2.0 / 3));
    return y;
  }();
  double f = g[0] = g[1] = g[2] = 0;
  for (int i = 1; i <= kM; ++i) {
    const double d = ys[static_cast<size_t>(i - 1)] - x[1];
    const double away = std::abs(d);
    const double log = std::log(away);
    const double power = std::exp(x[2] * log) / x[0];
    const double e = std::exp(-power);
    Add(e - i / 100.0, f, g, e * power / x[0], e * power * x[2] / d, -e * power * log);
  }
  return f;
}

double Box3(const double* x, double* g, int) {
  double f = g[0] = g[1] = g[2] = 0;
  for (int i = 1; i <= 10; ++i) {
    const double t = 0.1 * i;
    const double a = std::exp(-t * x[0]);
    const double b = std::exp(-t * x[1]);
    const double c = std::exp(-t) - std::exp(-10 * t);
    Add(a - b - x[2] * c, f, g, -t * a, t * b, -c);
  }
  return f;
}

double PowellSingular(const double* x, double* g, int) {
  double f = g[0] = g[1] = g[2] = g[3] = 0;
  const double p = x[1] - 2 * x[2];
  const double q = x[0] - x[3];
  const double root5 = std::sqrt(5.0);
  const double root10 = std::sqrt(10.0);
  Add(x[0] + 10 * x[1], f, g, 1.0, 10.0);
  Add(root5 * (x[2] - x[3]), f, g, 0.0, 0.0, root5, -root5);
  Add(p * p, f, g, 0.0, 2 * p, -4 * p);
  Add(root10 * q * q, f, g, 2 * root10 * q, 0.0, 0.0, -2 * root10 * q);
  return f;
}

double Wood(const double* x, double* g, int) {
  double f = g[0] = g[1] = g[2] = g[3] = 0;
  const double root90 = std::sqrt(90.0);
  const double root10 = std::sqrt(10.0);
  Add(10 * (x[1] - x[0] * x[0]), f, g, -20 * x[0], 10.0);
  Add(1 - x[0], f, g, -1.0);
  Add(root90 * (x[3] - x[2] * x[2]), f, g, 0.0, 0.0, -2 * root90 * x[2], root90);
  Add(1 - x[2], f, g, 0.0, 0.0, -1.0);
  Add(root10 * (x[1] + x[3] - 2), f, g, 0.0, root10, 0.0, root10);
  Add((x[1] - x[3]) / root10, f, g, 0.0, 1 / root10, 0.0, -1 / root10);
  return f;
}

double KowalikOsborne(const double* x, double* g, int) {
  static constexpr double kY[] = {0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627,
                                  0.0456, 0.0342, 0.0323, 0.0235, 0.0246};
  static constexpr double kU[] = {4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625};
  double f = g[0] = g[1] = g[2] = g[3] = 0;
  for (int i = 0; i < 11; ++i) {
    const double u = kU[i];
    const double top = u * (u + x[1]);
    const double bottom = u * (u + x[2]) + x[3];
    const double k = x[0] * top / (bottom * bottom);
    Add(kY[i] - x[0] * top / bottom, f, g, -top / bottom, -x[0] * u / bottom, k * u, k);
  }
  return f;
}

double BrownDennis(const double* x, double* g, int) {
  double f = g[0] = g[1] = g[2] = g[3] = 0;
  for (int i = 1; i <= 20; ++i) {
    const double t = i / 5.0;
    const double s = std::sin(t);
    const double a = x[0] + t * x[1] - std::exp(t);
    const double b = x[2] + x[3] * s - std::cos(t);
    Add(a * a + b * b, f, g, 2 * a, 2 * a * t, 2 * b, 2 * b * s);
  }
  return f;
}

double Osborne1(const double* x, double* g, int) {
  static constexpr double kY[] = {0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818,
                                  0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558,
                                  0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438,
                                  0.431, 0.424, 0.420, 0.414, 0.411, 0.406};
  double f = g[0] = g[1] = g[2] = g[3] = g[4] = 0;
  for (int i = 0; i < 33; ++i) {
    const double t = 10.0 * i;
    const double a = std::exp(-t * x[3]);
    const double b = std::exp(-t * x[4]);
    Add(kY[i] - (x[0] + x[1] * a + x[2] * b), f, g, -1.0, -a, -b, x[1] * t * a, x[2] * t * b);
  }
  return f;
}

double BiggsExp6(const double* x, double* g, int) {
  double f = 0;
  std::fill_n(g, 6, 0.0);
  for (int i = 1; i <= 13; ++i) {
    const double t = 0.1 * i;
    const double y = std::exp(-t) - 5 * std::exp(-10 * t) + 3 * std::exp(-4 * t);
    const double a = std::exp(-t * x[0]);
    const double b = std::exp(-t * x[1]);
    const double c = std::exp(-t * x[4]);
    Add(x[2] * a - x[3] * b + x[5] * c - y, f, g, -t * x[2] * a, t * x[3] * b, a, -b, -t * x[5] * c,
        c);
  }
  return f;
}

double Rosenbrocks(const double* x, double* g, int n) {
  double f = 0;
  for (int i = 0; i < n; i += 2) f += Rosenbrock(x + i, g + i, 2);
  return f;
}

}  // namespace

std::span<const SmoothFunction> MghFunctions() {
  // Minima to more digits than the paper prints, where they are not zero: from the problems'
  // expressions in 50-digit arithmetic.
  static const std::vector<SmoothFunction> functions = {
      {"1 Rosenbrock", {-1.2, 1}, {0}, Rosenbrock},
      {"2 Freudenstein-Roth", {0.5, -2}, {0, 48.98425367924}, FreudensteinRoth},
      {"3 Powell badly scaled", {0, 1}, {0}, PowellBadlyScaled},
      {"4 Brown badly scaled", {1, 1}, {0}, BrownBadlyScaled},
      {"5 Beale", {1, 1}, {0}, Beale},
      {"6 Jennrich-Sampson", {0.3, 0.4}, {124.36218235561485}, JennrichSampson},
      {"7 Helical valley", {-1, 0, 0}, {0}, HelicalValley},
      {"8 Bard", {1, 1, 1}, {8.214877306578964e-3}, Bard},
      {"9 Gaussian", {0.4, 1, 0}, {1.127932769618668e-8}, Gaussian},
      {"10 Meyer", {0.02, 4000, 250}, {87.945855170851121}, Meyer},
      {"11 Gulf", {5, 2.5, 0.15}, {0}, Gulf},
      {"12 Box 3-D", {0, 10, 20}, {0}, Box3},
      {"13 Powell singular", {3, -1, 0, 1}, {0}, PowellSingular},
      {"14 Wood", {-3, -1, -3, -1}, {0}, Wood},
      {"15 Kowalik-Osborne", {0.25, 0.39, 0.415, 0.39}, {3.0750560384923743e-4}, KowalikOsborne},
      {"16 Brown-Dennis", {25, 5, -5, -1}, {85822.201626356345}, BrownDennis},
      {"17 Osborne 1", {0.5, 1.5, -1, 0.01, 0.02}, {5.4648946974829064e-5}, Osborne1},
      {"18 Biggs EXP6", {1, 2, 1, 1, 1, 1}, {0, 5.655649925e-3}, BiggsExp6},
  };
  return functions;
}

SmoothFunction ExtendedRosenbrock(int n) {
  std::vector<double> start(static_cast<size_t>(n), 1);
  for (size_t i = 0; i < start.size(); i += 2) start[i] = -1.2;
  return {"21 Rosenbrock n = " + std::to_string(n), std::move(start), {0}, Rosenbrocks};
}

}  // namespace thalweg::bench
