#include "server/settings_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

constexpr size_t kLargestFile = 1 << 20;  // bytes

absl::Status At(const std::string& place, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(place, ": ", std::string(what)));
}

/// Where a comment begins outside of quotes: at a # that begins the text or follows a space.
std::string_view WithoutComment(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && (i == 0 || absl::ascii_isspace(text[i - 1]))) return text.substr(0, i);
  }
  return text;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && absl::ascii_isspace(text.front())) text.remove_prefix(1);
  while (!text.empty() && absl::ascii_isspace(text.back())) text.remove_suffix(1);
  return text;
}

/// The value that `text` begins with a quote for. Only a comment may follow.
absl::StatusOr<std::string> Unquoted(std::string_view text, const std::string& place) {
  const char quote = text.front();
  std::string value;
  for (size_t i = 1; i < text.size(); ++i) {
    const bool escape = quote == '"' && text[i] == '\\' && i + 1 < text.size();
    if (escape && (text[i + 1] == '"' || text[i + 1] == '\\')) {
      value += text[++i];
    } else if (text[i] != quote) {
      value += text[i];
    } else if (Trimmed(WithoutComment(Trimmed(text.substr(i + 1)))).empty()) {
      return value;
    } else {
      return At(place, "nothing but a comment may follow the closing quote");
    }
  }
  return At(place, absl::StrCat("the quote ", std::string(1, quote), " is not closed"));
}

absl::StatusOr<SettingLine> ParseLine(std::string_view text, const std::string& place) {
  const size_t equals = text.find('=');
  const std::string key(Trimmed(text.substr(0, equals)));
  if (equals == std::string_view::npos || key.empty() ||
      key.find_first_of(" \t\"'#") != std::string::npos) {
    return At(place, Quoted(text) + " is not flag-name = value");
  }
  const std::string_view rest = Trimmed(text.substr(equals + 1));
  if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) {
    return SettingLine{place, key, std::string(Trimmed(WithoutComment(rest)))};
  }
  auto value = Unquoted(rest, place);
  if (!value.ok()) return value.status();
  return SettingLine{place, key, *std::move(value)};
}

}  // namespace

absl::StatusOr<std::vector<SettingLine>> ParseSettings(std::string_view text,
                                                       const std::string& name) {
  std::vector<SettingLine> lines;
  std::map<std::string, int> seen;  // key → line
  int number = 0;
  const std::string whole(text);
  for (const auto& raw : absl::StrSplit(whole, '\n')) {
    ++number;
    const std::string_view content = Trimmed({raw.data(), raw.size()});
    if (content.empty() || content.front() == '#') continue;
    auto line = ParseLine(content, absl::StrCat(name, ":", number));
    if (!line.ok()) return line.status();
    const auto [first, is_new] = seen.emplace(line->key, number);
    if (!is_new) {
      return At(line->place,
                absl::StrCat(line->key, " is given twice, first in line ", first->second));
    }
    lines.push_back(*std::move(line));
  }
  return lines;
}

absl::StatusOr<std::vector<SettingLine>> ReadSettingsFile(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return At(path, "is a folder, not a file");
  std::ifstream file(path);
  if (!file) return At(path, absl::StrCat("cannot be read: ", std::strerror(errno)));
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kLargestFile) return At(path, "is larger than 1 MiB");
  return ParseSettings(text, path);
}

std::string AsFileValue(const std::string& value) {
  const bool plain = !value.empty() && value.find_first_of(" \t\"'#") == std::string::npos;
  if (plain) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace thalweg
