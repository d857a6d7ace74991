#include <algorithm>
#include <limits>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {
namespace {

constexpr Index kMost = 64;     // coordinates, a product each
constexpr double kApart = 1e6;  // curvatures that columns a thousand times as large make

}  // namespace

/// Curvature along some coefficients is a million times that along others: their features' units
/// differ by a thousand, and no rate suits both. Of linear models; in networks curvature differs
/// for other reasons. LeCun et al. (1998), "Efficient BackProp", section 4.3.
std::optional<Finding> UnscaledFeatures(Ending& ending) {
  Objective& objective = ending.problem().objective();
  const Index n = ending.probe.size();
  if (objective.rows() == nullptr || objective.layered() || n > kMost || n < 2) {
    return std::nullopt;
  }
  Vector unit = Vector::Zero(n);
  Vector product(n);
  double least = std::numeric_limits<double>::infinity();
  double greatest = 0;
  Index flat = 0;
  Index steep = 0;
  for (Index i = 0; i < n; ++i) {
    unit[i] = 1;
    if (!ending.probe.HessianTimes(ending.best.x, unit, product)) return std::nullopt;
    unit[i] = 0;
    const double curvature = product[i];
    if (curvature > 0 && curvature < least) {
      least = curvature;
      flat = i;
    }
    if (curvature > greatest) {
      greatest = curvature;
      steep = i;
    }
  }
  if (!(greatest > kApart * least)) return std::nullopt;
  const Layout& layout = objective.layout();
  Finding finding;
  finding.code = "unscaled_features";
  finding.text = absl::StrFormat(
      "The features are of very different size: a rate that %s bears leaves %s where it is. Scale "
      "them (objective.model.scaling: standard).",
      layout.CoordinateName(steep), layout.CoordinateName(flat));
  finding.evidence =
      absl::StrFormat("curvature %.3g along %s, %.3g along %s", greatest,
                      layout.CoordinateName(steep), least, layout.CoordinateName(flat));
  return finding;
}

}  // namespace thalweg
