#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/diagnosis/suggestions.h"

namespace thalweg {
namespace {

constexpr size_t kMostNamed = 3;

}  // namespace

/// The answer leans on bounds: worth knowing, since it is they that decide there.
std::optional<Finding> ActiveBounds(Ending& ending) {
  if (!IsStationary(ending)) return std::nullopt;
  const Certificate& certificate = ending.certified->certificate;
  const int64_t count = certificate.active_bound_count;
  if (count == 0) return std::nullopt;
  const ActiveBound* strongest = &certificate.active_bounds[0];
  std::string names;
  for (size_t k = 0; k < certificate.active_bounds.size(); ++k) {
    const ActiveBound& active = certificate.active_bounds[k];
    if (active.multiplier > strongest->multiplier) strongest = &active;
    if (k < kMostNamed) {
      absl::StrAppend(&names, k > 0 ? ", " : "", active.coordinate, " (",
                      active.upper ? "upper" : "lower",
                      absl::StrFormat(" bound %.6g)", active.bound));
    }
  }
  if (count > static_cast<int64_t>(kMostNamed)) {
    absl::StrAppend(&names, " and ", count - static_cast<int64_t>(kMostNamed), " more");
  }
  Finding finding;
  finding.code = "active_bounds";
  finding.informational = true;
  finding.text = absl::StrCat("At the answer ", names,
                              count == 1 ? " is held by its bound." : " are held by their bounds.");
  finding.evidence = absl::StrFormat("if that of %s gave way, f would improve by %.4g a unit",
                                     strongest->coordinate, strongest->multiplier);
  return finding;
}

}  // namespace thalweg
