#include "server/log/log_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace thalweg::log {
namespace {

constexpr std::string_view kCut = "...";
/// Room for what Text() adds to a line that was cut.
constexpr size_t kTailBytes = 32;

std::string Timestamp(int64_t unix_ms) {
  const time_t seconds = unix_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  const size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + length, text.size() - length, ".%03dZ",
                static_cast<int>(unix_ms % 1000));
  return text.data();
}

/// Bytes of the UTF-8 character that `text` begins with; 0 where it begins with none.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[k]); };
  const size_t length = byte(0) < 0x80   ? 1
                        : byte(0) < 0xC2 ? 0
                        : byte(0) < 0xE0 ? 2
                        : byte(0) < 0xF0 ? 3
                        : byte(0) < 0xF5 ? 4
                                         : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t k = 1; k < length; ++k) {
    if ((byte(k) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

std::string UnicodeEscape(unsigned code) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\u%04x", code);
  return text.data();
}

/// Between quotes, as JSON has it. Control characters, C1 and bidirectional ones included (U+0080
/// to U+009F, U+2028 to U+202E, U+2066 to U+2069), and bytes that are not UTF-8 are escaped: a
/// terminal must not act on what a client sent.
std::string Quoted(std::string_view value) {
  std::string out = "\"";
  const std::string_view shown = value.substr(0, LogLine::kMaxValueBytes);
  for (size_t at = 0; at < shown.size();) {
    // Asked of the whole value, so that a character at the cut is taken whole.
    const size_t length = Utf8Length(value.substr(at));
    const auto byte = static_cast<unsigned char>(shown[at]);
    const std::string_view character = value.substr(at, length);
    at += length == 0 ? 1 : length;
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += static_cast<char>(byte);
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += UnicodeEscape(byte);
    } else if (length == 0) {
      out += UnicodeEscape(0xFFFD);
    } else if (length == 2 && character[0] == '\xC2' &&
               static_cast<unsigned char>(character[1]) < 0xA0) {
      out += UnicodeEscape(static_cast<unsigned char>(character[1]));
    } else if (character >= "\xE2\x80\xA8" && character <= "\xE2\x80\xAE") {
      out += UnicodeEscape(0x2000U | (static_cast<unsigned char>(character[2]) & 0x3FU));
    } else if (character >= "\xE2\x81\xA6" && character <= "\xE2\x81\xA9") {
      out += UnicodeEscape(0x2040U | (static_cast<unsigned char>(character[2]) & 0x3FU));
    } else {
      out += character;
    }
  }
  if (shown.size() < value.size()) out += kCut;
  return out + '"';
}

/// Whether a value needs no quotes in text.
bool IsPlain(std::string_view value) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.:/+[]").find(c) != std::string_view::npos;
  };
  return !value.empty() && value.size() <= LogLine::kMaxValueBytes &&
         std::all_of(value.begin(), value.end(), plain);
}

}  // namespace

LogLine::LogLine(Format format, int64_t unix_ms, std::string_view level, std::string_view event)
    : format_(format) {
  if (format_ == Format::kJson) {
    text_ = "{\"time\":\"" + Timestamp(unix_ms) + '"';
    Add("level", level);
    Add("event", event);
  } else {
    text_ = Timestamp(unix_ms);
    text_.append(" ").append(level).append(" ").append(event);
  }
}

LogLine& LogLine::Add(std::string_view name, std::string_view value) {
  const bool bare = format_ == Format::kText && IsPlain(value);
  return AddBare(name, bare ? std::string(value) : Quoted(value));
}

LogLine& LogLine::Add(std::string_view name, double value) {
  if (!std::isfinite(value))
    return Add(name, std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return AddBare(name, text.data());
}

LogLine& LogLine::AddBare(std::string_view name, std::string_view value) {
  std::string field = format_ == Format::kJson ? ",\"" : " ";
  field.append(name).append(format_ == Format::kJson ? "\":" : "=").append(value);
  AddField(field);
  return *this;
}

void LogLine::AddField(const std::string& field) {
  cut_ = cut_ || text_.size() + field.size() + kTailBytes > kMaxLineBytes;
  if (!cut_) text_ += field;
}

std::string LogLine::Text() const {
  if (format_ == Format::kJson) return text_ + (cut_ ? ",\"cut\":true}" : "}");
  return text_ + (cut_ ? " cut=true" : "");
}

}  // namespace thalweg::log
