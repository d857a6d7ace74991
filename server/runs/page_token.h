#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace thalweg::runs {

/// An opaque token that carries `numbers` to the next page of the query that `query` spells. It
/// fits no other query.
std::string MakePageToken(const std::string& query, const std::vector<int64_t>& numbers);

/// The numbers of a token made for this query, `count` of them. INVALID_ARGUMENT
/// (PAGE_TOKEN_INVALID) at `page_token` for anything else.
absl::StatusOr<std::vector<int64_t>> ReadPageToken(const std::string& query, size_t count,
                                                   const std::string& token);

}  // namespace thalweg::runs
