// Names and calls get their meanings, scope by scope.

#include <algorithm>
#include <limits>
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
    for (const LocalFunction& function : tree_.functions) {
      CheckUntaken(function.name.begin, function.name.end);
    }
    for (size_t i = 0; i < tree_.statements.size(); ++i) {
      const Statement& statement = tree_.statements[i];
      ResolveTree(statement.root);
      if (statement.name_end > statement.name_begin) {
        DeclareLocal(statement, static_cast<int32_t>(i));
      }
    }
  }

 private:
  std::string_view Text(uint32_t begin, uint32_t end) const {
    return std::string_view(source_.text).substr(begin, end - begin);
  }

  void DeclareGlobals() {
    for (const NamedNumber& number : NamedNumbers()) {
      Declare(number.name, {SymbolKind::kNumber, 0, nullptr, number.value});
    }
    DeclareLength();
    for (size_t v = 0; v < layout_.variables().size(); ++v) {
      const std::string& name = layout_.variables()[v].name;
      CheckFree(name, "variable");
      Declare(name, {SymbolKind::kVariable, static_cast<int32_t>(v), nullptr, 0});
    }
    for (const auto& [name, parameter] : source_.parameters) {
      CheckFree(name, "parameter");
      const Meaning* const taken = Known(name);
      if (taken != nullptr && taken->kind == SymbolKind::kVariable) {
        complaints_.Add(Reason::kInvalidValue,
                        absl::StrCat(Quoted(name), " is both a variable and a parameter"));
      }
      const auto count = static_cast<int64_t>(parameter.values.size());
      if (count == 0 || parameter.shape().size() != count) {
        complaints_.Add(Reason::kWrongShape,
                        absl::StrFormat("parameter %s has %d values; its shape %s has %d, and at "
                                        "least 1 is needed",
                                        Quoted(name), count, parameter.shape().Text(),
                                        parameter.shape().size()));
      }
      Declare(name, {SymbolKind::kParameter, 0, &parameter, 0});
    }
  }

  /// A name may be given again by a later line; functions keep what they knew when defined.
  void Declare(std::string_view name, const Meaning& meaning, int32_t statement = -1) {
    globals_[name].emplace_back(statement, meaning);
  }
  const Meaning* Known(std::string_view name) const {
    const auto known = globals_.find(name);
    if (known == globals_.end()) return nullptr;
    const auto& meanings = known->second;
    for (size_t i = meanings.size(); i-- > 0;) {
      if (meanings[i].first < before_) return &meanings[i].second;
    }
    return nullptr;
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
    if (only->columns > 0) return;
    Declare("n", {SymbolKind::kNumber, 0, nullptr, static_cast<double>(only->length)});
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

  void DeclareLocal(const Statement& statement, int32_t index) {
    CheckNewName(statement.name_begin, statement.name_end);
    CheckUntaken(statement.name_begin, statement.name_end);
    Declare(Text(statement.name_begin, statement.name_end),
            {SymbolKind::kLocal, statement.root, nullptr, 0}, index);
  }

  void CheckUntaken(uint32_t begin, uint32_t end) {
    const Meaning* const taken = Known(Text(begin, end));
    const bool given = taken != nullptr && (taken->kind == SymbolKind::kVariable ||
                                            taken->kind == SymbolKind::kParameter);
    if (!given) return;
    complaints_.Add(Reason::kInvalidValue, begin,
                    absl::StrCat(Quoted(Text(begin, end)), " is already a variable or parameter"));
  }

  // --- one tree, with an explicit stack -------------------------------------------------------

  struct Step {
    enum { kVisit, kEnter, kLeave, kEnterBody, kLeaveBody } what = kVisit;
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
      } else if (step.what == Step::kEnterBody) {
        EnterBody(step.index);
      } else if (step.what == Step::kLeaveBody) {
        before_ = bodies_.back().before;
        floor_ = bodies_.back().floor;
        bodies_.pop_back();
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
    if (node.kind == NodeKind::kInline) return PushInline(children);
    for (size_t i = children.size(); i-- > 0;) {
      if (children[i] == analysis_.At(index).axis_node) continue;
      stack_.push_back({Step::kVisit, children[i]});
    }
  }

  /// The arguments belong to the caller; the body sees neither its loops nor its later lines.
  void PushInline(std::span<const int32_t> children) {
    stack_.push_back({Step::kLeaveBody, 0});
    stack_.push_back({Step::kVisit, children.back()});
    stack_.push_back({Step::kEnterBody, children.back()});
    for (size_t i = children.size() - 1; i-- > 0;) stack_.push_back({Step::kVisit, children[i]});
  }

  void EnterBody(int32_t body) {
    bodies_.push_back({before_, floor_});
    const int32_t instance = tree_.At(body).instance;
    before_ = tree_.instances[static_cast<size_t>(instance)].statement;
    floor_ = scope_.size();
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
    if (node.alias >= 0) {
      fact.meaning = {SymbolKind::kLocal, node.alias, nullptr, 0};
      return;
    }
    for (size_t i = scope_.size(); i-- > floor_;) {
      const Generator& generator = tree_.generators[static_cast<size_t>(scope_[i])];
      if (Text(generator.name_begin, generator.name_end) != name) continue;
      fact.meaning = {SymbolKind::kLoopVariable, scope_[i], nullptr, 0};
      fact.loops = 1U << std::min<size_t>(i, 31);
      return;
    }
    if (const Meaning* const known = Known(name); known != nullptr) {
      fact.meaning = *known;
      if (fact.meaning.kind == SymbolKind::kVariable) {
        analysis_.variable_used[static_cast<size_t>(fact.meaning.index)] = true;
      }
      return;
    }
    fact.faulty = true;
    if (complaints_.full()) return;
    const bool own = std::any_of(tree_.functions.begin(), tree_.functions.end(),
                                 [&](const LocalFunction& function) {
                                   return Text(function.name.begin, function.name.end) == name;
                                 });
    const bool function = own || FindFunction(name) >= 0 || FindSpecialCall(name) != nullptr;
    Complain(complaints_, source_.text, tree_, index, Reason::kUnknownSymbol,
             function
                 ? absl::StrCat(Quoted(name), " is a function; write ", std::string(name), "(...)")
                 : Unknown("name", name, /*calls=*/true));
  }

  std::string Unknown(const std::string& what, std::string_view name, bool calls) const {
    std::vector<std::string> values;
    for (const auto& [known, meanings] : globals_) {
      const Meaning* const meaning = Known(known);
      if (meaning != nullptr && meaning->kind != SymbolKind::kNumber) values.emplace_back(known);
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
    const auto fault = [&](Reason reason, const std::string& what) {
      fact.faulty = true;
      Complain(complaints_, source_.text, tree_, index, node.name_begin, reason, what);
    };
    const bool generated = node.kind == NodeKind::kComprehension;
    const int32_t row = node.method ? -1 : FindFunction(name);
    fact.special = FindSpecialCall(name);
    if (node.method) {
      const size_t after = source_.text.find_first_not_of(" \t", node.name_end);
      const bool called = after != std::string::npos && source_.text[after] == '(';
      const bool is_method =
          called && fact.special != nullptr && fact.special->Has(SpecialCall::kMethod);
      const SpecialCall* const attribute = called ? nullptr : FindAttribute(name);
      if (!is_method) fact.special = attribute;
      if (fact.special == nullptr) {
        return fault(Reason::kUnknownSymbol,
                     absl::StrCat("arrays have no ", called ? "method " : "attribute ",
                                  Quoted(name), "; write ", std::string(name),
                                  called ? "(...)" : "(...), or .T, .shape, .size, .ndim"));
      }
    }
    if (row < 0 && fact.special == nullptr) {
      fact.faulty = true;
      if (complaints_.full()) return;
      return fault(Reason::kUnknownSymbol, Known(name) != nullptr || node.alias >= 0
                                               ? absl::StrCat(Quoted(name),
                                                              " is not a function; write * for a "
                                                              "product, [ ] for an element")
                                               : Unknown("function", name, /*calls=*/true));
    }
    const bool runs = fact.special != nullptr && fact.special->Has(SpecialCall::kGenerators);
    if (generated && !runs) {
      return fault(Reason::kSyntaxError,
                   absl::StrCat(Quoted(name),
                                " does not run over a range; sum, mean, prod, "
                                "min, max and least_squares do"));
    }
    fact.call = fact.special != nullptr ? fact.special->kind : CallKind::kElementwise;
    fact.function = row;
    if (!generated) ReadArguments(index);
  }

  /// Tells positional arguments from axis=, keepdims= and ddof=, and counts them.
  void ReadArguments(int32_t index) {
    const Node& node = tree_.At(index);
    Fact& fact = analysis_.At(index);
    const std::string_view name = Text(node.name_begin, node.name_end);
    const SpecialCall* const special = fact.special;
    const auto children = tree_.Children(node);
    fact.step = 0;
    for (size_t i = 0; i < children.size(); ++i) {
      const int32_t child = children[i];
      if (tree_.At(child).kind == NodeKind::kKeyword) {
        ReadKeyword(index, child);
      } else if (static_cast<size_t>(fact.arguments++) != i) {
        fact.faulty = true;
        Complain(complaints_, source_.text, tree_, child, Reason::kSyntaxError,
                 "an argument by position cannot follow one by name");
      }
    }
    const int fewest =
        special != nullptr ? special->fewest : Table()[static_cast<size_t>(fact.function)].arity;
    const int most = special != nullptr ? special->most : fewest;
    const bool axis_here = special != nullptr && special->Has(SpecialCall::kAxisByPosition) &&
                           fact.arguments == most + 1 && fact.axis_node < 0;
    if (axis_here) {
      fact.axis_node = children[static_cast<size_t>(most)];
      --fact.arguments;
    }
    if (fact.arguments < fewest || (most >= 0 && fact.arguments > most)) {
      fact.faulty = true;
      const std::string counts =
          most < 0 || most == fewest
              ? absl::StrFormat("%s%d argument%s", most < 0 ? "at least " : "", fewest,
                                fewest == 1 ? "" : "s")
              : absl::StrFormat("%d to %d arguments", fewest, most);
      Complain(complaints_, source_.text, tree_, index, node.name_begin, Reason::kWrongArity,
               absl::StrFormat("%s takes %s, got %d", Quoted(name), counts, fact.arguments));
    }
    const bool extreme = fact.call == CallKind::kMinimum || fact.call == CallKind::kMaximum;
    if (extreme && fact.arguments > 1) {
      fact.function = FindFunction(fact.call == CallKind::kMinimum ? "minimum" : "maximum");
      fact.call = CallKind::kMinMaxOfNumbers;
    }
  }

  void ReadKeyword(int32_t index, int32_t keyword) {
    Fact& fact = analysis_.At(index);
    const Node& node = tree_.At(keyword);
    const std::string_view name = Text(node.name_begin, node.name_end);
    const int32_t value = tree_.Children(node)[0];
    const std::string_view text = Text(tree_.At(value).begin, tree_.At(value).end);
    const SpecialCall* const special = fact.special;
    analysis_.At(keyword).axis_node = value;  // nobody resolves it
    const auto takes = [&](unsigned trait) { return special != nullptr && special->Has(trait); };
    if (name == "axis" && takes(SpecialCall::kAxis)) {
      fact.axis_node = text == "None" ? -1 : value;
      return;
    }
    if (name == "keepdims" && takes(SpecialCall::kAxis) && IsReduction(fact.call) &&
        (text == "True" || text == "False")) {
      fact.keeps_axis = text == "True";
      return;
    }
    if (name == "ddof" && takes(SpecialCall::kDdof) && (text == "0" || text == "1")) {
      fact.step = text == "1" ? 1 : 0;
      return;
    }
    fact.faulty = true;
    const std::string known = takes(SpecialCall::kDdof)
                                  ? "axis=, keepdims=True or False, ddof=0 or 1"
                              : takes(SpecialCall::kAxis) ? "axis= and keepdims=True or False"
                                                          : "no arguments by name";
    const Node& call = tree_.At(index);
    Complain(complaints_, source_.text, tree_, keyword, Reason::kSyntaxError,
             absl::StrCat(Quoted(Text(call.name_begin, call.name_end)), " takes ", known, "; got ",
                          Quoted(Text(node.begin, node.end))));
  }

  const Source& source_;
  const Layout& layout_;
  const Tree& tree_;
  Complaints& complaints_;
  Analysis& analysis_;
  std::unordered_map<std::string_view, std::vector<std::pair<int32_t, Meaning>>> globals_;
  int32_t before_ = std::numeric_limits<int32_t>::max();  // only earlier statements are known
  size_t floor_ = 0;                                      // of scope_: what a body can see
  struct Body {
    int32_t before = 0;
    size_t floor = 0;
  };
  std::vector<Body> bodies_;    // of the functions around the one being read
  std::vector<int32_t> scope_;  // generators around, outermost first
  std::vector<Step> stack_;
};

}  // namespace

void Resolve(const Source& source, const Layout& layout, const Tree& tree, Complaints& complaints,
             Analysis& analysis) {
  Resolver(source, layout, tree, complaints, analysis).Run();
}

}  // namespace thalweg::expression
