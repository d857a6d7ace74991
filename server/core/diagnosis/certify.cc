#include "server/core/diagnosis/certify.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/diagnosis/fit.h"
#include "server/core/diagnosis/kkt.h"
#include "server/core/norms.h"

namespace thalweg {
namespace {

// Newton's step, relative to max(1, |x|): shorter ones do not matter; one longer than the second
// says that a small gradient is only flatness.
constexpr double kShort = 1e-5;
constexpr double kLong = 1e-2;
constexpr double kSmallGap = 1e-10;  // of the value, relative to it
// Relative slope: the change of f, relative to its size, for a change of one coordinate by its
// size. Dennis & Schnabel (1983), section 7.2, with typical sizes 1.
constexpr double kSmallSlope = 1e-6;
constexpr Index kMostFlat = 3;  // directions without curvature that are searched for lower values

/// Where H is not singular: p = -inv(H) g, and the change g'inv(H)g / 2. By the scaled Hessian:
/// inv(H) = D inv(D H D) D.
void AddNewton(Certified& made) {
  const SecondOrder& around = made.around;
  if (!around.scaled) return;
  Vector gradient(around.free);
  Index k = 0;
  for (size_t i = 0; i < around.held.size(); ++i) {
    if (around.held[i] == 0) gradient[k++] = around.gradient[static_cast<Index>(i)];
  }
  const Vector& values = around.scaled->values;
  if (!(values.cwiseAbs().minCoeff() > around.zero)) return;
  const Vector along = around.scaled->vectors.transpose() * around.scale.cwiseProduct(gradient);
  const Vector step = -along.cwiseQuotient(values);
  made.certificate.gap = std::abs(along.dot(step)) / 2;
  made.certificate.distance = NormsOf(around.scale.cwiseProduct(around.scaled->vectors * step)).two;
}

bool IsStationary(const Certified& made, const Vector& x, double start_value) {
  const SecondOrder& around = made.around;
  const double unit = std::max(1.0, NormsOf(x).two);
  const auto& distance = made.certificate.distance;
  if (IsRounding(around, x)) return true;
  if (distance && *distance <= kShort * unit) return true;
  if (around.curves_up() && made.certificate.gap <= kSmallGap * std::abs(around.value)) return true;
  if (distance && *distance > kLong * unit) return false;
  const double size =
      std::max({std::abs(around.value), std::min(1.0, std::abs(start_value)), 1e-300});
  const double slope =
      around.reduced_gradient.cwiseAbs().cwiseProduct(x.cwiseAbs().cwiseMax(1.0)).maxCoeff();
  return slope <= kSmallSlope * size;
}

/// Looks for a way down that no slope shows: along negative curvature, or none.
void SearchLower(Probe& probe, const Vector& x, Certified& made) {
  const SecondOrder& around = made.around;
  const auto search = [&](const Vector& direction, bool either) {
    made.lower_direction = direction;
    made.lower = LowerAlong(probe, x, around.value, direction, either);
    return made.lower.has_value();
  };
  if (around.has_descent()) {
    const bool plain = around.extremes->least < -around.resolution;
    search(plain ? around.extremes->direction : around.Direction(0), /*either=*/false);
    return;
  }
  if (!around.scaled) return;
  Index flat = 0;
  for (Index k = 0; k < around.free && flat < kMostFlat; ++k) {
    if (std::abs(around.scaled->values[k]) > around.zero) continue;
    ++flat;
    if (search(around.Direction(k), /*either=*/true)) return;
  }
}

/// In the problem's sign.
Verdict Judge(const Certified& made, bool stationary) {
  const SecondOrder& around = made.around;
  if (!stationary) return Verdict::kNotStationary;
  if (around.free == 0) return Verdict::kLocalMinimum;  // every coordinate pushes at a bound
  if (made.lower) return around.curves_down() ? Verdict::kLocalMaximum : Verdict::kSaddle;
  return around.curves_up() ? Verdict::kLocalMinimum : Verdict::kStationary;
}

Verdict InCallersSign(Verdict verdict, Direction direction) {
  if (direction == Direction::kMinimize) return verdict;
  if (verdict == Verdict::kLocalMinimum) return Verdict::kLocalMaximum;
  if (verdict == Verdict::kLocalMaximum) return Verdict::kLocalMinimum;
  return verdict;
}

Curvature CurvatureIn(const SecondOrder& around, Direction direction) {
  Curvature curvature;
  const Extremes& ends = *around.extremes;
  const bool down = direction == Direction::kMaximize;
  curvature.least = down ? -ends.greatest : ends.least;
  curvature.greatest = down ? -ends.least : ends.greatest;
  curvature.resolution = around.resolution;
  curvature.exact = around.eigen.has_value();
  const double largest = std::max(std::abs(ends.least), std::abs(ends.greatest));
  // Lanczos knows the ends only, not what lies about 0 between them.
  const double smallest = around.eigen     ? around.eigen->values.cwiseAbs().minCoeff()
                          : ends.least > 0 ? ends.least
                                           : 0;
  const bool told = around.curves_up() || around.curves_down() || smallest > around.resolution;
  curvature.condition =
      told && smallest > 0 ? largest / smallest : std::numeric_limits<double>::infinity();
  return curvature;
}

void AddActiveBounds(const Probe& probe, const SecondOrder& around, const Layout& layout,
                     const Vector& x, Certificate& certificate) {
  const Bounds& bounds = probe.bounds();
  if (!bounds.any()) return;
  for (Index i = 0; i < x.size(); ++i) {
    if (around.held[static_cast<size_t>(i)] == 0 || bounds.lower[i] == bounds.upper[i]) continue;
    ++certificate.active_bound_count;
    if (certificate.active_bounds.size() == Certificate::kMostBounds) continue;
    certificate.active_bounds.push_back(
        {layout.CoordinateName(i), x[i] >= bounds.upper[i], x[i], std::abs(around.gradient[i])});
  }
}

std::string TextOf(const Certificate& certificate) {
  const auto& curvature = certificate.curvature;
  const std::string range =
      !curvature ? "" : absl::StrFormat("%.4g to %.4g", curvature->least, curvature->greatest);
  const std::string slope =
      absl::StrFormat("the gradient's norm is %.3g", certificate.gradient_norm);
  const std::string held = certificate.active_bound_count > 0 ? " within the active bounds" : "";
  switch (certificate.verdict) {
    case Verdict::kNotStationary:
      return absl::StrCat(
          "not stationary: ", slope,
          certificate.distance && *certificate.gap > 0
              ? absl::StrFormat(", and Newton's step is %.3g long", *certificate.distance)
              : "");
    case Verdict::kStationary:
      return absl::StrCat("stationary", held, ": ", slope,
                          !curvature ? "; curvature could not be had"
                          : curvature->exact
                              ? absl::StrCat(", with curvature ", range, ", none in some direction")
                              : absl::StrCat(", with curvature about ", range));
    case Verdict::kLocalMinimum:
    case Verdict::kLocalMaximum:
      return absl::StrCat(
          certificate.verdict == Verdict::kLocalMinimum ? "a local minimum" : "a local maximum",
          held, ": ", slope,
          curvature
              ? absl::StrFormat(", curvature is %s (condition %.3g)", range, curvature->condition)
              : ", every coordinate is held by a bound");
    case Verdict::kSaddle:
      return absl::StrCat("a saddle", held, ": ", slope, ", with curvature ", range);
  }
  return "";
}

}  // namespace

std::optional<Certified> Certify(Probe& probe, const Best& best, double start_value, Index steps) {
  if (probe.problem().constraints().any()) return CertifyConstrained(probe, best);
  auto around = LookAround(probe, best.x, /*with_curvature=*/true, steps);
  if (!around) return std::nullopt;
  Certified made;
  made.around = *std::move(around);
  AddNewton(made);
  const bool stationary = IsStationary(made, best.x, start_value);
  if (stationary) SearchLower(probe, best.x, made);

  Problem& problem = probe.problem();
  Certificate& certificate = made.certificate;
  certificate.verdict = InCallersSign(Judge(made, stationary), problem.direction());
  certificate.iteration = best.iteration;
  const Norms norms = NormsOf(made.around.reduced_gradient);
  certificate.gradient_norm = norms.two;
  certificate.gradient_max = norms.max;
  if (made.around.extremes) certificate.curvature = CurvatureIn(made.around, problem.direction());
  AddActiveBounds(probe, made.around, problem.objective().layout(), best.x, certificate);
  certificate.fit = FitAt(probe, best.x, made.around.held);
  certificate.text = TextOf(certificate);
  return made;
}

}  // namespace thalweg
