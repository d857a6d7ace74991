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
  if (Is(Symbol::kOpenSquare)) {
    Push(Pending::kList);
    open_.back().square = true;
    return;
  }
  if (Is(Symbol::kColon) && open_.back().pending == Pending::kIndexing) return Colon();
  const bool slice_ends = open_.back().pending == Pending::kIndexing && open_.back().colons > 0;
  if (Is(Symbol::kComma) && slice_ends && operators_.size() == open_.back().operators) {
    wants_operand_ = false;
    return Comma();
  }
  if (EndsHere(Symbol::kClose) || EndsHere(Symbol::kCloseSquare)) {
    wants_operand_ = false;
    return Close();
  }
  if (token.kind == TokenKind::kName && !IsKeyword(TextOf(token))) return NameOrCall();
  if (IsWord("lambda")) {
    return Fail("a function needs a line of its own: name = lambda a, b: value");
  }
  Unexpected("a number, a name or '('");
}

/// Whether a closing bracket may stand where an operand could: after `f(`, `[1, 2,` or `a[1:`.
bool Parser::EndsHere(Symbol closing) const {
  const Open& open = open_.back();
  if (!Is(closing) || operators_.size() != open.operators) return false;
  const bool after_comma = at_ > 0 && tokens_[at_ - 1].symbol == Symbol::kComma;
  switch (open.pending) {
    case Pending::kCall:
      return closing == Symbol::kClose && open.first_generator < 0 &&
             (after_comma || tokens_[at_ - 1].symbol == Symbol::kOpen);
    case Pending::kList:
      return open.square == (closing == Symbol::kCloseSquare) &&
             (after_comma || values_.size() == open.values);
    case Pending::kIndexing:
      return closing == Symbol::kCloseSquare &&
             (open.colons > 0 || (after_comma && values_.size() > open.values + 1));
    default:
      return false;
  }
}

void Parser::NameOrCall() {
  const Token token = Now();
  ++at_;
  if (open_.back().pending == Pending::kIndexing &&
      (TextOf(token) == "None" || TextOf(token) == "newaxis")) {
    Node node;
    node.kind = NodeKind::kNewAxis;
    return PushLeaf(node, token);
  }
  if (Is(Symbol::kAssign) && open_.back().pending == Pending::kCall) {
    Push(Pending::kKeyword);
    open_.back().begin = open_.back().name_begin = token.begin;
    open_.back().name_end = token.end;
    return;
  }
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
