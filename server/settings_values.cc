// What a setting's text may be, and between text and field.

#include <algorithm>
#include <cctype>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/addresses.h"
#include "server/settings_table.h"

namespace thalweg {
namespace {

/// scheme://host[:port] without a path, as browsers send it; or "*".
bool IsOrigin(const std::string& text) {
  const size_t scheme = text.find("://");
  return text == "*" || (scheme != std::string::npos && scheme > 0 && scheme + 3 < text.size() &&
                         text.find('/', scheme + 3) == std::string::npos);
}

}  // namespace

std::string VariableOf(const SettingRow& row) {
  std::string name = "THALWEG_" + row.flag;
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

std::vector<std::string> SplitOrigins(const std::string& text) {
  return absl::StrSplit(text, absl::ByAnyChar(", "), absl::SkipEmpty());
}

std::string Permitted(const SettingRow& row) {
  if (const auto* number = std::get_if<NumberValue>(&row.value)) {
    return absl::StrCat("a whole number from ", number->least, " to ", number->greatest);
  }
  if (const auto* choice = std::get_if<ChoiceValue>(&row.value)) {
    return "one of " + absl::StrJoin(choice->choices, ", ");
  }
  if (std::holds_alternative<FlagValue>(row.value)) return "on or off";
  switch (std::get<TextValue>(row.value).kind) {
    case TextKind::kAddress:
    case TextKind::kAddressOrNone:
      return "host:port or [IPv6]:port, with a port from 0 to 65535";
    case TextKind::kFree:
      return "a text that is not empty";
    case TextKind::kMayBeEmpty:
      return "";
    case TextKind::kOrigins:
      return "origins as https://example.org or http://localhost:5173, or * for any";
    case TextKind::kFile:
      return "a file that this process can read";
    case TextKind::kSecretFile:
      return "a file that this process can read and others cannot";
  }
  return "";
}

bool Assign(const SettingRow& row, const std::string& text, Settings& settings) {
  if (const auto* number = std::get_if<NumberValue>(&row.value)) {
    int64_t value = 0;
    if (!absl::SimpleAtoi(text, &value)) return false;
    settings.*(number->field) = value;
    return value >= number->least && value <= number->greatest;
  }
  if (const auto* choice = std::get_if<ChoiceValue>(&row.value)) {
    settings.*(choice->field) = text;
    return std::count(choice->choices.begin(), choice->choices.end(), text) > 0;
  }
  if (const auto* flag = std::get_if<FlagValue>(&row.value)) {
    settings.*(flag->field) = text == "on";
    return text == "on" || text == "off";
  }
  const TextValue& value = std::get<TextValue>(row.value);
  settings.*(value.field) = text;
  if (value.kind == TextKind::kAddress) return IsAddress(text);
  if (value.kind == TextKind::kAddressOrNone) return text.empty() || IsAddress(text);
  if (value.kind == TextKind::kOrigins) {
    const std::vector<std::string> origins = SplitOrigins(text);
    return std::all_of(origins.begin(), origins.end(), IsOrigin);
  }
  return value.kind != TextKind::kFree || !text.empty();
}

std::string Print(const SettingRow& row, const Settings& settings) {
  if (const auto* number = std::get_if<NumberValue>(&row.value)) {
    return std::to_string(settings.*(number->field));
  }
  if (const auto* choice = std::get_if<ChoiceValue>(&row.value)) return settings.*(choice->field);
  if (const auto* flag = std::get_if<FlagValue>(&row.value)) {
    return settings.*(flag->field) ? "on" : "off";
  }
  return settings.*(std::get<TextValue>(row.value).field);
}

}  // namespace thalweg
