// An operator-precedence parser with an explicit stack: no depth of nesting can exhaust the
// thread's own. Finished operands wait in values_, constructs still open wait in open_.

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/tree.h"

namespace thalweg::expression {
namespace {

/// What an entry of open_ is waiting for. Binding strengths in Strength().
enum class Pending : uint8_t {
  kStatement,  // the bottom of the stack
  kGroup, kCall, kIndexing,  // a closing bracket
  kRange,                    // the closing bracket of `range(`
  kFilter,                   // the condition after a generator's `if`
  kIf, kElse,                // `else`, and the value after it
  kOr, kAnd, kNot, kCompare, kAdd, kMultiply, kNegate, kPlus, kPower,
};

int Strength(Pending pending) {
  switch (pending) {
    case Pending::kIf:
    case Pending::kElse: return 1;
    case Pending::kOr: return 2;
    case Pending::kAnd: return 3;
    case Pending::kNot: return 4;
    case Pending::kCompare: return 5;
    case Pending::kAdd: return 6;
    case Pending::kMultiply: return 7;
    case Pending::kNegate:
    case Pending::kPlus: return 8;
    case Pending::kPower: return 9;
    default: return 0;  // brackets end only at their own closing
  }
}

struct Open {
  Pending pending = Pending::kStatement;
  uint32_t begin = 0;       // where the construct starts in the text
  size_t values = 0;        // its first operand in values_
  size_t operators = 0;     // its first operator in operators_
  uint32_t name_begin = 0;  // of a call
  uint32_t name_end = 0;
  int32_t first_generator = -1;  // of a call that turned out to be a comprehension
};

struct Infix {
  Symbol symbol;
  Pending pending;
};
constexpr Infix kInfix[] = {
    {Symbol::kPlus, Pending::kAdd},           {Symbol::kMinus, Pending::kAdd},
    {Symbol::kTimes, Pending::kMultiply},     {Symbol::kDivide, Pending::kMultiply},
    {Symbol::kFloorDivide, Pending::kMultiply}, {Symbol::kModulo, Pending::kMultiply},
    {Symbol::kPower, Pending::kPower},        {Symbol::kLess, Pending::kCompare},
    {Symbol::kLessEqual, Pending::kCompare},  {Symbol::kGreater, Pending::kCompare},
    {Symbol::kGreaterEqual, Pending::kCompare}, {Symbol::kEqual, Pending::kCompare},
    {Symbol::kNotEqual, Pending::kCompare},
};

constexpr std::string_view kKeywords[] = {"and", "or", "not", "if", "else", "for", "in",
                                          "lambda", "def", "return", "let", "import"};

class Parser {
 public:
  Parser(std::string_view text, const std::vector<Token>& tokens, const Limits& limits,
         Complaints& complaints)
      : text_(text), tokens_(tokens), limits_(limits), complaints_(complaints) {}

  Tree Run() {
    while (complaints_.empty() && Now().kind != TokenKind::kEnd) OneStatement();
    if (complaints_.empty()) CheckLast();
    return std::move(tree_);
  }

 private:
  const Token& Now() const { return tokens_[at_]; }
  const Token& Following() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  std::string_view TextOf(const Token& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }
  bool Is(Symbol symbol) const { return Now().symbol == symbol; }
  bool IsWord(std::string_view word) const {
    return Now().kind == TokenKind::kName && TextOf(Now()) == word;
  }

  void Fail(const std::string& what) {
    complaints_.Add(Reason::kSyntaxError, Now().begin, what);
  }
  void Unexpected(const char* wanted) {
    std::string got = absl::StrCat("unexpected ", Quoted(TextOf(Now())));
    if (Now().kind == TokenKind::kEnd) got = "unexpected end";
    if (Now().kind == TokenKind::kNewline) {
      got = Now().begin >= text_.size() ? "unexpected end" : "unexpected end of line";
    }
    Fail(absl::StrCat(got, "; expected ", wanted));
  }

  // --- statements -----------------------------------------------------------------------------

  void OneStatement() {
    Statement statement;
    if (Now().kind == TokenKind::kName && Following().symbol == Symbol::kAssign) {
      if (IsKeyword(TextOf(Now()))) return Fail(absl::StrCat(Quoted(TextOf(Now())),
                                                            " is a keyword, not a name"));
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

  void CheckLast() {
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

  // --- operands -------------------------------------------------------------------------------

  void Operand() {
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
    if (Is(Symbol::kClose) && open_.back().pending == Pending::kCall && values_.size() ==
        open_.back().values && operators_.size() == open_.back().operators) {
      wants_operand_ = false;
      return Close();
    }
    if (token.kind == TokenKind::kName && !IsKeyword(TextOf(token))) return NameOrCall();
    Unexpected("a number, a name or '('");
  }

  void NameOrCall() {
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

  void PushLeaf(Node node, const Token& token) {
    node.begin = token.begin;
    node.end = token.end;
    AddNode(node);
    wants_operand_ = false;
  }

  void AddNode(const Node& node) {
    if (static_cast<int64_t>(tree_.nodes.size()) >= limits_.nodes) {
      complaints_.Add(Reason::kExpressionTooLarge, node.begin,
                      absl::StrFormat("the formula has more than %d nodes, the limit",
                                      limits_.nodes));
      return;
    }
    values_.push_back(static_cast<int32_t>(tree_.nodes.size()));
    tree_.nodes.push_back(node);
  }

  /// Opens a construct at the current token, which it consumes.
  void Push(Pending pending) {
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

  bool Nest() {
    if (++nesting_ <= limits_.depth) return true;
    complaints_.Add(Reason::kExpressionTooDeep, Now().begin,
                    absl::StrFormat("the formula nests deeper than %d levels, the limit",
                                    limits_.depth));
    return false;
  }

  // --- after an operand -----------------------------------------------------------------------

  void AfterOperand() {
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

  /// Chains of one strength become one flat node; powers nest to the right.
  void Operator(Pending pending) {
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

  void OpenIndex() {
    const size_t base = values_.size() - 1;
    Push(Pending::kIndexing);
    if (!complaints_.empty()) return;
    open_.back().values = base;
    open_.back().begin = tree_.At(values_[base]).begin;
  }

  void If() {
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

  void Else() {
    Reduce(2);
    if (open_.back().pending != Pending::kIf) return Unexpected("an operator or the end");
    open_.back().pending = Pending::kElse;
    ++at_;
    wants_operand_ = true;
  }

  void Comma() {
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

  void EndStatement() {
    Reduce(1);
    if (!complaints_.empty()) return;
    if (open_.back().pending == Pending::kIndexing) return Unexpected("']' or an operator");
    if (open_.back().pending != Pending::kStatement) return Unexpected("')' or an operator");
    done_ = true;
  }

  void Close() {
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

  // --- comprehensions -------------------------------------------------------------------------

  /// Generators being read live here, innermost comprehension last; they move to the tree, side
  /// by side, when their comprehension closes.
  struct Draft {
    Generator generator;  // its places count from the comprehension's first child
  };

  void For() {
    Reduce(1);
    if (open_.back().pending == Pending::kFilter) FinishFilter();
    Open& call = open_.back();
    if (call.pending != Pending::kCall || (call.first_generator < 0 &&
                                           values_.size() != call.values + 1)) {
      return Fail("'for' belongs after the single argument of a reduction, as in "
                  "sum(x[i]**2 for i in range(n))");
    }
    if (call.first_generator < 0) call.first_generator = static_cast<int32_t>(drafts_.size());
    ++at_;
    Draft draft;
    if (Now().kind != TokenKind::kName || IsKeyword(TextOf(Now()))) {
      return Unexpected("the name of a loop variable");
    }
    draft.generator.name_begin = Now().begin;
    draft.generator.name_end = Now().end;
    ++at_;
    if (!IsWord("in")) return Unexpected("'in'");
    ++at_;
    if (!IsWord("range")) return Unexpected("range(...); loops run over ranges");
    ++at_;
    if (!Is(Symbol::kOpen)) return Unexpected("'(' after range");
    draft.generator.first_argument = static_cast<int32_t>(values_.size() - call.values);
    drafts_.push_back(draft);
    Push(Pending::kRange);
  }

  void FinishRange(const Open& range) {
    Generator& generator = drafts_.back().generator;
    generator.arguments = static_cast<int32_t>(values_.size() - range.values);
    generator.first_condition = generator.first_argument + generator.arguments;
    if (generator.arguments < 1 || generator.arguments > 3) {
      complaints_.Add(Reason::kWrongArity, range.begin,
                      absl::StrFormat("range takes 1 to 3 arguments, got %d",
                                      generator.arguments));
      return;
    }
    const bool goes_on = IsWord("for") || IsWord("if") || Is(Symbol::kClose);
    if (!goes_on) Unexpected("'for', 'if' or ')'");
  }

  void StartFilter() {
    Push(Pending::kFilter);
  }
  void FinishFilter() {
    ++drafts_.back().generator.conditions;
    open_.pop_back();
    --nesting_;
  }

  int32_t FinishGenerators(const Open& call) {
    const auto from = drafts_.begin() + call.first_generator;
    const auto count = static_cast<int32_t>(drafts_.end() - from);
    const auto first_child = static_cast<int32_t>(tree_.children.size());
    finished_first_ = static_cast<int32_t>(tree_.generators.size());
    for (auto draft = from; draft != drafts_.end(); ++draft) {
      draft->generator.first_argument += first_child;
      draft->generator.first_condition += first_child;
      tree_.generators.push_back(draft->generator);
    }
    drafts_.erase(from, drafts_.end());
    return count;
  }

  // --- building nodes -------------------------------------------------------------------------

  /// Closes every open construct that binds at least as tightly as `strength`.
  void Reduce(int strength) {
    while (complaints_.empty() && Strength(open_.back().pending) >= strength) {
      const Open entry = open_.back();
      open_.pop_back();
      ReduceOne(entry);
    }
  }

  void ReduceOne(const Open& entry) {
    const uint32_t end = tree_.At(values_.back()).end;
    Node node;
    switch (entry.pending) {
      case Pending::kIf:
        return Unexpected("'else' (a value if condition else another)");
      case Pending::kPlus: --nesting_; return;
      case Pending::kElse: {
        // Python's order is value, condition, other; the tree's is condition first.
        std::swap(values_[entry.values], values_[entry.values + 1]);
        node.kind = NodeKind::kConditional;
        --nesting_;
        break;
      }
      case Pending::kOr: node.kind = NodeKind::kOr; break;
      case Pending::kAnd: node.kind = NodeKind::kAnd; break;
      case Pending::kNot: node.kind = NodeKind::kNot; --nesting_; break;
      case Pending::kCompare: node.kind = NodeKind::kCompare; break;
      case Pending::kAdd: node.kind = NodeKind::kAdd; break;
      case Pending::kMultiply: node.kind = NodeKind::kMultiply; break;
      case Pending::kNegate: node.kind = NodeKind::kNegate; --nesting_; break;
      case Pending::kPower: node.kind = NodeKind::kPower; --nesting_; break;
      default: return;
    }
    Build(node, entry, end);
  }

  void Build(Node node, const Open& entry, uint32_t end) {
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

  std::string_view text_;
  const std::vector<Token>& tokens_;
  const Limits& limits_;
  Complaints& complaints_;
  Tree tree_;
  size_t at_ = 0;
  std::vector<int32_t> values_;
  std::vector<Symbol> operators_;
  std::vector<Open> open_;
  std::vector<Draft> drafts_;
  int32_t finished_first_ = 0;  // where FinishGenerators put the last comprehension's generators
  int64_t nesting_ = 0;
  bool wants_operand_ = true;
  bool done_ = false;
};

}  // namespace

bool IsKeyword(std::string_view name) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), name) != std::end(kKeywords);
}

Tree Parse(std::string_view text, const std::vector<Token>& tokens, const Limits& limits,
           Complaints& complaints) {
  return Parser(text, tokens, limits, complaints).Run();
}

}  // namespace thalweg::expression
