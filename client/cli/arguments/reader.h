#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace thalweg::cli {

/// What is wrong with an argument; printed with a caret under the place.
struct ArgumentError {
  std::string text;  ///< Ready to print; several lines.
};

/// A cursor over the text of one argument, with the few tokens that arguments are made of. Blanks
/// between tokens do not count. The first failure is kept; after it every read gives nothing.
class Reader {
 public:
  /// `flag` is named in errors: "--set".
  Reader(std::string_view flag, std::string_view text) : flag_(flag), text_(text) {}

  /// Whether `c` is next; takes it when it is.
  bool Take(char c);
  bool Next(char c);
  bool AtEnd();
  /// Whether a letter or underscore is next.
  bool AtName();
  /// A name: letters, digits and underscores, not beginning with a digit. Empty when there is none.
  std::string Name();
  /// A number: 1, -0.5, 1e-3, inf, nan. Nothing is taken when there is none.
  std::optional<double> Number();
  /// A text in ' or ". Nothing when there is none.
  std::optional<std::string> Quoted();
  /// What is left, up to a comma, bracket, parenthesis or blank; empty at the end.
  std::string Word();

  void Fail(const std::string& what);
  bool failed() const { return error_.has_value(); }
  const ArgumentError& error() const { return *error_; }

 private:
  void SkipBlanks();

  std::string_view flag_;
  std::string_view text_;
  size_t at_ = 0;
  std::optional<ArgumentError> error_;
};

}  // namespace thalweg::cli
