#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"

namespace thalweg::rpc {

/// The label that a list is filtered by, "key=value"; nothing for an empty text. An error is at the
/// field "label".
absl::StatusOr<std::optional<runs::Label>> LabelFilter(const std::string& text);

}  // namespace thalweg::rpc
