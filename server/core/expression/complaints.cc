#include "server/core/expression/complaints.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/limits.h"

namespace thalweg::expression {
namespace {

constexpr size_t kWindow = 60;  // characters of the source line shown around an error

size_t LineBegin(std::string_view text, size_t offset) {
  if (offset == 0) return 0;
  const size_t newline = text.rfind('\n', offset - 1);
  return newline == std::string_view::npos ? 0 : newline + 1;
}

char Printable(char c) { return c >= ' ' && c <= '~' ? c : (c == '\t' ? ' ' : '?'); }

/// The source line around `offset` and a caret under it. Bytes that are not printable ASCII
/// become '?', so that the caret stays in its column and nothing odd reaches a terminal.
std::string Window(std::string_view text, size_t offset) {
  const size_t begin = LineBegin(text, offset);
  const size_t end = std::min(text.find('\n', offset), text.size());
  const size_t first = std::max(begin, offset > kWindow / 2 ? offset - kWindow / 2 : 0);
  const size_t last = std::min(end, first + kWindow);
  std::string line;
  for (size_t i = first; i < last; ++i) line.push_back(Printable(text[i]));
  const std::string lead = first > begin ? "..." : "";
  const std::string trail = last < end ? "..." : "";
  const std::string blank(lead.size() + (offset - first), ' ');
  return absl::StrCat("\n  ", lead, line, trail, "\n  ", blank, "^");
}

}  // namespace

Position PositionOf(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  const auto newlines =
      std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(offset), '\n');
  return {static_cast<int64_t>(newlines) + 1,
          static_cast<int64_t>(offset - LineBegin(text, offset)) + 1};
}

std::string PlaceOf(std::string_view text, size_t offset) {
  const Position position = PositionOf(text, offset);
  return absl::StrFormat("line %d, column %d", position.line, position.column);
}

std::string Excerpt(std::string_view text, size_t begin, size_t end) {
  constexpr size_t kMost = 60;
  std::string piece;
  // Far more bytes than are shown need not be copied to squeeze their white space.
  const auto append = [&](size_t from, size_t to) {
    for (size_t i = from; i < to; ++i) {
      const char c = text[i] == '\n' ? ' ' : Printable(text[i]);
      if (c == ' ' && (piece.empty() || piece.back() == ' ')) continue;
      piece.push_back(c);
    }
  };
  if (end - begin <= kMost) {
    append(begin, end);
    return piece;
  }
  append(begin, begin + kMost / 2);
  piece += " ... ";
  append(end - kMost / 3, end);
  return piece;
}

bool Complaints::full() const { return violations_.size() >= static_cast<size_t>(kMaxErrors); }

void Complaints::Add(Reason reason, size_t offset, const std::string& what) {
  if (full()) return;
  offset = std::min(offset, text_.size());
  violations_.push_back(
      {"", reason, absl::StrCat(PlaceOf(text_, offset), ": ", what, Window(text_, offset))});
}

void Complaints::Add(Reason reason, const std::string& what) {
  if (full()) return;
  violations_.push_back({"", reason, what});
}

}  // namespace thalweg::expression
