// Names and calls get their meanings, scope by scope.

#include <algorithm>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/expression/analysis.h"
#include "server/core/expression/calls.h"

namespace thalweg::expression {
namespace {

class Resolver {
 public:
  Resolver(const Source& source, const Layout& layout, const Tree& tree, Complaints& complaints,
           Analysis& analysis)
      : source_(source),
        layout_(layout),
        tree_(tree),
        complaints_(complaints),
        analysis_(analysis) {}

  void Run() {
    analysis_.facts.assign(tree_.nodes.size(), Fact{});
    analysis_.loops.assign(tree_.generators.size(), LoopFact{});
    analysis_.variable_used.assign(layout_.variables().size(), false);
    DeclareGlobals();
    for (size_t i = 0; i < tree_.statements.size(); ++i) {
      const Statement& statement = tree_.statements[i];
      ResolveTree(statement.root);
      if (statement.name_end > statement.name_begin) DeclareLocal(statement, i);
    }
  }

 private:
  std::string_view Text(uint32_t begin, uint32_t end) const {
    return std::string_view(source_.text).substr(begin, end - begin);
  }

  void DeclareGlobals() {
    for (const NamedNumber& number : NamedNumbers()) {
      globals_[number.name] = {SymbolKind::kNumber, 0, nullptr, number.value};
    }
    DeclareLength();
    for (size_t v = 0; v < layout_.variables().size(); ++v) {
      const std::string& name = layout_.variables()[v].name;
      CheckFree(name, "variable");
      globals_[name] = {SymbolKind::kVariable, static_cast<int32_t>(v), nullptr, 0};
    }
    for (const auto& [name, parameter] : source_.parameters) {
      CheckFree(name, "parameter");
      const auto taken = globals_.find(name);
      if (taken != globals_.end() && taken->second.kind == SymbolKind::kVariable) {
        complaints_.Add(Reason::kInvalidValue,
                        absl::StrCat(Quoted(name), " is both a variable and a parameter"));
      }
      if (parameter.values.empty() || (parameter.scalar && parameter.values.size() != 1)) {
        complaints_.Add(Reason::kWrongShape,
                        absl::StrFormat("parameter %s has %d values; a scalar has 1, a vector "
                                        "at least 1",
                                        Quoted(name), parameter.values.size()));
      }
      globals_[name] = {SymbolKind::kParameter, 0, &parameter, 0};
    }
  }

  /// `n` is the length of the only vector variable.
  void DeclareLength() {
    const Variable* only = nullptr;
    for (const Variable& variable : layout_.variables()) {
      if (variable.scalar) continue;
      if (only != nullptr) return;
      only = &variable;
    }
    if (only == nullptr) return;
    globals_["n"] = {SymbolKind::kNumber, 0, nullptr, static_cast<double>(only->length)};
  }

  void CheckFree(std::string_view name, const char* what) {
    if (IsKeyword(name) || name == "range") {
      complaints_.Add(Reason::kInvalidValue,
                      absl::StrCat("the ", what, " ", Quoted(name), " has the name of a keyword"));
    } else if (FindFunction(name) >= 0 || FindSpecialCall(name) != nullptr) {
      complaints_.Add(Reason::kInvalidValue,
                      absl::StrCat("the ", what, " ", Quoted(name), " has the name of a function"));
    }
  }

  bool CheckNewName(uint32_t begin, uint32_t end) {
    const std::string_view name = Text(begin, end);
    if (FindFunction(name) < 0 && FindSpecialCall(name) == nullptr && name != "range") return true;
    complaints_.Add(Reason::kInvalidValue, begin,
                    absl::StrCat(Quoted(name), " is the name of a function; choose another name"));
    return false;
  }

  void DeclareLocal(const Statement& statement, size_t index) {
    CheckNewName(statement.name_begin, statement.name_end);
    const std::string_view name = Text(statement.name_begin, statement.name_end);
    const auto taken = globals_.find(name);
    if (taken != globals_.end() && (taken->second.kind == SymbolKind::kVariable ||
                                    taken->second.kind == SymbolKind::kParameter)) {
      complaints_.Add(Reason::kInvalidValue, statement.name_begin,
                      absl::StrCat(Quoted(name), " is already a variable or parameter"));
    }
    globals_[name] = {SymbolKind::kLocal, static_cast<int32_t>(index), nullptr, 0};
  }

  // --- one tree, with an explicit stack -------------------------------------------------------

  struct Step {
    enum { kVisit, kEnter, kLeave } what = kVisit;
    int32_t index = 0;  // node, or generator
  };

  void ResolveTree(int32_t root) {
    stack_.assign(1, {Step::kVisit, root});
    while (!stack_.empty()) {
      const Step step = stack_.back();
      stack_.pop_back();
      if (step.what == Step::kEnter) {
        Enter(step.index);
      } else if (step.what == Step::kLeave) {
        scope_.pop_back();
      } else {
        Visit(step.index);
      }
    }
  }

  void Visit(int32_t index) {
    const Node& node = tree_.At(index);
    if (node.kind == NodeKind::kName) return ResolveName(index);
    if (node.kind == NodeKind::kCall || node.kind == NodeKind::kComprehension) ResolveCall(index);
    if (node.kind == NodeKind::kComprehension) return PushComprehension(node);
    const auto children = tree_.Children(node);
    for (size_t i = children.size(); i-- > 0;) stack_.push_back({Step::kVisit, children[i]});
  }

  /// Last step first: a generator's range does not know its own variable, its conditions do, and
  /// the body knows all of them.
  void PushComprehension(const Node& node) {
    const int32_t last = node.first_generator + node.generators;
    for (int32_t g = node.first_generator; g < last; ++g) stack_.push_back({Step::kLeave, g});
    stack_.push_back({Step::kVisit, tree_.Children(node)[0]});
    for (int32_t g = last; g-- > node.first_generator;) {
      const Generator& generator = tree_.generators[static_cast<size_t>(g)];
      PushRange(generator.first_condition, generator.conditions);
      stack_.push_back({Step::kEnter, g});
      PushRange(generator.first_argument, generator.arguments);
    }
  }
  void PushRange(int32_t first, int32_t count) {
    for (int32_t i = first + count; i-- > first;) {
      stack_.push_back({Step::kVisit, tree_.children[static_cast<size_t>(i)]});
    }
  }

  void Enter(int32_t index) {
    const Generator& generator = tree_.generators[static_cast<size_t>(index)];
    CheckNewName(generator.name_begin, generator.name_end);
    LoopFact& loop = analysis_.loops[static_cast<size_t>(index)];
    loop.depth = static_cast<int32_t>(scope_.size());
    loop.enclosing = scope_.empty() ? -1 : scope_.back();
    if (loop.depth == kMaxLoopDepth) {
      complaints_.Add(Reason::kExpressionTooDeep, generator.name_begin,
                      absl::StrFormat("loops nest deeper than %d, the limit", kMaxLoopDepth));
    }
    scope_.push_back(index);
  }

  void ResolveName(int32_t index) {
    const Node& node = tree_.At(index);
    const std::string_view name = Text(node.name_begin, node.name_end);
    Fact& fact = analysis_.At(index);
    for (size_t i = scope_.size(); i-- > 0;) {
      const Generator& generator = tree_.generators[static_cast<size_t>(scope_[i])];
      if (Text(generator.name_begin, generator.name_end) != name) continue;
      fact.meaning = {SymbolKind::kLoopVariable, scope_[i], nullptr, 0};
      fact.loops = 1U << std::min<size_t>(i, 31);
      return;
    }
    const auto known = globals_.find(name);
    if (known != globals_.end()) {
      fact.meaning = known->second;
      if (fact.meaning.kind == SymbolKind::kVariable) {
        analysis_.variable_used[static_cast<size_t>(fact.meaning.index)] = true;
      }
      return;
    }
    fact.faulty = true;
    if (complaints_.full()) return;
    const bool function = FindFunction(name) >= 0 || FindSpecialCall(name) != nullptr;
    complaints_.Add(
        Reason::kUnknownSymbol, node.begin,
        function ? absl::StrCat(Quoted(name), " is a function; write ", std::string(name), "(...)")
                 : Unknown("name", name, /*calls=*/true));
  }

  std::string Unknown(const std::string& what, std::string_view name, bool calls) const {
    std::vector<std::string> values;
    for (const auto& [known, meaning] : globals_) {
      const bool own = meaning.kind != SymbolKind::kNumber;
      if (own) values.emplace_back(known);
    }
    std::sort(values.begin(), values.end());
    std::vector<std::string> all = values;
    if (calls) {
      for (const Function& row : Table()) all.emplace_back(row.name);
      for (const SpecialCall& call : SpecialCalls()) all.emplace_back(call.name);
    }
    for (const NamedNumber& number : NamedNumbers()) all.emplace_back(number.name);
    std::string message = absl::StrCat("unknown ", what, " ", Quoted(name));
    if (const std::string nearest = NearestName(name, all); !nearest.empty()) {
      return absl::StrCat(message, "; did you mean '", nearest, "'?");
    }
    if (name == "n") return absl::StrCat(message, "; write len(...), there is no single vector");
    if (what != "name") return absl::StrCat(message, "; the reference lists all functions");
    if (values.size() > 10) values.resize(10);
    return absl::StrCat(message, "; known: ", absl::StrJoin(values, ", "));
  }

  void ResolveCall(int32_t index) {
    const Node& node = tree_.At(index);
    const std::string_view name = Text(node.name_begin, node.name_end);
    Fact& fact = analysis_.At(index);
    const bool generated = node.kind == NodeKind::kComprehension;
    const int32_t row = FindFunction(name);
    const SpecialCall* const special = FindSpecialCall(name);
    if (row < 0 && special == nullptr) {
      fact.faulty = true;
      if (complaints_.full()) return;
      const bool value = globals_.contains(name);
      complaints_.Add(Reason::kUnknownSymbol, node.name_begin,
                      value ? absl::StrCat(Quoted(name),
                                           " is not a function; write * for a "
                                           "product, [ ] for an element")
                            : Unknown("function", name, /*calls=*/true));
      return;
    }
    if (generated && (special == nullptr || !special->over_generators)) {
      fact.faulty = true;
      complaints_.Add(Reason::kSyntaxError, node.name_begin,
                      absl::StrCat(Quoted(name),
                                   " does not run over a range; sum, mean, prod, "
                                   "min and max do"));
      return;
    }
    fact.call = special != nullptr ? special->kind : CallKind::kElementwise;
    fact.function = row;
    const int fewest =
        special != nullptr ? special->fewest : Table()[static_cast<size_t>(row)].arity;
    const int most = special != nullptr ? special->most : fewest;
    if (!generated && (node.count < fewest || (most >= 0 && node.count > most))) {
      fact.faulty = true;
      complaints_.Add(
          Reason::kWrongArity, node.name_begin,
          absl::StrFormat("%s takes %s%d argument%s, got %d", Quoted(name),
                          most < 0 ? "at least " : "", fewest, fewest == 1 ? "" : "s", node.count));
    }
    const bool extreme = fact.call == CallKind::kMinimum || fact.call == CallKind::kMaximum;
    if (extreme && !generated && node.count > 1) {
      fact.function = FindFunction(fact.call == CallKind::kMinimum ? "minimum" : "maximum");
      fact.call = CallKind::kMinMaxOfNumbers;
    }
  }

  const Source& source_;
  const Layout& layout_;
  const Tree& tree_;
  Complaints& complaints_;
  Analysis& analysis_;
  std::unordered_map<std::string_view, Meaning> globals_;
  std::vector<int32_t> scope_;  // generators around, outermost first
  std::vector<Step> stack_;
};

}  // namespace

void Resolve(const Source& source, const Layout& layout, const Tree& tree, Complaints& complaints,
             Analysis& analysis) {
  Resolver(source, layout, tree, complaints, analysis).Run();
}

}  // namespace thalweg::expression
