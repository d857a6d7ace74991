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

void Parser::OpenIndex() {
  const size_t base = values_.size() - 1;
  Push(Pending::kIndexing);
  if (!complaints_.empty()) return;
  open_.back().values = base;
  open_.back().begin = tree_.At(values_[base]).begin;
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
  if (open_.back().pending == Pending::kIndexing) {
    return Fail("one index is allowed; matrices are not supported yet");
  }
  const bool takes_more =
      (open_.back().pending == Pending::kCall && open_.back().first_generator < 0) ||
      open_.back().pending == Pending::kRange;
  if (!takes_more) return Unexpected("an operator or the end");
  ++at_;
  wants_operand_ = true;
}

void Parser::EndStatement() {
  Reduce(1);
  if (!complaints_.empty()) return;
  if (open_.back().pending == Pending::kIndexing) return Unexpected("']' or an operator");
  if (open_.back().pending != Pending::kStatement) return Unexpected("')' or an operator");
  done_ = true;
}

void Parser::Close() {
  Reduce(1);
  if (open_.back().pending == Pending::kFilter) FinishFilter();
  if (!complaints_.empty()) return;
  const Open entry = open_.back();
  const bool square = entry.pending == Pending::kIndexing;
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
  if (entry.pending == Pending::kGroup) {
    // The brackets belong to what messages quote.
    Node& inside = tree_.nodes[static_cast<size_t>(values_.back())];
    inside.begin = entry.begin;
    inside.end = end;
    return;
  }
  Node node;
  node.kind = entry.first_generator >= 0 ? NodeKind::kComprehension
              : square                   ? NodeKind::kIndex
                                         : NodeKind::kCall;
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
