#include "server/core/part_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace thalweg {
namespace {

constexpr size_t kMostEntries = 8;  // of a list

template <typename List, typename ToText>
std::string ListText(const List& list, ToText to_text) {
  const auto shown = static_cast<std::ptrdiff_t>(std::min(list.size(), kMostEntries));
  std::string text = absl::StrJoin(
      list.begin(), list.begin() + shown, ", ",
      [&](std::string* out, const auto& entry) { absl::StrAppend(out, to_text(entry)); });
  return absl::StrCat("[", text, list.size() > kMostEntries ? ", ..." : "", "]");
}

struct Writer {
  std::string operator()(double number) const { return absl::StrCat(number); }
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(const std::vector<double>& numbers) const {
    return ListText(numbers, [](double number) { return absl::StrCat(number); });
  }
  std::string operator()(const std::vector<Part>& parts) const {
    if (parts.size() == 1) return TextOf(parts[0]);
    return ListText(parts, [](const Part& part) { return TextOf(part); });
  }
};

}  // namespace

std::string TextOf(const Setting& setting) { return std::visit(Writer(), setting); }

std::string TextOf(const Part& part) {
  if (part.settings.empty()) return part.kind;
  return absl::StrCat(part.kind, "(",
                      absl::StrJoin(part.settings, ", ",
                                    [](std::string* out, const auto& entry) {
                                      absl::StrAppend(out, entry.first, "=", TextOf(entry.second));
                                    }),
                      ")");
}

}  // namespace thalweg
