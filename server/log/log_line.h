#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace thalweg::log {

enum class Format { kText, kJson };

/// One log line: an event's name and named values, escaped so that a line stays one line whatever
/// the values hold. Long values are cut, and so is the line, at kMaxLineBytes.
///
///   LogLine(Format::kJson, now, "info", "run_finished").Add("run", id).Add("iterations",
///   12).Text()
///   {"time":"2026-01-02T03:04:05.678Z","level":"info","event":"run_finished","run":"r1",...}
///
/// As text: `2026-01-02T03:04:05.678Z info run_finished run=r1 iterations=12`; a value is quoted
/// where it has other characters than letters, digits and those of names and addresses.
class LogLine {
 public:
  static constexpr size_t kMaxLineBytes = 8192;
  static constexpr size_t kMaxValueBytes = 1024;

  /// `unix_ms`: milliseconds since the epoch. `level` and `event` are our own names.
  LogLine(Format format, int64_t unix_ms, std::string_view level, std::string_view event);

  LogLine& Add(std::string_view name, std::string_view value);
  LogLine& Add(std::string_view name, const char* value) {
    return Add(name, std::string_view(value));
  }
  LogLine& Add(std::string_view name, bool value) {
    return AddBare(name, value ? "true" : "false");
  }
  LogLine& Add(std::string_view name, std::integral auto value) {
    return AddBare(name, std::to_string(value));
  }
  LogLine& Add(std::string_view name, double value);

  /// The whole line, without its end.
  std::string Text() const;

 private:
  LogLine& AddBare(std::string_view name, std::string_view value);
  void AddField(const std::string& field);

  const Format format_;
  std::string text_;
  bool cut_ = false;
};

}  // namespace thalweg::log
