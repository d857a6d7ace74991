#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/diagnosis/gradient_check.h"
#include "server/core/diagnosis/suggestions.h"

namespace thalweg {
namespace {

constexpr GradientCheckOptions kOptions{.tolerance = 1e-3, .most_coordinates = 4};

/// Neither kink, jump, noise nor the edge of the domain explains it.
bool IsWrong(const CoordinateCheck& check) {
  return !check.passed && !check.kink && !check.stairs && !check.noisy && check.jump == 0 &&
         std::isfinite(check.difference) && std::isfinite(check.gradient);
}

}  // namespace

/// The gradient contradicts the values it is the gradient of, by more than differences of values
/// can be off.
std::optional<Finding> WrongGradient(Ending& ending) {
  if (!EndedShort(ending) || !ending.certified || IsStationary(ending)) return std::nullopt;
  const auto check = CheckGradient(ending.probe.objective(), ending.best.x, kOptions);
  if (!check.ok() || check->passed || !IsWrong(check->coordinates[check->worst])) {
    return std::nullopt;
  }
  const CoordinateCheck& worst = check->coordinates[check->worst];
  Finding finding;
  finding.code = "wrong_gradient";
  finding.text = absl::StrCat("The gradient is not that of the values: ", check->suspicion, ".");
  finding.evidence = absl::StrFormat(
      "by %s the gradient is %.6g and differences of values give %.6g, exact to %.1g",
      ending.problem().objective().layout().CoordinateName(worst.coordinate), worst.gradient,
      worst.difference, worst.resolution);
  return finding;
}

}  // namespace thalweg
