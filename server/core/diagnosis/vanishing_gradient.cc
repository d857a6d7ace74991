#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {
namespace {

constexpr double kVanished = 1e-4;  // of the last layer's gradient
constexpr double kNothing = 1e-10;  // where all have vanished, there is nothing left to learn

}  // namespace

/// The first layer's gradient is a small part of the last one's: derivatives of saturated units
/// multiplied on the way, and the first layer hardly learns. Hochreiter (1991); Glorot & Bengio
/// (2010).
std::optional<Finding> VanishingGradient(Ending& ending) {
  const Vector& norms = ending.at.variable_gradient_norms;
  const Layout& layout = ending.problem().objective().layout();
  const auto& variables = layout.variables();
  if (norms.size() != static_cast<Index>(variables.size())) return std::nullopt;
  Index first = -1;
  Index last = -1;
  for (Index i = 0; i < norms.size(); ++i) {
    if (variables[static_cast<size_t>(i)].columns == 0) continue;  // biases
    if (first < 0) first = i;
    last = i;
  }
  if (first == last || !(norms[last] > kNothing) || !(norms[first] < kVanished * norms[last])) {
    return std::nullopt;
  }
  const std::string& name = variables[static_cast<size_t>(first)].name;
  Finding finding;
  finding.code = "vanishing_gradient";
  finding.text = absl::StrFormat(
      "The first layer, %s, hardly learns: next to nothing of the gradient reaches it. Units that "
      "do not saturate (activation relu, with initialisation he), fewer layers, or scaled features "
      "help.",
      name);
  finding.evidence = absl::StrFormat("gradient norm %.3g of %s, %.3g of %s", norms[first], name,
                                     norms[last], variables[static_cast<size_t>(last)].name);
  return finding;
}

}  // namespace thalweg
