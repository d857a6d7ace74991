#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/parser.h"

namespace thalweg::expression {
namespace {

struct Infix {
  Symbol symbol;
  Pending pending;
};
constexpr Infix kInfix[] = {
    {Symbol::kPlus, Pending::kAdd},
    {Symbol::kMinus, Pending::kAdd},
    {Symbol::kTimes, Pending::kMultiply},
    {Symbol::kDivide, Pending::kMultiply},
    {Symbol::kFloorDivide, Pending::kMultiply},
    {Symbol::kModulo, Pending::kMultiply},
    {Symbol::kAt, Pending::kMatMul},
    {Symbol::kPower, Pending::kPower},
    {Symbol::kLess, Pending::kCompare},
    {Symbol::kLessEqual, Pending::kCompare},
    {Symbol::kGreater, Pending::kCompare},
    {Symbol::kGreaterEqual, Pending::kCompare},
    {Symbol::kEqual, Pending::kCompare},
    {Symbol::kNotEqual, Pending::kCompare},
};

}  // namespace

void Parser::AfterOperand() {
  for (const Infix& infix : kInfix) {
    if (Is(infix.symbol)) return Operator(infix.pending);
  }
  if (IsWord("and")) return Operator(Pending::kAnd);
  if (IsWord("or")) return Operator(Pending::kOr);
  if (IsWord("if")) return If();
  if (IsWord("else")) return Else();
  if (IsWord("for")) return For();
  if (Is(Symbol::kOpenSquare)) return OpenIndex();
  if (Is(Symbol::kDot)) return Attribute();
  if (Is(Symbol::kColon)) return Colon();
  if (Is(Symbol::kComma)) return Comma();
  if (Is(Symbol::kClose) || Is(Symbol::kCloseSquare)) return Close();
  if (Now().kind == TokenKind::kNewline || Now().kind == TokenKind::kEnd) return EndStatement();
  if (Now().kind == TokenKind::kNumber || Now().kind == TokenKind::kName || Is(Symbol::kOpen)) {
    return Unexpected("an operator; write * for a product");
  }
  if (Is(Symbol::kAssign)) {
    return Fail("unexpected '='; write == to compare, or 'name = value' on a line of its own");
  }
  Unexpected("an operator or the end");
}

void Parser::Operator(Pending pending) {
  const bool power = pending == Pending::kPower;
  Reduce(Strength(pending) + 1);
  // @ takes two, from the left: it ends a chain of its own strength, and is ended by one.
  const bool product = Strength(open_.back().pending) == Strength(Pending::kMatMul);
  if (product && (pending == Pending::kMatMul || open_.back().pending == Pending::kMatMul)) {
    Reduce(Strength(pending));
  }
  if (!power && open_.back().pending == pending) {
    operators_.push_back(Now().symbol);
  } else {
    Open entry;
    entry.pending = pending;
    entry.values = values_.size() - 1;
    entry.operators = operators_.size();
    entry.begin = tree_.At(values_.back()).begin;
    if (power && !Nest()) return;
    open_.push_back(entry);
    operators_.push_back(Now().symbol);
  }
  ++at_;
  wants_operand_ = true;
}

/// `.name`, or `.name(` with more arguments.
void Parser::Attribute() {
  const int32_t base = values_.back();
  ++at_;
  const Token token = Now();
  if (Following().symbol == Symbol::kOpen) {
    ++at_;
    Push(Pending::kCall);
    Open& call = open_.back();
    --call.values;
    call.begin = tree_.At(base).begin;
    call.name_begin = token.begin;
    call.name_end = token.end;
    call.method = true;
    return;
  }
  ++at_;
  Node node;
  node.kind = NodeKind::kCall;
  node.method = true;
  node.name_begin = token.begin;
  node.name_end = token.end;
  Open entry;
  entry.begin = tree_.At(base).begin;
  entry.values = values_.size() - 1;
  entry.operators = operators_.size();
  Build(node, entry, token.end);
}

void Parser::If() {
  Reduce(2);
  if (open_.back().pending == Pending::kFilter) {
    FinishFilter();
    return StartFilter();
  }
  if (open_.back().first_generator >= 0) return StartFilter();
  Open entry;
  entry.pending = Pending::kIf;
  entry.values = values_.size() - 1;
  entry.operators = operators_.size();
  entry.begin = tree_.At(values_.back()).begin;
  if (!Nest()) return;
  open_.push_back(entry);
  ++at_;
  wants_operand_ = true;
}

void Parser::Else() {
  Reduce(2);
  if (open_.back().pending != Pending::kIf) return Unexpected("an operator or the end");
  open_.back().pending = Pending::kElse;
  ++at_;
  wants_operand_ = true;
}

void Parser::Comma() {
  Reduce(1);
  if (!complaints_.empty()) return;
  Open& open = open_.back();
  if (open.pending == Pending::kIndexing) FinishSubscript();
  if (open.pending == Pending::kGroup) open.pending = Pending::kList;  // (a, b)
  const bool takes_more = ((open.pending == Pending::kCall || open.pending == Pending::kList) &&
                           open.first_generator < 0) ||
                          open.pending == Pending::kRange || open.pending == Pending::kIndexing;
  if (!takes_more) return Unexpected("an operator or the end");
  ++at_;
  wants_operand_ = true;
}

void Parser::EndStatement() {
  Reduce(1);
  if (!complaints_.empty()) return;
  const bool square = open_.back().pending == Pending::kIndexing || open_.back().square;
  if (square) return Unexpected("']' or an operator");
  if (open_.back().pending != Pending::kStatement) return Unexpected("')' or an operator");
  done_ = true;
}

void Parser::Close() {
  Reduce(1);
  if (open_.back().pending == Pending::kFilter) FinishFilter();
  if (!complaints_.empty()) return;
  const bool indexes = open_.back().pending == Pending::kIndexing;
  if (indexes && Is(Symbol::kCloseSquare)) FinishSubscript();
  const Open entry = open_.back();
  const bool square = indexes || entry.square;
  if (entry.pending == Pending::kStatement || square != Is(Symbol::kCloseSquare)) {
    return Unexpected(entry.pending == Pending::kStatement ? "an operator or the end"
                      : square                             ? "']'"
                                                           : "')'");
  }
  const uint32_t end = Now().end;
  ++at_;
  --nesting_;
  open_.pop_back();
  if (entry.pending == Pending::kRange) return FinishRange(entry);
  if (entry.pending == Pending::kList) return CloseList(entry, end);
  if (entry.pending == Pending::kGroup) {
    // The brackets belong to what messages quote.
    Node& inside = tree_.nodes[static_cast<size_t>(values_.back())];
    inside.begin = entry.begin;
    inside.end = end;
    return;
  }
  Node node;
  node.kind = entry.first_generator >= 0 ? NodeKind::kComprehension
              : indexes                  ? NodeKind::kIndex
                                         : NodeKind::kCall;
  node.method = entry.method;
  node.name_begin = entry.name_begin;
  node.name_end = entry.name_end;
  if (entry.first_generator >= 0) {
    node.first_generator = entry.first_generator;
    node.generators = FinishGenerators(entry);
  }
  Build(node, entry, end);
}

void Parser::Reduce(int strength) {
  while (complaints_.empty() && Strength(open_.back().pending) >= strength) {
    const Open entry = open_.back();
    open_.pop_back();
    ReduceOne(entry);
  }
}

void Parser::ReduceOne(const Open& entry) {
  const uint32_t end = tree_.At(values_.back()).end;
  Node node;
  switch (entry.pending) {
    case Pending::kIf:
      return Unexpected("'else' (a value if condition else another)");
    case Pending::kPlus:
      --nesting_;
      return;
    case Pending::kElse: {
      // Python's order is value, condition, other; the tree's is condition first.
      std::swap(values_[entry.values], values_[entry.values + 1]);
      node.kind = NodeKind::kConditional;
      --nesting_;
      break;
    }
    case Pending::kOr:
      node.kind = NodeKind::kOr;
      break;
    case Pending::kAnd:
      node.kind = NodeKind::kAnd;
      break;
    case Pending::kNot:
      node.kind = NodeKind::kNot;
      --nesting_;
      break;
    case Pending::kCompare:
      node.kind = NodeKind::kCompare;
      break;
    case Pending::kAdd:
      node.kind = NodeKind::kAdd;
      break;
    case Pending::kMultiply:
      node.kind = NodeKind::kMultiply;
      break;
    case Pending::kMatMul:
      node.kind = NodeKind::kMatMul;
      break;
    case Pending::kKeyword:
      node.kind = NodeKind::kKeyword;
      node.name_begin = entry.name_begin;
      node.name_end = entry.name_end;
      --nesting_;
      break;
    case Pending::kNegate:
      node.kind = NodeKind::kNegate;
      --nesting_;
      break;
    case Pending::kPower:
      node.kind = NodeKind::kPower;
      --nesting_;
      break;
    default:
      return;
  }
  Build(node, entry, end);
}

void Parser::Build(Node node, const Open& entry, uint32_t end) {
  if (entry.first_generator >= 0) node.first_generator = finished_first_;
  node.begin = entry.begin;
  node.end = end;
  node.first = static_cast<int32_t>(tree_.children.size());
  node.count = static_cast<int32_t>(values_.size() - entry.values);
  // Operators stand between operands: child k carries the one before it, the first has none.
  size_t next_operator = entry.operators;
  for (size_t i = entry.values; i < values_.size(); ++i) {
    const bool has = i > entry.values && next_operator < operators_.size();
    tree_.children.push_back(values_[i]);
    tree_.operators.push_back(has ? operators_[next_operator++] : Symbol::kNone);
  }
  values_.resize(entry.values);
  operators_.resize(entry.operators);
  AddNode(node);
}

}  // namespace thalweg::expression
