#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

/// Pages of lists that do not change while the server runs.
namespace thalweg::rpc {

/// Entries [first, first + count) of a list, and the token of the page behind them.
struct Page {
  size_t first = 0;
  size_t count = 0;
  std::string next_page_token;  ///< Empty on the last page.
};

/// `size` as a caller may give it: 0 for `usual`, at most `most`; negative is refused.
absl::StatusOr<int> PageSize(int32_t size, int usual, int most);

/// The page of `list` (a name, which tokens are bound to) that was asked for. A token made for
/// another list, or not by this server, is refused: PAGE_TOKEN_INVALID.
absl::StatusOr<Page> PageOf(const std::string& list, size_t entries, int32_t page_size,
                            const std::string& page_token);

}  // namespace thalweg::rpc
