#include "client/cli/output/table_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "client/cli/progress/panel.h"

namespace thalweg::cli {
namespace {

constexpr int kWidest = 28;

/// Characters, not bytes: it is UTF-8.
size_t WidthOf(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

std::string Table::Text() const {
  std::vector<size_t> widths;
  for (const auto& line : lines_) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], WidthOf(Clipped(line[i], kWidest)));
    }
  }
  std::string text;
  for (const auto& line : lines_) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string cell = Clipped(line[i], kWidest);
      const std::string room(widths[i] - WidthOf(cell), ' ');
      absl::StrAppend(&row, "  ", i < left_ ? cell + room : room + cell);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, row, "\n");
  }
  return text;
}

}  // namespace thalweg::cli
