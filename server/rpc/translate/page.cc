#include "server/rpc/translate/page.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/core/violation.h"

namespace thalweg::rpc {
namespace {

constexpr int kUsual = 100;
constexpr int kMost = 1000;

/// FNV-1a. It guards against mistakes, not against malice: a forged token shows nothing that the
/// list would not show.
uint64_t Checksum(const std::string& list, size_t first) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : absl::StrCat("thalweg page/", list, "/", first)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return hash;
}

std::string Token(const std::string& list, size_t first) {
  return absl::StrCat(first, "-", absl::Hex(Checksum(list, first), absl::kZeroPad16));
}

std::optional<size_t> FirstOf(const std::string& list, const std::string& token) {
  const std::vector<std::string> parts = absl::StrSplit(token, '-');
  uint64_t first = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &first)) return std::nullopt;
  if (token != Token(list, first)) return std::nullopt;
  return first;
}

}  // namespace

absl::StatusOr<int> PageSize(int32_t size, int usual, int most) {
  if (size < 0) {
    return Refuse("page_size", Reason::kInvalidValue,
                  absl::StrCat("is ", size, "; must be 0 (", usual, " entries) or more"));
  }
  return size == 0 ? usual : std::min(size, most);
}

absl::StatusOr<Page> PageOf(const std::string& list, size_t entries, int32_t page_size,
                            const std::string& page_token) {
  const auto size = PageSize(page_size, kUsual, kMost);
  if (!size.ok()) return size.status();
  Page page;
  if (!page_token.empty()) {
    const auto first = FirstOf(list, page_token);
    if (!first || *first > entries) {
      return Refuse("page_token", Reason::kPageTokenInvalid,
                    absl::StrCat("is ", Quoted(page_token), ", which is no token of ", list,
                                 "; give next_page_token of the page before, unchanged"));
    }
    page.first = *first;
  }
  page.count = std::min(static_cast<size_t>(*size), entries - page.first);
  const size_t next = page.first + page.count;
  if (next < entries) page.next_page_token = Token(list, next);
  return page;
}

}  // namespace thalweg::rpc
