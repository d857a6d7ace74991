// Shapes, bottom up: children come before their parents, so one loop over the nodes does it.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/analysis.h"
#include "server/core/expression/calls.h"

namespace thalweg::expression {
namespace {

constexpr int32_t kMaxReductions = 64;  // reductions inside reductions

class ShapeInference {
 public:
  ShapeInference(const Source& source, const Layout& layout, const Tree& tree,
                 Complaints& complaints, Analysis& analysis)
      : source_(source),
        layout_(layout),
        tree_(tree),
        complaints_(complaints),
        analysis_(analysis) {}

  void Run() {
    for (size_t i = 0; i < tree_.nodes.size(); ++i) Infer(static_cast<int32_t>(i));
    const int32_t root = tree_.statements.back().root;
    if (!analysis_.At(root).faulty && analysis_.At(root).vector()) {
      Fault(root, Reason::kWrongShape,
            absl::StrFormat("the formula gives a vector of length %d; it must give one number "
                            "(sum, mean, norm ... make one)",
                            analysis_.At(root).length));
    }
    CountLocalUsers();
  }

 private:
  void Fault(int32_t node, Reason reason, const std::string& what) {
    analysis_.At(node).faulty = true;
    complaints_.Add(reason, tree_.At(node).begin, what);
  }

  std::string Describe(int32_t node) const {
    return Quoted(Excerpt(source_.text, tree_.At(node).begin, tree_.At(node).end));
  }

  void Infer(int32_t index) {
    const Node& node = tree_.At(index);
    Fact& fact = analysis_.At(index);
    for (const int32_t child : tree_.Children(node)) {
      const Fact& of = analysis_.At(child);
      fact.loops |= of.loops;
      fact.faulty |= of.faulty;
      fact.reductions = std::max(fact.reductions, of.reductions);
    }
    // Whatever its parts, a faulty node counts as a number and causes no further complaint.
    if (fact.faulty) return ForgetOwnLoops(node, fact);
    switch (node.kind) {
      case NodeKind::kNumber:
        return;
      case NodeKind::kName:
        return InferName(fact);
      case NodeKind::kConditional:
        return InferConditional(index, node, fact);
      case NodeKind::kIndex:
        return InferIndex(index, node, fact);
      case NodeKind::kCall:
        return InferCall(index, node, fact);
      case NodeKind::kComprehension:
        return InferComprehension(index, node, fact);
      default:
        fact.length = Common(index, tree_.Children(node));
        return;
    }
  }

  void InferName(Fact& fact) {
    const Meaning& meaning = fact.meaning;
    if (meaning.kind == SymbolKind::kVariable) {
      const Variable& variable = layout_.variables()[static_cast<size_t>(meaning.index)];
      if (!variable.scalar) fact.length = variable.length;
    } else if (meaning.kind == SymbolKind::kParameter) {
      if (!meaning.parameter->scalar) {
        fact.length = static_cast<int64_t>(meaning.parameter->values.size());
      }
    } else if (meaning.kind == SymbolKind::kLocal) {
      const int32_t root = tree_.statements[static_cast<size_t>(meaning.index)].root;
      fact.length = analysis_.At(root).length;
      fact.faulty = analysis_.At(root).faulty;
    }
  }

  /// The shape of an elementwise operation: numbers go with anything, vectors must agree.
  int64_t Common(int32_t index, std::span<const int32_t> operands) {
    int64_t length = -1;
    int32_t first = -1;
    for (const int32_t operand : operands) {
      const Fact& fact = analysis_.At(operand);
      if (!fact.vector()) continue;
      if (length < 0) {
        length = fact.length;
        first = operand;
      } else if (fact.length != length && !analysis_.At(index).faulty) {
        Fault(index, Reason::kWrongShape,
              absl::StrFormat("%s has length %d, %s has length %d", Describe(first), length,
                              Describe(operand), fact.length));
      }
    }
    return length;
  }

  bool MustBeNumber(int32_t index, int32_t operand, const std::string& what) {
    const Fact& fact = analysis_.At(operand);
    if (!fact.vector()) return true;
    analysis_.At(index).faulty = true;
    Fault(operand, Reason::kWrongShape,
          absl::StrFormat("%s must be a number; %s is a vector of length %d", what,
                          Describe(operand), fact.length));
    return false;
  }

  bool MustBeVector(int32_t index, int32_t operand, const std::string& what) {
    if (analysis_.At(operand).vector()) return true;
    analysis_.At(index).faulty = true;
    Fault(operand, Reason::kWrongShape,
          absl::StrFormat("%s must be a vector; %s is a number", what, Describe(operand)));
    return false;
  }

  void InferConditional(int32_t index, const Node& node, Fact& fact) {
    const auto children = tree_.Children(node);
    if (analysis_.At(children[0]).vector()) {
      return Fault(children[0], Reason::kWrongShape,
                   "the condition of 'if' must be a number; where(c, a, b) chooses elementwise");
    }
    fact.length = Common(index, children);
  }

  void InferIndex(int32_t index, const Node& node, Fact&) {
    const auto children = tree_.Children(node);
    if (MustBeVector(index, children[0], "what is indexed")) {
      MustBeNumber(index, children[1], "an index");
    }
  }

  void InferCall(int32_t index, const Node& node, Fact& fact) {
    const auto arguments = tree_.Children(node);
    const std::string name = source_.text.substr(node.name_begin, node.name_end - node.name_begin);
    if (fact.call == CallKind::kLength) {
      MustBeVector(index, arguments[0], "the argument of 'len'");
      return;
    }
    const int64_t common = Common(index, arguments);
    if (!IsReduction(fact.call)) {
      fact.length = common;
      return;
    }
    for (const int32_t argument : arguments) {
      if (!MustBeVector(index, argument, absl::StrCat("the argument of ", Quoted(name)))) return;
    }
    Deepen(index, fact);
  }

  void InferComprehension(int32_t index, const Node& node, Fact& fact) {
    const auto children = tree_.Children(node);
    MustBeNumber(index, children[0], "the value summed over a range");
    for (size_t i = 1; i < children.size(); ++i) {
      MustBeNumber(index, children[i], "what a range is made of");
    }
    Deepen(index, fact);
    ForgetOwnLoops(node, fact);
  }

  void Deepen(int32_t index, Fact& fact) {
    if (++fact.reductions <= kMaxReductions) return;
    Fault(index, Reason::kExpressionTooDeep,
          absl::StrFormat("reductions nest deeper than %d, the limit", kMaxReductions));
  }

  /// Outside a comprehension nothing depends on its variables.
  void ForgetOwnLoops(const Node& node, Fact& fact) {
    for (int32_t g = 0; g < (node.kind == NodeKind::kComprehension ? node.generators : 0); ++g) {
      const auto generator = static_cast<size_t>(node.first_generator + g);
      fact.loops &= ~(1U << std::min(analysis_.loops[generator].depth, 31));
    }
  }

  // --- how often a vector local would be computed if it were not kept --------------------------

  /// Who needs each node's elements: a reduction, an index, or the local it is part of.
  void CountLocalUsers() {
    constexpr int32_t kIndexed = -1;
    std::vector<int32_t> consumer(tree_.nodes.size(), kIndexed);
    std::vector<int32_t> last_user(tree_.statements.size(), -2);
    analysis_.local_users.assign(tree_.statements.size(), 0);
    auto statement = static_cast<int32_t>(tree_.statements.size()) - 1;
    for (auto i = static_cast<int32_t>(tree_.nodes.size()); i-- > 0;) {
      while (statement > 0 && i <= tree_.statements[static_cast<size_t>(statement) - 1].root) {
        --statement;
      }
      const Node& node = tree_.At(i);
      const Fact& fact = analysis_.At(i);
      const bool root = tree_.statements[static_cast<size_t>(statement)].root == i;
      const bool reduces = node.kind == NodeKind::kComprehension ||
                           (node.kind == NodeKind::kCall && IsReduction(fact.call));
      for (const int32_t child : tree_.Children(node)) {
        consumer[static_cast<size_t>(child)] =
            reduces ? i
                    : (node.kind == NodeKind::kIndex ? kIndexed : consumer[static_cast<size_t>(i)]);
        if (root && !reduces && node.kind != NodeKind::kIndex) {
          consumer[static_cast<size_t>(child)] = StatementMark(statement);
        }
      }
      if (node.kind != NodeKind::kName || fact.meaning.kind != SymbolKind::kLocal) continue;
      const int32_t user = root ? StatementMark(statement) : consumer[static_cast<size_t>(i)];
      CountUse(static_cast<size_t>(fact.meaning.index), user, last_user);
    }
  }
  static int32_t StatementMark(int32_t statement) { return -2 - statement - 1; }

  void CountUse(size_t local, int32_t user, std::vector<int32_t>& last_user) {
    int32_t& users = analysis_.local_users[local];
    if (user >= 0) {
      // A loop around the reduction repeats it, and the local with it.
      if (analysis_.At(user).loops != 0) users += 2;
      if (last_user[local] != user) ++users;
      last_user[local] = user;
    } else if (user == -1) {
      users += 2;
    } else {
      const int32_t through = analysis_.local_users[static_cast<size_t>(-user - 3)];
      users += through >= 2 ? 1 : through;
    }
    users = std::min(users, 2);
  }

  const Source& source_;
  const Layout& layout_;
  const Tree& tree_;
  Complaints& complaints_;
  Analysis& analysis_;
};

}  // namespace

void InferShapes(const Source& source, const Layout& layout, const Tree& tree,
                 Complaints& complaints, Analysis& analysis) {
  ShapeInference(source, layout, tree, complaints, analysis).Run();
}

}  // namespace thalweg::expression
