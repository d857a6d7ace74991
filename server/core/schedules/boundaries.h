#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace thalweg {

/// Which of the pieces between increasing `boundaries` holds iteration k: the number of boundaries
/// that are <= k. A boundary belongs to the piece after it.
size_t PieceAt(const std::vector<double>& boundaries, int64_t k);

/// That `boundaries` are whole, increasing, and one fewer than the `pieces` that the option
/// `pieces_name` gives. Errors are under "settings[...]".
absl::Status CheckBoundaries(const std::vector<double>& boundaries, const std::string& pieces_name,
                             size_t pieces);

}  // namespace thalweg
