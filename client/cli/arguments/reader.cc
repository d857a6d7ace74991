#include "client/cli/arguments/reader.h"

#include <charconv>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace thalweg::cli {
namespace {

bool BeginsName(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool IsNameChar(char c) {
  return BeginsName(c) || absl::ascii_isdigit(static_cast<unsigned char>(c));
}

}  // namespace

void Reader::SkipBlanks() {
  while (at_ < text_.size() && absl::ascii_isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
}

bool Reader::Next(char c) {
  SkipBlanks();
  return !failed() && at_ < text_.size() && text_[at_] == c;
}

bool Reader::Take(char c) {
  if (!Next(c)) return false;
  ++at_;
  return true;
}

bool Reader::AtEnd() {
  SkipBlanks();
  return failed() || at_ == text_.size();
}

bool Reader::AtName() { return !AtEnd() && BeginsName(text_[at_]); }

std::string Reader::Name() {
  if (!AtName()) return "";
  const size_t begin = at_;
  while (at_ < text_.size() && IsNameChar(text_[at_])) ++at_;
  return std::string(text_.substr(begin, at_ - begin));
}

std::optional<double> Reader::Number() {
  if (AtEnd()) return std::nullopt;
  // std::from_chars knows no plus sign; "+-1" stays wrong.
  const bool plus = text_[at_] == '+' && at_ + 1 < text_.size() && text_[at_ + 1] != '-';
  const char* const begin = text_.data() + at_ + (plus ? 1 : 0);
  double number = 0;
  const auto [end, failure] = std::from_chars(begin, text_.data() + text_.size(), number);
  // "information" begins with "inf", "2x" with "2": neither is a number.
  const bool runs_on = end != text_.data() + text_.size() && (IsNameChar(*end) || *end == '.');
  if (failure == std::errc::invalid_argument || runs_on) return std::nullopt;
  if (failure == std::errc::result_out_of_range) {
    Fail("no double holds this number");
    return std::nullopt;
  }
  at_ = static_cast<size_t>(end - text_.data());
  return number;
}

std::optional<std::string> Reader::Quoted() {
  if (AtEnd() || (text_[at_] != '\'' && text_[at_] != '"')) return std::nullopt;
  const size_t close = text_.find(text_[at_], at_ + 1);
  if (close == std::string_view::npos) {
    Fail("this quote is not closed");
    return std::nullopt;
  }
  const std::string inside(text_.substr(at_ + 1, close - at_ - 1));
  at_ = close + 1;
  return inside;
}

std::string Reader::Word() {
  if (AtEnd()) return "";
  const size_t end = text_.find_first_of(",()[] \t", at_);
  return std::string(text_.substr(at_, end == std::string_view::npos ? end : end - at_));
}

void Reader::Fail(const std::string& what) {
  if (failed()) return;
  SkipBlanks();
  error_ = ArgumentError{absl::StrCat(std::string(flag_), ": ", what, "\n  ", std::string(text_),
                                      "\n  ", std::string(at_, ' '), "^")};
}

}  // namespace thalweg::cli
