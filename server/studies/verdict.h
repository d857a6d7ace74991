#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/studies/table.h"

namespace thalweg::studies {

/// Who won and by how much. `order` has the arms from best to worst.
std::optional<Winner> WinnerOf(const Results& results, const std::vector<size_t>& order,
                               const std::vector<std::string>& titles);

}  // namespace thalweg::studies
