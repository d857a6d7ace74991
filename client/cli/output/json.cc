#include "client/cli/output/json.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/output/number_text.h"

namespace thalweg::cli {
namespace {

/// Length of the well-formed UTF-8 sequence at the start of `text`; 0 when there is none.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80                   ? 1
                        : lead >= 0xC2 && lead < 0xE0 ? 2
                        : lead >= 0xE0 && lead < 0xF0 ? 3
                        : lead >= 0xF0 && lead < 0xF5 ? 4
                                                      : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and beyond U+10FFFF.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) >= 0xA0) ||
      (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) >= 0x90)) {
    return 0;
  }
  return length;
}

}  // namespace

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    const char c = text.front();
    if (length == 0) {
      json += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (c == '\n') {
      json += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&json, "\\u%04x", static_cast<unsigned>(c));
    } else {
      json += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return json + "\"";
}

void Json::Separate() {
  if (text_.empty()) return;
  const char before = text_.back();
  if (before != '{' && before != '[' && before != ':') text_ += ',';
}

Json& Json::Raw(std::string_view json) {
  Separate();
  text_ += json;
  return *this;
}

Json& Json::Object() { return Raw("{"); }
Json& Json::Array() { return Raw("["); }

Json& Json::EndObject() {
  text_ += '}';
  return *this;
}

Json& Json::EndArray() {
  text_ += ']';
  return *this;
}

Json& Json::Key(std::string_view key) {
  Separate();
  absl::StrAppend(&text_, JsonString(key), ":");
  return *this;
}

Json& Json::Number(double number) {
  if (std::isnan(number)) return Raw("\"NaN\"");
  if (std::isinf(number)) return Raw(number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  return Raw(NumberText(number));
}

Json& Json::Known(double number) { return std::isnan(number) ? Null() : Number(number); }
Json& Json::Integer(int64_t number) { return Raw(absl::StrCat(number)); }
Json& Json::Text(std::string_view text) { return Raw(JsonString(text)); }
Json& Json::Flag(bool flag) { return Raw(flag ? "true" : "false"); }
Json& Json::Null() { return Raw("null"); }

}  // namespace thalweg::cli
