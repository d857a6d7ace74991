// Square brackets: a[i, j], slices, and lists.

#include "server/core/expression/parser.h"

namespace thalweg::expression {

void Parser::OpenIndex() {
  const size_t base = values_.size() - 1;
  Push(Pending::kIndexing);
  if (!complaints_.empty()) return;
  open_.back().values = base;
  open_.back().begin = tree_.At(values_[base]).begin;
  open_.back().subscript = Now().begin;
}

/// The `:` of a slice, after its start or stop or in their place.
void Parser::Colon() {
  if (!wants_operand_) Reduce(1);
  if (!complaints_.empty()) return;
  Open& open = open_.back();
  if (open.pending != Pending::kIndexing) return Unexpected("an operator or the end");
  if (wants_operand_) PushMissing();
  if (++open.colons > 2) return Unexpected("',' or ']'; a slice is start:stop:step");
  ++at_;
  wants_operand_ = true;
}

void Parser::PushMissing() {
  Node node;
  node.kind = NodeKind::kMissing;
  PushLeaf(node, Now());
  wants_operand_ = true;
}

/// Makes a slice of what was read since the last comma, if there was a colon in it. The bracket
/// or comma that ends it is the token now.
void Parser::FinishSubscript() {
  Open& open = open_.back();
  if (open.colons > 0) {
    const Symbol before = tokens_[at_ - 1].symbol;
    if (before == Symbol::kColon) PushMissing();
    if (open.colons == 1) PushMissing();
    Node node;
    node.kind = NodeKind::kSlice;
    Open entry;
    entry.begin = open.subscript;
    entry.values = values_.size() - 3;
    entry.operators = operators_.size();
    Build(node, entry, tokens_[at_ - 1].end);
  }
  open.colons = 0;
  open.subscript = Following().begin;
  wants_operand_ = false;
}

/// [a, b] and (a, b). In f([x for ...]) the comprehension belongs to f.
void Parser::CloseList(const Open& entry, uint32_t end) {
  if (entry.first_generator >= 0) {
    Open& call = open_.back();
    if (call.pending != Pending::kCall || entry.values != call.values || !Is(Symbol::kClose)) {
      return Fail(
          "a list of values over a range must be the only argument of a reduction, as in "
          "sum([x[i]**2 for i in range(n)])");
    }
    call.first_generator = entry.first_generator;
    return;
  }
  if (values_.size() == entry.values) return Fail("an empty list has no values");
  Node node;
  node.kind = NodeKind::kList;
  Build(node, entry, end);
}

}  // namespace thalweg::expression
