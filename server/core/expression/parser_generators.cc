#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/parser.h"

namespace thalweg::expression {

void Parser::For() {
  Reduce(1);
  if (open_.back().pending == Pending::kFilter) FinishFilter();
  Open& call = open_.back();
  const bool list = call.pending == Pending::kList && call.square;
  if ((call.pending != Pending::kCall && !list) ||
      (call.first_generator < 0 && values_.size() != call.values + 1)) {
    return Fail(
        "'for' belongs after the single argument of a reduction, as in "
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
  if (!IsWord("range"))
    return Unexpected("range(...); loops run over ranges: for i in range(len(v)), then v[i]");
  ++at_;
  if (!Is(Symbol::kOpen)) return Unexpected("'(' after range");
  draft.generator.first_argument = static_cast<int32_t>(values_.size() - call.values);
  drafts_.push_back(draft);
  Push(Pending::kRange);
}

void Parser::FinishRange(const Open& range) {
  Generator& generator = drafts_.back().generator;
  generator.arguments = static_cast<int32_t>(values_.size() - range.values);
  generator.first_condition = generator.first_argument + generator.arguments;
  if (generator.arguments < 1 || generator.arguments > 3) {
    complaints_.Add(Reason::kWrongArity, range.begin,
                    absl::StrFormat("range takes 1 to 3 arguments, got %d", generator.arguments));
    return;
  }
  const bool goes_on =
      IsWord("for") || IsWord("if") || Is(Symbol::kClose) || Is(Symbol::kCloseSquare);
  if (!goes_on) Unexpected("'for', 'if' or ')'");
}

void Parser::StartFilter() { Push(Pending::kFilter); }

void Parser::FinishFilter() {
  ++drafts_.back().generator.conditions;
  open_.pop_back();
  --nesting_;
}

int32_t Parser::FinishGenerators(const Open& call) {
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

}  // namespace thalweg::expression
