#include "server/core/diagnosis/kkt.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/norms.h"

namespace thalweg {
namespace {

constexpr Index kMostColumns = 1000;
constexpr double kMostNumbers = 1e6;  // of gradients
constexpr double kAtBound = 1e-6;     // relative to max(1, |bound|)
constexpr double kSmall = 1e-5;       // what may be left of the gradient, relative to max(1, |g|)

/// Something that holds x: a constraint or a bound, with the gradient of what it limits.
struct Holder {
  ActiveBound active;
  Vector gradient;  // n; x may not go on along it (a lower bound's is turned round)
  bool equality = false;
};

bool IsAt(double value, double bound) {
  return std::isfinite(bound) &&
         std::abs(value - bound) <= kAtBound * std::max(1.0, std::abs(bound));
}

/// The multipliers >= 0 (free for equalities) that leave least of g + sum of multiplier * gradient:
/// least squares, without those that would pull, one after the other.
Vector MultipliersOf(const Vector& gradient, std::vector<Holder>& holders, Vector& left) {
  for (;;) {
    left = gradient;
    if (holders.empty()) return {};
    Matrix columns(gradient.size(), static_cast<Index>(holders.size()));
    for (size_t j = 0; j < holders.size(); ++j) {
      columns.col(static_cast<Index>(j)) = holders[j].gradient;
    }
    const Vector multipliers = columns.colPivHouseholderQr().solve(-gradient);
    size_t worst = holders.size();
    for (size_t j = 0; j < holders.size(); ++j) {
      const double multiplier = multipliers[static_cast<Index>(j)];
      if (holders[j].equality || multiplier >= 0) continue;
      if (worst == holders.size() || multiplier < multipliers[static_cast<Index>(worst)]) worst = j;
    }
    if (worst == holders.size()) {
      left += columns * multipliers;
      return multipliers;
    }
    holders.erase(holders.begin() + static_cast<std::ptrdiff_t>(worst));
  }
}

std::vector<Holder> ConstraintsAt(const Constraints& constraints, const Vector& values,
                                  const Matrix& gradients) {
  std::vector<Holder> holders;
  for (Index j = 0; j < values.size(); ++j) {
    const double lower = constraints.lower()[j];
    const double upper = constraints.upper()[j];
    const bool at_upper = IsAt(values[j], upper) || values[j] > upper;
    if (!at_upper && !IsAt(values[j], lower) && !(values[j] < lower)) continue;
    Holder& holder = holders.emplace_back();
    holder.active = {constraints.NameOf(j), at_upper, at_upper ? upper : lower, 0};
    holder.gradient = (at_upper ? 1 : -1) * gradients.col(j);
    holder.equality = lower == upper;
  }
  return holders;
}

void AddBoundsAt(const Bounds& bounds, const Layout& layout, const Vector& x,
                 std::vector<Holder>& holders) {
  if (!bounds.any()) return;
  for (Index i = 0; i < x.size() && static_cast<Index>(holders.size()) <= kMostColumns; ++i) {
    const bool at_upper = IsAt(x[i], bounds.upper[i]);
    if (!at_upper && !IsAt(x[i], bounds.lower[i])) continue;
    Holder& holder = holders.emplace_back();
    holder.active = {layout.CoordinateName(i), at_upper, x[i], 0};
    holder.gradient = (at_upper ? 1 : -1) * Vector::Unit(x.size(), i);
    holder.equality = bounds.lower[i] == bounds.upper[i];
  }
}

}  // namespace

std::optional<Certified> CertifyConstrained(Probe& probe, const Best& best) {
  Problem& problem = probe.problem();
  const Constraints& constraints = problem.constraints();
  const Index n = best.x.size();
  const double size = static_cast<double>(n) * static_cast<double>(constraints.size());
  if (size > kMostNumbers || n > kMostColumns) return std::nullopt;
  Certified made;
  Vector values;
  Matrix gradients;
  SecondOrder& around = made.around;
  if (!probe.Gradient(best.x, around.value, around.gradient) ||
      !problem.ConstraintValuesAndGradients(best.x, values, gradients).ok() ||
      !values.allFinite() || !gradients.allFinite()) {
    return std::nullopt;
  }
  around.held.assign(static_cast<size_t>(n), 0);
  around.free = n;
  std::vector<Holder> holders = ConstraintsAt(constraints, values, gradients);
  AddBoundsAt(problem.bounds(), problem.objective().layout(), best.x, holders);
  if (static_cast<Index>(holders.size()) > kMostColumns) return std::nullopt;
  const Vector multipliers = MultipliersOf(around.gradient, holders, around.reduced_gradient);

  Certificate& certificate = made.certificate;
  certificate.iteration = best.iteration;
  const Norms left = NormsOf(around.reduced_gradient);
  certificate.gradient_norm = left.two;
  certificate.gradient_max = left.max;
  certificate.active_bound_count = static_cast<int64_t>(holders.size());
  for (size_t j = 0; j < std::min(holders.size(), Certificate::kMostBounds); ++j) {
    holders[j].active.multiplier = std::abs(multipliers[static_cast<Index>(j)]);
    certificate.active_bounds.push_back(std::move(holders[j].active));
  }
  const double violation = constraints.Violation(values);
  const bool holds = violation <= constraints.tolerance() &&
                     left.two <= kSmall * std::max(1.0, NormsOf(around.gradient).two);
  certificate.verdict = holds ? Verdict::kStationary : Verdict::kNotStationary;
  certificate.text = absl::StrFormat(
      "%s: the gradient of the Lagrangian has norm %.3g, constraints are missed by %.3g, %d "
      "constraints and bounds are active",
      holds ? "a Karush-Kuhn-Tucker point" : "not stationary", left.two, violation,
      certificate.active_bound_count);
  return made;
}

}  // namespace thalweg
