#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/token.h"

namespace thalweg::expression {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameStart(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c); }

// Longest spellings first.
constexpr std::pair<std::string_view, Symbol> kSymbols[] = {
    {"**", Symbol::kPower},        {"//", Symbol::kFloorDivide}, {"<=", Symbol::kLessEqual},
    {">=", Symbol::kGreaterEqual}, {"==", Symbol::kEqual},       {"!=", Symbol::kNotEqual},
    {"+", Symbol::kPlus},          {"-", Symbol::kMinus},        {"*", Symbol::kTimes},
    {"/", Symbol::kDivide},        {"%", Symbol::kModulo},       {"^", Symbol::kPower},
    {"<", Symbol::kLess},          {">", Symbol::kGreater},      {"(", Symbol::kOpen},
    {")", Symbol::kClose},         {"[", Symbol::kOpenSquare},   {"]", Symbol::kCloseSquare},
    {",", Symbol::kComma},         {"=", Symbol::kAssign},       {"@", Symbol::kAt},
    {":", Symbol::kColon},
};

// Names before a dot that only say where a function comes from.
constexpr std::string_view kModules[] = {"np",  "numpy", "math",   "linalg",
                                         "jnp", "scipy", "special"};

// What people type instead, or copy from a typeset page.
constexpr std::pair<uint32_t, const char*> kLookAlikes[] = {
    {0xD7, "*"},    {0xB7, "*"},    {0x22C5, "*"},           {0x2217, "*"},
    {0xF7, "/"},    {0x2212, "-"},  {0x2013, "-"},           {0x2014, "-"},
    {0x2264, "<="}, {0x2265, ">="}, {0x2260, "!="},          {0x3C0, "pi"},
    {0xB2, "**2"},  {0xB3, "**3"},  {0xA0, "a plain space"}, {0x221A, "sqrt"},
};

/// The code point at the start of `text`, or nothing where it is not valid UTF-8.
struct CodePoint {
  uint32_t value = 0;
  size_t size = 0;  // 0: invalid
};
CodePoint Decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  const uint32_t lead = byte(0);
  const size_t size = lead < 0x80U   ? 1
                      : lead < 0xC2U ? 0
                      : lead < 0xE0U ? 2
                      : lead < 0xF0U ? 3
                      : lead < 0xF5U ? 4
                                     : 0;
  if (size == 0 || size > text.size()) return {};
  uint32_t value = size == 1 ? lead : lead & (0x7FU >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  const bool overlong = (size == 3 && value < 0x800U) || (size == 4 && value < 0x10000U);
  const bool surrogate = value >= 0xD800U && value <= 0xDFFFU;
  if (overlong || surrogate || value > 0x10FFFFU) return {};
  return {value, size};
}

class Lexer {
 public:
  Lexer(std::string_view text, const Limits& limits, Complaints& complaints)
      : text_(text), limits_(limits), complaints_(complaints) {}

  std::vector<Token> Run() {
    while (complaints_.empty() && at_ < text_.size()) Next();
    Emit(TokenKind::kNewline, Symbol::kNone, text_.size(), text_.size());
    Emit(TokenKind::kEnd, Symbol::kNone, text_.size(), text_.size());
    return std::move(tokens_);
  }

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void Emit(TokenKind kind, Symbol symbol, size_t begin, size_t end, double number = 0) {
    if (kind == TokenKind::kNewline) {
      const bool empty = tokens_.empty() || tokens_.back().kind == TokenKind::kNewline;
      if (open_ > 0 || empty) return;
    }
    tokens_.push_back(
        {kind, symbol, static_cast<uint32_t>(begin), static_cast<uint32_t>(end), number});
  }

  void Next() {
    const char c = Peek();
    if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c == '\\' && (Peek(1) == '\n' || (Peek(1) == '\r' && Peek(2) == '\n'))) {
      at_ += Peek(1) == '\n' ? 2 : 3;
    } else if (c == '\n' || c == ';') {
      Emit(TokenKind::kNewline, Symbol::kNone, at_, at_ + 1);
      ++at_;
    } else if (c == '#') {
      Comment();
    } else if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) {
      Number();
    } else if (IsNameStart(c)) {
      Name();
    } else {
      Operator();
    }
  }

  /// A comment may hold any text, but not bytes that are no text at all.
  void Comment() {
    while (at_ < text_.size() && text_[at_] != '\n') {
      const CodePoint point = Decode(text_.substr(at_));
      if (point.size == 0 || (point.value < ' ' && point.value != '\t' && point.value != '\r')) {
        return Stranger(point);
      }
      at_ += point.size;
    }
  }

  void Name() {
    const size_t begin = at_;
    while (IsNamePart(Peek())) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (std::find(std::begin(kModules), std::end(kModules), name) != std::end(kModules) &&
        Peek() == '.' && IsNameStart(Peek(1))) {
      ++at_;
      return Name();
    }
    Emit(TokenKind::kName, Symbol::kNone, begin, at_);
  }

  void Digits(std::string& digits) {
    while (IsDigit(Peek()) ||
           (Peek() == '_' && at_ > 0 && IsDigit(text_[at_ - 1]) && IsDigit(Peek(1)))) {
      if (Peek() != '_') digits.push_back(Peek());
      ++at_;
    }
  }

  void Number() {
    const size_t begin = at_;
    if (Peek() == '0' && (Peek(1) == 'x' || Peek(1) == 'X')) {
      return Refuse(begin, "hexadecimal numbers are not part of the language");
    }
    std::string digits;
    Digits(digits);
    if (Peek() == '.') {
      digits.push_back('.');
      ++at_;
      Digits(digits);
    }
    if (Peek() == 'e' || Peek() == 'E') {
      const size_t sign = Peek(1) == '+' || Peek(1) == '-' ? 1 : 0;
      if (!IsDigit(Peek(1 + sign))) {
        return Refuse(begin, "the exponent of this number has no digits");
      }
      digits.push_back('e');
      if (Peek(1) == '-') digits.push_back('-');
      at_ += 1 + sign;
      Digits(digits);
    }
    const size_t length = at_ - begin;
    if (static_cast<int64_t>(length) > limits_.literal_bytes) {
      complaints_.Add(Reason::kNumberOutOfRange, begin,
                      absl::StrFormat("this number has %d characters; the limit is %d", length,
                                      limits_.literal_bytes));
      return;
    }
    if (IsNamePart(Peek()) || Peek() == '.') {
      return Refuse(at_,
                    absl::StrCat("unexpected ", Quoted(text_.substr(at_, 1)), " after a number",
                                 IsNameStart(Peek()) ? "; write * for a product" : ""));
    }
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      complaints_.Add(Reason::kNumberOutOfRange, begin,
                      absl::StrCat("no double holds ", Quoted(text_.substr(begin, length), 40),
                                   "; the range is 5e-324 to 1.8e308"));
      return;
    }
    Emit(TokenKind::kNumber, Symbol::kNone, begin, at_, value);
  }

  void Operator() {
    for (const auto& [spelling, symbol] : kSymbols) {
      if (text_.substr(at_, spelling.size()) != spelling) continue;
      if (symbol == Symbol::kOpen || symbol == Symbol::kOpenSquare) ++open_;
      if ((symbol == Symbol::kClose || symbol == Symbol::kCloseSquare) && open_ > 0) --open_;
      Emit(TokenKind::kOperator, symbol, at_, at_ + spelling.size());
      at_ += spelling.size();
      return;
    }
    switch (Peek()) {
      case '&':
        return Refuse(at_, "unexpected '&'; write 'and'");
      case '|':
        return Refuse(at_, "unexpected '|'; write 'or'");
      case '~':
        return Refuse(at_, "unexpected '~'; write 'not'");
      case '.':
        if (IsNameStart(Peek(1))) {
          Emit(TokenKind::kOperator, Symbol::kDot, at_, at_ + 1);
          ++at_;
          return;
        }
        return Refuse(at_, "unexpected '.'; a name follows it, as in A.T or x.sum()");
      default:
        return Stranger(Decode(text_.substr(at_)));
    }
  }

  void Stranger(const CodePoint& point) {
    if (point.size == 0) return Refuse(at_, "this byte is not valid UTF-8");
    std::string hint;
    for (const auto& [code, ascii] : kLookAlikes) {
      if (code == point.value) hint = absl::StrCat("; did you mean ", ascii, "?");
    }
    Refuse(at_, absl::StrFormat("unexpected character U+%04X%s", point.value, hint));
  }

  void Refuse(size_t offset, const std::string& what) {
    complaints_.Add(Reason::kSyntaxError, offset, what);
  }

  std::string_view text_;
  const Limits& limits_;
  Complaints& complaints_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int64_t open_ = 0;  // brackets open here; line ends inside them are white space
};

}  // namespace

std::vector<Token> Tokenize(std::string_view text, const Limits& limits, Complaints& complaints) {
  return Lexer(text, limits, complaints).Run();
}

}  // namespace thalweg::expression
