#include "client/cli/arguments/part_argument.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "client/cli/arguments/setting_argument.h"

namespace thalweg::cli {
namespace {

bool IsName(std::string_view text) {
  return !text.empty() && text.find_first_of("(=,[ ") == std::string_view::npos;
}

}  // namespace

Parsed<v1::Part> ParsePart(std::string_view flag, std::string_view text, std::string_view main) {
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos && IsName(text.substr(0, colon))) {
    const std::string bracketed = absl::StrCat(std::string(text.substr(0, colon)), "(",
                                               std::string(text.substr(colon + 1)), ")");
    return ParsePart(flag, bracketed, main);
  }
  Reader reader(flag, text);
  v1::Part part = ReadPart(reader);
  if (!main.empty() && part.settings().empty() && reader.Take('=')) {
    (*part.mutable_settings())[std::string(main)] = ReadSetting(reader);
  }
  if (!reader.AtEnd()) reader.Fail("expected the end; written name, name(a=1,b=2) or name:a=1,b=2");
  if (reader.failed()) return reader.error();
  return part;
}

}  // namespace thalweg::cli
