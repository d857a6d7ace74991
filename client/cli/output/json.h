#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::cli {

/// Writes JSON text on one line, in the order of the calls; commas and quotes see to themselves.
/// Numbers are the shortest decimals that read back as the same doubles. JSON has no word for what
/// is not finite: those are the strings "NaN", "Infinity" and "-Infinity".
///
///   Json json;
///   json.Object().Key("x").Array().Number(1).Number(2).EndArray().EndObject();
///   json.text() == R"({"x":[1,2]})"
class Json {
 public:
  Json& Object();
  Json& EndObject();
  Json& Array();
  Json& EndArray();
  Json& Key(std::string_view key);
  Json& Number(double number);
  Json& Known(double number);  ///< NaN stands for what is not known: null.
  Json& Integer(int64_t number);
  Json& Text(std::string_view text);
  Json& Flag(bool flag);
  Json& Null();
  /// JSON text made elsewhere.
  Json& Raw(std::string_view json);

  const std::string& text() const { return text_; }
  void Clear() { text_.clear(); }

 private:
  void Separate();

  std::string text_;
};

/// `text` as a JSON string, with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string JsonString(std::string_view text);

}  // namespace thalweg::cli
