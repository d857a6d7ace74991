#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/core/expression/tree.h"

namespace thalweg::expression {

/// What an entry of open_ is waiting for. Binding strengths in Strength().
enum class Pending : uint8_t {
  kStatement,  // the bottom of the stack
  kGroup,
  kCall,
  kList,      // the closing bracket of [a, b] or (a, b)
  kIndexing,  // a closing bracket
  kKeyword,   // the end of an argument `name=value`
  kRange,     // the closing bracket of `range(`
  kFilter,    // the condition after a generator's `if`
  kIf,
  kElse,  // `else`, and the value after it
  kOr,
  kAnd,
  kNot,
  kCompare,
  kAdd,
  kMultiply,
  kMatMul,
  kNegate,
  kPlus,
  kPower,
};

constexpr int Strength(Pending pending) {
  switch (pending) {
    case Pending::kKeyword:
    case Pending::kIf:
    case Pending::kElse:
      return 1;
    case Pending::kOr:
      return 2;
    case Pending::kAnd:
      return 3;
    case Pending::kNot:
      return 4;
    case Pending::kCompare:
      return 5;
    case Pending::kAdd:
      return 6;
    case Pending::kMultiply:
    case Pending::kMatMul:
      return 7;
    case Pending::kNegate:
    case Pending::kPlus:
      return 8;
    case Pending::kPower:
      return 9;
    default:
      return 0;  // brackets end only at their own closing
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
  bool method = false;           // of a call: its first argument stands before the dot
  bool square = false;           // of a list
  int colons = 0;                // of the subscript being read
  uint32_t subscript = 0;        // where that begins in the text
};

/// An operator-precedence parser with an explicit stack: no depth of nesting can exhaust the
/// thread's own. Finished operands wait in values_, constructs still open wait in open_.
/// parser.cc reads operands, parser_statements.cc statements, parser_operators.cc what follows an
/// operand, parser_subscripts.cc what stands in square brackets, parser_generators.cc
/// comprehensions.
class Parser {
 public:
  Parser(std::string_view text, const std::vector<Token>& tokens, const Limits& limits,
         Complaints& complaints)
      : text_(text), tokens_(tokens), limits_(limits), complaints_(complaints) {}

  Tree Run();

 private:
  const Token& Now() const { return tokens_[at_]; }
  const Token& Following() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  std::string_view TextOf(const Token& token) const;
  bool Is(Symbol symbol) const { return Now().symbol == symbol; }
  bool IsWord(std::string_view word) const;

  void Fail(const std::string& what);
  void Unexpected(const char* wanted);

  // statements
  void OneStatement();
  void Heading(Statement& statement);
  bool StartsFunction() const;
  void Parameters(Statement& statement, Symbol end);
  void Expression();
  void CheckLast();

  // operands
  void Operand();
  void NameOrCall();
  bool EndsHere(Symbol closing) const;
  void PushLeaf(Node node, const Token& token);
  void AddNode(const Node& node);

  /// Opens a construct at the current token, which it consumes.
  void Push(Pending pending);
  bool Nest();

  // after an operand
  void AfterOperand();

  /// Chains of one strength become one flat node; powers nest to the right.
  void Operator(Pending pending);
  void Attribute();
  void If();
  void Else();
  void Comma();
  void EndStatement();
  void Close();

  // square brackets
  void OpenIndex();
  void Colon();
  void PushMissing();
  void FinishSubscript();
  void CloseList(const Open& entry, uint32_t end);

  // comprehensions
  /// Generators being read live here, innermost comprehension last; they move to the tree, side
  /// by side, when their comprehension closes.
  struct Draft {
    Generator generator;  // its places count from the comprehension's first child
  };
  void For();
  void FinishRange(const Open& range);
  void StartFilter();
  void FinishFilter();
  int32_t FinishGenerators(const Open& call);

  // building nodes
  /// Closes every open construct that binds at least as tightly as `strength`.
  void Reduce(int strength);
  void ReduceOne(const Open& entry);
  void Build(Node node, const Open& entry, uint32_t end);

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

}  // namespace thalweg::expression
