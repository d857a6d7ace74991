#include "server/core/expression/parser.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace thalweg::expression {
namespace {

constexpr std::string_view kKeywords[] = {"and", "or",     "not", "if",     "else", "for",
                                          "in",  "lambda", "def", "return", "let",  "import"};

}  // namespace

Tree Parser::Run() {
  while (complaints_.empty() && Now().kind != TokenKind::kEnd) OneStatement();
  if (complaints_.empty()) CheckLast();
  return std::move(tree_);
}

std::string_view Parser::TextOf(const Token& token) const {
  return text_.substr(token.begin, token.end - token.begin);
}

bool Parser::IsWord(std::string_view word) const {
  return Now().kind == TokenKind::kName && TextOf(Now()) == word;
}

void Parser::Fail(const std::string& what) {
  complaints_.Add(Reason::kSyntaxError, Now().begin, what);
}

void Parser::Unexpected(const char* wanted) {
  std::string got = absl::StrCat("unexpected ", Quoted(TextOf(Now())));
  if (Now().kind == TokenKind::kEnd) got = "unexpected end";
  if (Now().kind == TokenKind::kNewline) {
    got = Now().begin >= text_.size() ? "unexpected end" : "unexpected end of line";
  }
  Fail(absl::StrCat(got, "; expected ", wanted));
}

void Parser::OneStatement() {
  Statement statement;
  if (Now().kind == TokenKind::kName && Following().symbol == Symbol::kAssign) {
    if (IsKeyword(TextOf(Now())))
      return Fail(absl::StrCat(Quoted(TextOf(Now())), " is a keyword, not a name"));
    statement.name_begin = Now().begin;
    statement.name_end = Now().end;
    at_ += 2;
  }
  values_.clear();
  operators_.clear();
  open_.assign(1, Open{});
  open_.back().begin = Now().begin;
  nesting_ = 0;
  wants_operand_ = true;
  done_ = false;
  while (complaints_.empty() && !done_) wants_operand_ ? Operand() : AfterOperand();
  if (!complaints_.empty()) return;
  statement.root = values_.front();
  tree_.statements.push_back(statement);
  ++at_;
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

void Parser::Operand() {
  const Token token = Now();
  if (token.kind == TokenKind::kNumber) {
    Node node;
    node.number = token.number;
    ++at_;
    return PushLeaf(node, token);
  }
  if (Is(Symbol::kMinus)) return Push(Pending::kNegate);
  if (Is(Symbol::kPlus)) return Push(Pending::kPlus);
  if (Is(Symbol::kOpen)) return Push(Pending::kGroup);
  if (IsWord("not")) {
    if (Strength(open_.back().pending) > Strength(Pending::kNot)) {
      return Fail("'not' binds looser than the operator before it; put it in parentheses");
    }
    return Push(Pending::kNot);
  }
  if (Is(Symbol::kOpenSquare)) return Fail("lists are not supported");
  if (Is(Symbol::kClose) && open_.back().pending == Pending::kCall &&
      values_.size() == open_.back().values && operators_.size() == open_.back().operators) {
    wants_operand_ = false;
    return Close();
  }
  if (token.kind == TokenKind::kName && !IsKeyword(TextOf(token))) return NameOrCall();
  Unexpected("a number, a name or '('");
}

void Parser::NameOrCall() {
  const Token token = Now();
  ++at_;
  if (Is(Symbol::kOpen)) {
    Push(Pending::kCall);
    open_.back().begin = open_.back().name_begin = token.begin;
    open_.back().name_end = token.end;
    return;
  }
  Node node;
  node.kind = NodeKind::kName;
  node.name_begin = token.begin;
  node.name_end = token.end;
  PushLeaf(node, token);
}

void Parser::PushLeaf(Node node, const Token& token) {
  node.begin = token.begin;
  node.end = token.end;
  AddNode(node);
  wants_operand_ = false;
}

void Parser::AddNode(const Node& node) {
  if (static_cast<int64_t>(tree_.nodes.size()) >= limits_.nodes) {
    complaints_.Add(
        Reason::kExpressionTooLarge, node.begin,
        absl::StrFormat("the formula has more than %d nodes, the limit", limits_.nodes));
    return;
  }
  values_.push_back(static_cast<int32_t>(tree_.nodes.size()));
  tree_.nodes.push_back(node);
}

void Parser::Push(Pending pending) {
  Open entry;
  entry.pending = pending;
  entry.begin = Now().begin;
  entry.values = values_.size();
  entry.operators = operators_.size();
  if (!Nest()) return;
  open_.push_back(entry);
  ++at_;
  wants_operand_ = true;
}

bool Parser::Nest() {
  if (++nesting_ <= limits_.depth) return true;
  complaints_.Add(
      Reason::kExpressionTooDeep, Now().begin,
      absl::StrFormat("the formula nests deeper than %d levels, the limit", limits_.depth));
  return false;
}

bool IsKeyword(std::string_view name) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), name) != std::end(kKeywords);
}

Tree Parse(std::string_view text, const std::vector<Token>& tokens, const Limits& limits,
           Complaints& complaints) {
  return Parser(text, tokens, limits, complaints).Run();
}

}  // namespace thalweg::expression
