// Calls of local functions become copies of their bodies, one for each call.

#include <optional>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/analysis.h"
#include "server/core/expression/calls.h"

namespace thalweg::expression {
namespace {

constexpr int32_t kMaxCalls = 64;  // functions that call functions

class Instantiation {
 public:
  Instantiation(std::string_view text, const Tree& from, const Limits& limits,
                Complaints& complaints)
      : text_(text), from_(from), limits_(limits), complaints_(complaints) {}

  Tree Run() {
    for (const Statement& statement : from_.statements) {
      if (!complaints_.empty()) break;
      if (statement.function) {
        Define(statement);
      } else {
        known_.erase(Text(statement.name_begin, statement.name_end));
        frames_.assign(1, {{}, -1, 0, {}});
        Statement made = statement;
        made.root = CopyOf(statement.root);
        to_.statements.push_back(std::move(made));
      }
    }
    return std::move(to_);
  }

 private:
  /// A definition, with the functions that its body may call: those before it, so that nothing can
  /// call itself.
  struct Definition {
    const Statement* statement = nullptr;
    int32_t before = 0;  // statements of `to_` that its names may mean
    int32_t listed = 0;  // in Tree::functions
    std::unordered_map<std::string_view, int32_t> known;
  };
  /// What is being copied: the formula's own line, or a body for one call.
  struct Frame {
    std::unordered_map<std::string_view, int32_t> arguments;  // node of `to_` by parameter
    int32_t instance = -1;
    int32_t calls = 0;                  // around this one
    std::optional<int32_t> definition;  // whose body this is
  };
  struct Step {
    enum { kOpen, kBuild, kEnter, kInline } what = kOpen;
    int32_t node = 0;  // of `from_`
    int32_t frame = 0;
    size_t values = 0;  // where its children begin in values_
    int32_t definition = 0;
  };

  std::string_view Text(uint32_t begin, uint32_t end) const {
    return text_.substr(begin, end - begin);
  }
  std::string_view NameOf(const Node& node) const { return Text(node.name_begin, node.name_end); }

  void Define(const Statement& statement) {
    const std::string_view name = Text(statement.name_begin, statement.name_end);
    if (FindFunction(name) >= 0 || FindSpecialCall(name) != nullptr || name == "range") {
      complaints_.Add(
          Reason::kInvalidValue, statement.name_begin,
          absl::StrCat(Quoted(name), " is the name of a function; choose another name"));
      return;
    }
    const auto before = static_cast<int32_t>(to_.statements.size());
    const auto listed = static_cast<int32_t>(to_.functions.size());
    definitions_.push_back({&statement, before, listed, known_});
    to_.functions.push_back({{statement.name_begin, statement.name_end}});
    known_[name] = static_cast<int32_t>(definitions_.size()) - 1;
  }

  int32_t CopyOf(int32_t root) {
    steps_.assign(1, {Step::kOpen, root, 0, 0, 0});
    values_.clear();
    while (!steps_.empty() && complaints_.empty()) {
      const Step step = steps_.back();
      steps_.pop_back();
      switch (step.what) {
        case Step::kOpen:
          Open(step);
          break;
        case Step::kBuild:
          Build(step, from_.At(step.node), from_.At(step.node).first);
          break;
        case Step::kEnter:
          Enter(step);
          break;
        case Step::kInline:
          Inline(step);
          break;
      }
    }
    return values_.empty() ? 0 : values_.front();
  }

  void Open(Step step) {
    const Node& node = from_.At(step.node);
    const Frame& frame = frames_[static_cast<size_t>(step.frame)];
    if (node.kind == NodeKind::kName) {
      Node made = node;
      const auto argument = frame.arguments.find(NameOf(node));
      if (argument != frame.arguments.end()) made.alias = argument->second;
      made.instance = frame.instance;
      return Append(made);
    }
    step.values = values_.size();
    step.what = Step::kBuild;
    if (node.kind == NodeKind::kCall || node.kind == NodeKind::kComprehension) {
      step.definition = Called(node, frame);
      if (!complaints_.empty()) return;
      if (step.definition >= 0) step.what = Step::kEnter;
    }
    CheckGenerators(node, frame);
    steps_.push_back(step);
    const auto children = from_.Children(node);
    for (size_t i = children.size(); i-- > 0;) {
      steps_.push_back({Step::kOpen, children[i], step.frame, 0, 0});
    }
  }

  /// The definition that a call means in `frame`; -1 for functions of the language.
  int32_t Called(const Node& node, const Frame& frame) {
    if (node.method) return -1;
    const auto& known =
        frame.definition ? definitions_[static_cast<size_t>(*frame.definition)].known : known_;
    const auto found = known.find(NameOf(node));
    if (found == known.end()) {
      const bool own = frame.definition && NameOf(node) == NameOfFunction(*frame.definition);
      if (own) {
        complaints_.Add(
            Reason::kInvalidValue, node.name_begin,
            absl::StrCat(Quoted(NameOf(node)), " calls itself; functions are not recursive"));
      }
      return -1;
    }
    const Definition& definition = definitions_[static_cast<size_t>(found->second)];
    const size_t wanted = definition.statement->parameters.size();
    const auto given = static_cast<size_t>(node.count);
    if (node.kind == NodeKind::kComprehension) {
      complaints_.Add(Reason::kSyntaxError, node.name_begin,
                      absl::StrCat(Quoted(NameOf(node)),
                                   " does not run over a range; sum, mean, "
                                   "prod, min, max and least_squares do"));
    } else if (given != wanted) {
      complaints_.Add(Reason::kWrongArity, node.name_begin,
                      absl::StrFormat("%s takes %d argument%s, got %d", Quoted(NameOf(node)),
                                      wanted, wanted == 1 ? "" : "s", given));
    } else if (frame.calls >= kMaxCalls) {
      complaints_.Add(
          Reason::kExpressionTooDeep, node.name_begin,
          absl::StrFormat("functions call functions deeper than %d, the limit", kMaxCalls));
    }
    for (const int32_t child : from_.Children(node)) {
      if (from_.At(child).kind == NodeKind::kKeyword) {
        complaints_.Add(Reason::kSyntaxError, from_.At(child).begin,
                        "local functions take their arguments by position");
      }
    }
    return found->second;
  }
  std::string_view NameOfFunction(int32_t definition) const {
    const Statement& statement = *definitions_[static_cast<size_t>(definition)].statement;
    return Text(statement.name_begin, statement.name_end);
  }

  /// A loop variable with a parameter's name would take its place in the body.
  void CheckGenerators(const Node& node, const Frame& frame) {
    for (int32_t g = 0; g < (node.kind == NodeKind::kComprehension ? node.generators : 0); ++g) {
      const Generator& of = from_.generators[static_cast<size_t>(node.first_generator + g)];
      if (!frame.arguments.contains(Text(of.name_begin, of.name_end))) continue;
      complaints_.Add(Reason::kInvalidValue, of.name_begin,
                      absl::StrCat("the loop variable ", Quoted(Text(of.name_begin, of.name_end)),
                                   " has the name of a parameter of this function"));
    }
  }

  void Append(const Node& node) {
    if (static_cast<int64_t>(to_.nodes.size()) >= limits_.nodes) {
      complaints_.Add(Reason::kExpressionTooLarge, node.begin,
                      absl::StrFormat("with a copy of each function for each of its calls, the "
                                      "formula has more than %d nodes, the limit",
                                      limits_.nodes));
      return;
    }
    values_.push_back(static_cast<int32_t>(to_.nodes.size()));
    to_.nodes.push_back(node);
  }

  void Build(const Step& step, Node made, int32_t old_first) {
    made.instance = frames_[static_cast<size_t>(step.frame)].instance;
    made.first = static_cast<int32_t>(to_.children.size());
    made.count = static_cast<int32_t>(values_.size() - step.values);
    for (int32_t i = 0; i < made.count; ++i) {
      to_.children.push_back(values_[step.values + static_cast<size_t>(i)]);
      to_.operators.push_back(made.kind == NodeKind::kInline
                                  ? Symbol::kNone
                                  : from_.operators[static_cast<size_t>(old_first + i)]);
    }
    if (made.kind == NodeKind::kComprehension) {
      const auto first = static_cast<int32_t>(to_.generators.size());
      for (int32_t g = 0; g < made.generators; ++g) {
        Generator of = from_.generators[static_cast<size_t>(made.first_generator + g)];
        of.first_argument += made.first - old_first;
        of.first_condition += made.first - old_first;
        to_.generators.push_back(of);
      }
      made.first_generator = first;
    }
    values_.resize(step.values);
    Append(made);
  }

  /// The arguments are copied: now the body, in which their names stand for them.
  void Enter(Step step) {
    const Node& node = from_.At(step.node);
    const Definition& definition = definitions_[static_cast<size_t>(step.definition)];
    const Frame& outer = frames_[static_cast<size_t>(step.frame)];
    to_.functions[static_cast<size_t>(definition.listed)].used = true;
    Frame frame{{}, static_cast<int32_t>(to_.instances.size()), outer.calls + 1, step.definition};
    const auto& parameters = definition.statement->parameters;
    for (size_t i = 0; i < parameters.size(); ++i) {
      frame.arguments[Text(parameters[i].begin, parameters[i].end)] = values_[step.values + i];
    }
    to_.instances.push_back(
        {{node.name_begin, node.name_end}, node.begin, outer.instance, definition.before});
    step.what = Step::kInline;
    steps_.push_back(step);
    steps_.push_back(
        {Step::kOpen, definition.statement->root, static_cast<int32_t>(frames_.size()), 0, 0});
    frames_.push_back(std::move(frame));
  }

  void Inline(const Step& step) {
    Node made = from_.At(step.node);
    made.kind = NodeKind::kInline;
    Build(step, made, 0);
  }

  std::string_view text_;
  const Tree& from_;
  const Limits& limits_;
  Complaints& complaints_;
  Tree to_;
  std::vector<Definition> definitions_;
  std::unordered_map<std::string_view, int32_t> known_;  // definition by name, at this line
  std::vector<Frame> frames_;                            // of the line being copied
  std::vector<Step> steps_;
  std::vector<int32_t> values_;
};

}  // namespace

Tree Instantiate(std::string_view text, Tree tree, const Limits& limits, Complaints& complaints) {
  for (const Statement& statement : tree.statements) {
    if (statement.function) return Instantiation(text, tree, limits, complaints).Run();
  }
  return tree;
}

}  // namespace thalweg::expression
