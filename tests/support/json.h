#pragma once

#include <charconv>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace thalweg::testing {

/// A JSON value as a tree, for tests that read reference files. Wrong types, missing members and
/// malformed text throw std::runtime_error, which fails the test that asked.
///
///   const Json file = Json::FromFile(path);
///   for (const Json& point : file["evaluations"].array()) Use(point["x"].Numbers());
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json>;

  Json() = default;  ///< null
  template <typename T>
  explicit Json(T value) : value_(std::move(value)) {}

  static Json Parse(std::string_view text);
  static Json FromFile(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::ostringstream text;
    text << file.rdbuf();
    return Parse(text.str());
  }

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  bool is_number() const { return std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  bool boolean() const { return Get<bool>("boolean"); }
  double number() const { return Get<double>("number"); }
  const std::string& string() const { return Get<std::string>("string"); }
  const Array& array() const { return Get<Array>("array"); }
  const Object& object() const { return Get<Object>("object"); }

  bool Has(const std::string& name) const { return is_object() && object().count(name) > 0; }
  const Json& operator[](const std::string& name) const {
    const auto member = object().find(name);
    if (member == object().end()) throw std::runtime_error("no JSON member '" + name + "'");
    return member->second;
  }

  /// An array of numbers, with `null` read as `missing`.
  std::vector<double> Numbers(double missing = 0) const {
    std::vector<double> numbers;
    for (const Json& item : array()) numbers.push_back(item.is_null() ? missing : item.number());
    return numbers;
  }

 private:
  template <typename T>
  const T& Get(const char* what) const {
    if (const T* held = std::get_if<T>(&value_)) return *held;
    throw std::runtime_error(std::string("JSON value is not a ") + what);
  }

  std::variant<std::nullptr_t, bool, double, std::string, Array, Object> value_ = nullptr;
};

/// Recursive descent over trusted files; numbers are exact (std::from_chars).
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  Json Document() {
    Json value = Value();
    SkipSpace();
    if (at_ != text_.size()) Fail("text after the end");
    return value;
  }

 private:
  [[noreturn]] void Fail(const char* why) const {
    throw std::runtime_error(std::string("JSON: ") + why + " at byte " + std::to_string(at_));
  }
  void SkipSpace() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  char Peek() {
    SkipSpace();
    if (at_ == text_.size()) Fail("unexpected end");
    return text_[at_];
  }
  bool Accept(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  void Expect(char c) {
    if (!Accept(c)) Fail("unexpected character");
  }
  bool AcceptWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  Json Value() {
    switch (Peek()) {
      case '{':
        return Json(Members());
      case '[':
        return Json(Items());
      case '"':
        return Json(String());
      default:
        break;
    }
    if (AcceptWord("null")) return Json();
    if (AcceptWord("true")) return Json(true);
    if (AcceptWord("false")) return Json(false);
    return Json(Number());
  }

  Json::Object Members() {
    Json::Object members;
    Expect('{');
    if (Accept('}')) return members;
    do {
      SkipSpace();
      std::string name = String();
      Expect(':');
      members[std::move(name)] = Value();
    } while (Accept(','));
    Expect('}');
    return members;
  }

  Json::Array Items() {
    Json::Array items;
    Expect('[');
    if (Accept(']')) return items;
    do items.push_back(Value());
    while (Accept(','));
    Expect(']');
    return items;
  }

  double Number() {
    double value = 0;
    const char* first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error != std::errc()) Fail("not a value");
    at_ += static_cast<size_t>(end - first);
    return value;
  }

  std::string String() {
    std::string out;
    Expect('"');
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\') {
        if (at_ == text_.size()) Fail("unexpected end");
        c = text_[at_++];
        if (c == 'u') {
          AppendUtf8(CodeUnit(), out);
          continue;
        }
        constexpr std::string_view kFrom = "nrtbf";
        constexpr std::string_view kTo = "\n\r\t\b\f";
        if (const size_t k = kFrom.find(c); k != kFrom.npos) c = kTo[k];
      }
      out.push_back(c);
    }
    if (at_ == text_.size()) Fail("unterminated string");
    ++at_;
    return out;
  }

  unsigned CodeUnit() {
    unsigned code = 0;
    const char* first = text_.data() + at_;
    if (at_ + 4 > text_.size()) Fail("short \\u escape");
    const auto [end, error] = std::from_chars(first, first + 4, code, 16);
    if (error != std::errc() || end != first + 4) Fail("bad \\u escape");
    at_ += 4;
    return code;
  }

  /// One UTF-16 unit; surrogate pairs do not occur in the reference files and are refused.
  void AppendUtf8(unsigned code, std::string& out) const {
    if (code >= 0xD800U && code <= 0xDFFFU) Fail("surrogates are not supported");
    if (code < 0x80U) {
      out.push_back(static_cast<char>(code));
    } else if (code < 0x800U) {
      out.push_back(static_cast<char>(0xC0U | (code >> 6U)));
      out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
    } else {
      out.push_back(static_cast<char>(0xE0U | (code >> 12U)));
      out.push_back(static_cast<char>(0x80U | ((code >> 6U) & 0x3FU)));
      out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
    }
  }

  std::string_view text_;
  size_t at_ = 0;
};

inline Json Json::Parse(std::string_view text) { return JsonReader(text).Document(); }

}  // namespace thalweg::testing
