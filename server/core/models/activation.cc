#include "server/core/models/activation.h"

#include <immintrin.h>
#include <sleef.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thalweg::models {
namespace {

// Four at a time: one instruction set for all machines (-march=x86-64-v3), and SLEEF's
// deterministic functions, whose bits do not depend on the lane.
using Lanes = __m256d;
constexpr Index kLanes = 4;

Lanes MinusAbs(Lanes x) { return _mm256_or_pd(x, _mm256_set1_pd(-0.0)); }

Lanes Sigmoid(Lanes z) {
  const Lanes one = _mm256_set1_pd(1);
  const Lanes small = Sleef_finz_expd4_u10avx2(MinusAbs(z));  // never overflows
  return (z >= 0 ? one : small) / (1 + small);
}

/// The normal distribution function, which gelu weighs z with.
Lanes NormalBelow(Lanes z) {
  return 0.5 * (1 + Sleef_finz_erfd4_u10avx2(z * (1 / std::numbers::sqrt2)));
}
Lanes NormalDensity(Lanes z) {
  return Sleef_finz_expd4_u10avx2(-0.5 * z * z) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
}

/// out = f(in...) lane by lane; the last lanes are filled up with zeros.
template <typename Function, typename... In>
void InLanes(Index count, const Function& f, double* out, const In*... in) {
  Index i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    _mm256_storeu_pd(out + i, f(_mm256_loadu_pd(in + i)...));
  }
  if (i == count) return;
  const auto rest = [&](const double* from) {
    double padded[kLanes] = {};
    std::copy(from + i, from + count, padded);
    return _mm256_loadu_pd(padded);
  };
  double padded[kLanes];
  _mm256_storeu_pd(padded, f(rest(in)...));
  std::copy(padded, padded + (count - i), out + i);
}

}  // namespace

const std::vector<std::string>& ActivationNames() {
  static const std::vector<std::string> names{"tanh", "relu", "sigmoid", "gelu"};
  return names;
}

Activation ActivationOf(const std::string& name) {
  const auto& names = ActivationNames();
  return static_cast<Activation>(std::find(names.begin(), names.end(), name) - names.begin());
}

void Activate(Activation activation, Index count, const double* z, double* out) {
  switch (activation) {
    case Activation::kTanh:
      return InLanes(
          count, [](Lanes x) { return Sleef_finz_tanhd4_u10avx2(x); }, out, z);
    case Activation::kRelu:
      for (Index i = 0; i < count; ++i) out[i] = z[i] < 0 ? 0 : z[i];
      return;
    case Activation::kSigmoid:
      return InLanes(
          count, [](Lanes x) { return Sigmoid(x); }, out, z);
    case Activation::kGelu:
      return InLanes(
          count, [](Lanes x) { return x * NormalBelow(x); }, out, z);
  }
}

void TimesDerivative(Activation activation, Index count, const double* z, const double* a,
                     double* slopes) {
  switch (activation) {
    case Activation::kTanh:
      for (Index i = 0; i < count; ++i) slopes[i] *= 1 - a[i] * a[i];
      return;
    case Activation::kRelu:
      for (Index i = 0; i < count; ++i) slopes[i] = z[i] > 0 ? slopes[i] : 0;
      return;
    case Activation::kSigmoid:
      for (Index i = 0; i < count; ++i) slopes[i] *= a[i] * (1 - a[i]);
      return;
    case Activation::kGelu: {
      const auto times = [](Lanes x, Lanes slope) {
        return slope * (NormalBelow(x) + x * NormalDensity(x));
      };
      return InLanes(count, times, slopes, z, static_cast<const double*>(slopes));
    }
  }
}

}  // namespace thalweg::models
