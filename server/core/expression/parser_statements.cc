// Lines: `name = value`, definitions of local functions, and the value of the formula.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/core/expression/parser.h"

namespace thalweg::expression {

void Parser::OneStatement() {
  Statement statement;
  Heading(statement);
  if (!complaints_.empty()) return;
  Expression();
  if (!complaints_.empty()) return;
  statement.root = values_.front();
  tree_.statements.push_back(std::move(statement));
  ++at_;
}

/// What stands before the expression: nothing, `name =`, `f(a, b) =`, `f = lambda a, b:` or
/// `def f(a, b): return`.
void Parser::Heading(Statement& statement) {
  const bool def = IsWord("def");
  if (def) ++at_;
  const bool function = def || StartsFunction();
  const bool assigns = Now().kind == TokenKind::kName && Following().symbol == Symbol::kAssign;
  if (!function && !assigns) return;
  if (Now().kind != TokenKind::kName) return Unexpected("the name of a function");
  if (IsKeyword(TextOf(Now()))) {
    return Fail(absl::StrCat(Quoted(TextOf(Now())), " is a keyword, not a name"));
  }
  statement.name_begin = Now().begin;
  statement.name_end = Now().end;
  ++at_;
  if (!function) {
    ++at_;  // =
    if (!IsWord("lambda")) return;
    ++at_;
    statement.function = true;
    return Parameters(statement, Symbol::kColon);
  }
  statement.function = true;
  if (!Is(Symbol::kOpen)) return Unexpected("'(' and the parameters of the function");
  ++at_;
  Parameters(statement, Symbol::kClose);
  if (!complaints_.empty()) return;
  if (!def) {
    ++at_;  // =, seen by StartsFunction
    return;
  }
  if (!Is(Symbol::kColon)) return Unexpected("':'");
  ++at_;
  if (Now().kind == TokenKind::kNewline) ++at_;
  if (!IsWord("return")) return Unexpected("'return'; a function is one expression");
  ++at_;
}

/// `name(` ... `) =`, with names and commas between.
bool Parser::StartsFunction() const {
  if (Now().kind != TokenKind::kName || Following().symbol != Symbol::kOpen) return false;
  size_t at = at_ + 2;
  while (at < tokens_.size() &&
         (tokens_[at].kind == TokenKind::kName || tokens_[at].symbol == Symbol::kComma)) {
    ++at;
  }
  return at + 1 < tokens_.size() && tokens_[at].symbol == Symbol::kClose &&
         tokens_[at + 1].symbol == Symbol::kAssign;
}

/// Names with commas between them, up to `end`, which is consumed.
void Parser::Parameters(Statement& statement, Symbol end) {
  while (!Is(end)) {
    if (Now().kind != TokenKind::kName || IsKeyword(TextOf(Now()))) {
      return Unexpected("the name of a parameter");
    }
    const bool twice =
        std::any_of(statement.parameters.begin(), statement.parameters.end(), [&](Piece piece) {
          return text_.substr(piece.begin, piece.end - piece.begin) == TextOf(Now());
        });
    if (twice) return Fail(absl::StrCat("two parameters are named ", Quoted(TextOf(Now()))));
    statement.parameters.push_back({Now().begin, Now().end});
    ++at_;
    if (Is(Symbol::kComma)) {
      ++at_;
    } else if (!Is(end)) {
      return Unexpected(end == Symbol::kColon ? "',' or ':'" : "',' or ')'");
    }
  }
  if (statement.parameters.empty()) {
    return Fail("a function takes at least one argument; a value without any is 'name = value'");
  }
  ++at_;
}

void Parser::Expression() {
  values_.clear();
  operators_.clear();
  open_.assign(1, Open{});
  open_.back().begin = Now().begin;
  nesting_ = 0;
  wants_operand_ = true;
  done_ = false;
  while (complaints_.empty() && !done_) wants_operand_ ? Operand() : AfterOperand();
}

void Parser::CheckLast() {
  if (tree_.statements.empty()) {
    complaints_.Add(Reason::kSyntaxError, 0, "the formula is empty; expected an expression");
    return;
  }
  for (size_t i = 0; i < tree_.statements.size(); ++i) {
    const Statement& statement = tree_.statements[i];
    const bool last = i + 1 == tree_.statements.size();
    const bool named = statement.name_end > statement.name_begin;
    if (last && named) {
      complaints_.Add(Reason::kSyntaxError, statement.name_begin,
                      "the last line must be the value of the formula, not an assignment");
    } else if (!last && !named) {
      complaints_.Add(Reason::kSyntaxError, tree_.At(statement.root).begin,
                      "only the last line may be a value; expected 'name = ...' here "
                      "(brackets continue a formula over several lines)");
    }
  }
}

}  // namespace thalweg::expression
