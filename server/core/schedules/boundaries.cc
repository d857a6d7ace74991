#include "server/core/schedules/boundaries.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"

namespace thalweg {

size_t PieceAt(const std::vector<double>& boundaries, int64_t k) {
  const auto after = std::upper_bound(boundaries.begin(), boundaries.end(), static_cast<double>(k));
  return static_cast<size_t>(after - boundaries.begin());
}

absl::Status CheckBoundaries(const std::vector<double>& boundaries, const std::string& pieces_name,
                             size_t pieces) {
  std::vector<Violation> violations;
  for (size_t i = 0; i < boundaries.size(); ++i) {
    const double boundary = boundaries[i];
    const bool whole = boundary == std::trunc(boundary);
    if (whole && (i == 0 || boundary > boundaries[i - 1])) continue;
    violations.push_back({absl::StrCat("settings[boundaries][", i, "]"), Reason::kInvalidValue,
                          absl::StrCat("boundaries: expected whole numbers, increasing, got ",
                                       NumberText(boundary))});
    break;
  }
  if (pieces != boundaries.size() + 1) {
    violations.push_back({absl::StrCat("settings[", pieces_name, "]"), Reason::kWrongShape,
                          absl::StrCat(pieces_name, ": expected ", boundaries.size() + 1,
                                       ", one more than boundaries, got ", pieces)});
  }
  return violations.empty() ? absl::OkStatus() : Refuse(std::move(violations));
}

}  // namespace thalweg
