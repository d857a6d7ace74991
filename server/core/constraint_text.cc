#include "server/core/constraint_text.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/core/expression/complaints.h"
#include "server/core/expression/token.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

using expression::Symbol;
using expression::Token;
using expression::TokenKind;

constexpr double kInf = std::numeric_limits<double>::infinity();

absl::Status RefuseText(const std::string& what) { return Refuse("", Reason::kSyntaxError, what); }

bool Opens(Symbol symbol) { return symbol == Symbol::kOpen || symbol == Symbol::kOpenSquare; }
bool Closes(Symbol symbol) { return symbol == Symbol::kClose || symbol == Symbol::kCloseSquare; }
bool Below(Symbol symbol) { return symbol == Symbol::kLess || symbol == Symbol::kLessEqual; }
bool Above(Symbol symbol) { return symbol == Symbol::kGreater || symbol == Symbol::kGreaterEqual; }
bool Compares(Symbol symbol) {
  return Below(symbol) || Above(symbol) || symbol == Symbol::kEqual || symbol == Symbol::kNotEqual;
}

/// The last statement: where it begins, its comparisons outside brackets, its `for`, its end.
struct Outline {
  size_t begin = 0;
  size_t end = 0;
  std::vector<Token> comparisons;
  std::optional<size_t> generator;
  bool chooses = false;  ///< Has an `if` outside brackets.
};

Outline OutlineOf(const std::string& text, const std::vector<Token>& tokens) {
  Outline outline;
  int depth = 0;
  bool fresh = true;  // whether the next token begins a statement
  for (const Token& token : tokens) {
    if (token.kind == TokenKind::kEnd) break;
    if (token.kind == TokenKind::kNewline) {
      fresh = true;
      continue;
    }
    if (fresh) outline = {token.begin, token.end, {}, std::nullopt, false};
    fresh = false;
    outline.end = token.end;
    if (Opens(token.symbol)) ++depth;
    if (Closes(token.symbol)) --depth;
    if (depth > 0 || outline.generator) continue;
    if (Compares(token.symbol)) outline.comparisons.push_back(token);
    if (token.kind != TokenKind::kName) continue;
    const std::string_view name =
        std::string_view(text).substr(token.begin, token.end - token.begin);
    if (name == "for") outline.generator = token.begin;
    if (name == "if") outline.chooses = true;
  }
  return outline;
}

std::optional<double> NumberIn(std::string_view text) {
  double number = 0;
  if (!absl::SimpleAtod(absl::StripAsciiWhitespace({text.data(), text.size()}), &number)) {
    return std::nullopt;
  }
  return number;
}

/// `body` with its bounds, of a statement whose comparisons are `outline`'s.
absl::StatusOr<std::string> Split(const std::string& text, const Outline& outline,
                                  ConstraintText& bounds) {
  const size_t end = outline.generator.value_or(outline.end);
  const auto piece = [&text](size_t from, size_t to) { return text.substr(from, to - from); };
  if (outline.comparisons.empty()) return piece(outline.begin, end);
  bounds.compared = true;
  const Token& first = outline.comparisons.front();
  const Token& last = outline.comparisons.back();
  for (const Token& token : outline.comparisons) {
    if (token.symbol == Symbol::kNotEqual) {
      return RefuseText("!= is no constraint that can be kept; use <=, >= or ==");
    }
  }
  const std::string left = piece(outline.begin, first.begin);
  const std::string right = piece(last.end, end);
  const std::optional<double> least = NumberIn(left);
  const std::optional<double> most = NumberIn(right);

  if (outline.comparisons.size() == 2 && least && most) {
    const bool rising = Below(first.symbol) && Below(last.symbol);
    const bool falling = Above(first.symbol) && Above(last.symbol);
    if (rising || falling) {
      bounds.lower = rising ? *least : *most;
      bounds.upper = rising ? *most : *least;
      return piece(first.end, last.begin);
    }
  }
  if (outline.comparisons.size() > 1) {
    return RefuseText(
        "expected one comparison, or two between numbers as in 0 <= x <= 1; write several "
        "constraints");
  }
  // What is left of the comparison, less what is right of it: "-(" stands where "<=" stood, so
  // that places in errors stay those of the text, or nearly.
  const bool number_left = least.has_value() && !most;
  const double bound = most ? *most : number_left ? *least : 0;
  const bool below = Below(first.symbol) != number_left;
  const bool equal = first.symbol == Symbol::kEqual;
  bounds.lower = equal || !below ? bound : -kInf;
  bounds.upper = equal || below ? bound : kInf;
  if (most) return left;
  if (number_left) return right;
  return absl::StrCat(left, "-(", right, ")");
}

}  // namespace

absl::StatusOr<ConstraintText> ReadConstraint(const std::string& text,
                                              const expression::Limits& limits) {
  if (static_cast<int64_t>(text.size()) > limits.text_bytes) {
    return Refuse("", Reason::kExpressionTooLong,
                  absl::StrCat("the constraint has ", text.size(), " bytes; the limit is ",
                               limits.text_bytes));
  }
  expression::Complaints complaints(text);
  const std::vector<Token> tokens = expression::Tokenize(text, limits, complaints);
  if (!complaints.empty()) return complaints.ToStatus();
  const Outline outline = OutlineOf(text, tokens);
  if (outline.end == 0) return RefuseText("is empty; expected a constraint such as x**2 <= 1");
  if (outline.chooses && !outline.comparisons.empty()) {
    return RefuseText("put the conditional (a if c else b) into brackets");
  }

  ConstraintText read;
  const absl::StatusOr<std::string> body = Split(text, outline, read);
  if (!body.ok()) return body.status();
  const std::string before = text.substr(0, outline.begin);
  read.each = outline.generator.has_value();
  if (read.each) {
    const std::string turns = text.substr(*outline.generator, outline.end - *outline.generator);
    read.formula = absl::StrCat(before, "sum((", *body, ")**2 ", turns, ")");
  } else {
    read.formula = before + *body;
    read.squares = absl::StrCat(before, "sum((", *body, ")**2)");
  }
  return read;
}

}  // namespace thalweg
