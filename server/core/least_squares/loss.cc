#include "server/core/least_squares/loss.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "server/core/deterministic_math.h"

namespace thalweg {

std::vector<std::string> Loss::Kinds() {
  return {"squared", "soft_l1", "huber", "cauchy", "arctan", "tukey"};
}

Loss::Loss(const std::string& kind, double scale) : scale_(scale) {
  const std::vector<std::string> kinds = Kinds();
  kind_ = static_cast<Kind>(std::find(kinds.begin(), kinds.end(), kind) - kinds.begin());
}

// Kept finite, so that what is far out does not count as nothing; NaN stays NaN.
double Loss::Relative(double residual) const {
  const double ratio = residual / scale_;
  return std::min(ratio * ratio, std::numeric_limits<double>::max());
}

Loss::Bent Loss::At(double z) const {
  switch (kind_) {
    case Kind::kSquared:
      break;
    case Kind::kSoftL1: {
      const double root = std::sqrt(1 + z);
      return {2 / (1 + root), 1 / root};
    }
    case Kind::kHuber: {
      if (z <= 1) break;
      const double root = std::sqrt(z);
      return {(2 * root - 1) / z, 1 / root};
    }
    case Kind::kCauchy:
      return {Log1p(z) / z, 1 / (1 + z)};
    case Kind::kArctan:
      return {Atan(z) / z, 1 / (1 + z * z)};
    case Kind::kTukey:
      if (z > 1) return {1 / (3 * z), 0};
      return {1 - z + z * z / 3, (1 - z) * (1 - z)};
  }
  return {1, 1};
}

void Loss::Apply(Vector& residuals) const {
  if (kind_ == Kind::kSquared) return;
  for (Index i = 0; i < residuals.size(); ++i) {
    const double z = Relative(residuals[i]);
    if (z > 0) residuals[i] *= std::sqrt(At(z).value);
  }
}

// With R = r sqrt(rho/z): R dR = rho' r dr, since R^2 = s^2 rho(r^2/s^2).
void Loss::Apply(Vector& residuals, Matrix& jacobian) const {
  if (kind_ == Kind::kSquared) return;
  for (Index i = 0; i < residuals.size(); ++i) {
    const double z = Relative(residuals[i]);
    if (!(z > 0)) continue;
    const Bent bent = At(z);
    const double root = std::sqrt(bent.value);
    residuals[i] *= root;
    jacobian.row(i) *= bent.slope / root;
  }
}

}  // namespace thalweg
