// Ranges are finite and indices stay inside: shown before anything runs, by intervals where they
// suffice, by going through the turns of the loops where they do not.

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/analysis.h"
#include "server/core/expression/integers.h"

namespace thalweg::expression {
namespace {

constexpr double kExact = 9007199254740992.0;  // 2^53
constexpr char kIntegerRule[] =
    "made of numbers, integer parameters, loop variables, len(), .shape and + - * // %";

class IndexChecker {
 public:
  IndexChecker(const Source& source, const Tree& tree, const Limits& limits, Complaints& complaints,
               Analysis& analysis)
      : source_(source),
        tree_(tree),
        complaints_(complaints),
        analysis_(analysis),
        integers_(tree, analysis, limits.compile_steps) {}

  void Run() {
    turn_.assign(tree_.generators.size(), 0);
    for (const Statement& statement : tree_.statements) CheckTree(statement.root);
  }

 private:
  /// A condition that holds where a node is needed: `x[i-1] if i > 0 else 0`.
  struct Guard {
    int32_t condition = -1;
    bool holds = true;
    int32_t outer = -1;
  };
  struct Step {
    enum { kVisit, kEnter, kLeave } what = kVisit;
    int32_t index = 0;
    int32_t guard = -1;
  };

  int32_t Guarded(int32_t condition, bool holds, int32_t outer) {
    guards_.push_back({condition, holds, outer});
    return static_cast<int32_t>(guards_.size()) - 1;
  }

  void CheckTree(int32_t root) {
    stack_.assign(1, {Step::kVisit, root, -1});
    while (!stack_.empty()) {
      const Step step = stack_.back();
      stack_.pop_back();
      if (step.what == Step::kEnter) {
        CheckRange(step.index);
        scope_.push_back(step.index);
      } else if (step.what == Step::kLeave) {
        scope_.pop_back();
      } else {
        Visit(step.index, step.guard);
      }
    }
  }

  void Visit(int32_t index, int32_t guard) {
    const Node& node = tree_.At(index);
    const auto children = tree_.Children(node);
    const bool chooses =
        node.kind == NodeKind::kConditional ||
        (node.kind == NodeKind::kCall && analysis_.At(index).call == CallKind::kWhere);
    if (node.kind == NodeKind::kKeyword || node.kind == NodeKind::kSlice) return;
    if (node.kind == NodeKind::kIndex) CheckIndex(index, guard);
    if (node.kind == NodeKind::kComprehension) return PushComprehension(node, guard);
    if (chooses) {
      stack_.push_back({Step::kVisit, children[2], Guarded(children[0], false, guard)});
      stack_.push_back({Step::kVisit, children[1], Guarded(children[0], true, guard)});
      stack_.push_back({Step::kVisit, children[0], guard});
      return;
    }
    const bool chain = node.kind == NodeKind::kAnd || node.kind == NodeKind::kOr;
    for (size_t i = 0; i < children.size(); ++i) {
      stack_.push_back({Step::kVisit, children[i], guard});
      if (chain) guard = Guarded(children[i], node.kind == NodeKind::kAnd, guard);
    }
  }

  /// Pushed backwards: ranges before what runs in them.
  void PushComprehension(const Node& node, int32_t guard) {
    const int32_t last = node.first_generator + node.generators;
    std::vector<Step> steps;
    for (int32_t g = node.first_generator; g < last; ++g) {
      const Generator& generator = tree_.generators[static_cast<size_t>(g)];
      for (int32_t i = 0; i < generator.arguments; ++i) {
        steps.push_back({Step::kVisit, Child(generator.first_argument + i), guard});
      }
      steps.push_back({Step::kEnter, g, guard});
      for (int32_t i = 0; i < generator.conditions; ++i) {
        const int32_t condition = Child(generator.first_condition + i);
        steps.push_back({Step::kVisit, condition, guard});
        guard = Guarded(condition, true, guard);
      }
    }
    steps.push_back({Step::kVisit, tree_.Children(node)[0], guard});
    for (int32_t g = 0; g < node.generators; ++g) steps.push_back({Step::kLeave, g, -1});
    stack_.insert(stack_.end(), steps.rbegin(), steps.rend());
  }
  int32_t Child(int32_t place) const { return tree_.children[static_cast<size_t>(place)]; }

  std::string Text(int32_t node) const {
    return Quoted(Excerpt(source_.text, tree_.At(node).begin, tree_.At(node).end));
  }

  void NotInteger(int32_t node, const std::string& what) {
    if (integers_.out_of_steps() && !complaints_.empty()) return;  // it may well be one
    const std::string hint =
        tree_.At(node).kind == NodeKind::kMultiply ? "; // divides integers" : "";
    Add(node, Reason::kInvalidValue,
        absl::StrCat(what, " must be an integer ", kIntegerRule, "; ", Text(node), " is not",
                     hint));
  }

  // --- ranges ---------------------------------------------------------------------------------

  void CheckRange(int32_t index) {
    const Generator& generator = tree_.generators[static_cast<size_t>(index)];
    LoopFact& loop = analysis_.loops[static_cast<size_t>(index)];
    Integers::Range start{0, 0};
    Integers::Range stop;
    Integers::Range step{1, 1};
    Integers::Range* const parts[3][3] = {
        {&stop, nullptr, nullptr}, {&start, &stop, nullptr}, {&start, &stop, &step}};
    for (int32_t i = 0; i < generator.arguments; ++i) {
      const int32_t argument = Child(generator.first_argument + i);
      if (analysis_.At(argument).faulty) return;
      const auto range = integers_.RangeOf(argument);
      if (!range) return NotInteger(argument, "a range's end");
      *parts[generator.arguments - 1][i] = *range;
    }
    if (!step.constant() || step.low == 0) {
      Add(Child(generator.first_argument + 2), Reason::kInvalidValue,
          "the step of a range must be a constant other than 0");
      return;
    }
    const double size = std::fabs(step.low);
    const double span = step.low > 0 ? stop.high - start.low : start.high - stop.low;
    loop.most = std::max(0.0, std::ceil(span / size));
    loop.low = step.low > 0 ? start.low : stop.low + 1;
    loop.high = step.low > 0 ? stop.high - 1 : start.high;
    if (start.constant() && loop.most > 0) {
      const double last = start.low + (loop.most - 1) * step.low;
      (step.low > 0 ? loop.high : loop.low) = last;
    }
    if (loop.most == 0) loop.low = loop.high = start.low;
    if (loop.high < loop.low) loop.high = loop.low;
    if (!(loop.most <= kExact && std::fabs(loop.low) <= kExact && std::fabs(loop.high) <= kExact)) {
      complaints_.Add(Reason::kEvaluationTooCostly, generator.name_begin,
                      absl::StrFormat("this range has %g turns, more than any limit", loop.most));
    }
  }

  // --- indices --------------------------------------------------------------------------------

  /// One subscript, along an axis of the array `base`.
  struct Subscript {
    int32_t node = -1;
    int32_t base = -1;
    int axis = 0;
    int64_t length = 0;
  };

  void CheckIndex(int32_t index, int32_t guard) {
    const Fact& fact = analysis_.At(index);
    if (fact.faulty || fact.selection < 0) return;
    const int32_t base = tree_.Children(tree_.At(index))[0];
    const Selection& selection = analysis_.selections[static_cast<size_t>(fact.selection)];
    const Shape& shape = analysis_.At(base).shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const AxisSelection& selected = selection[static_cast<size_t>(axis)];
      const Subscript subscript{selected.subscript, base, axis, shape[axis]};
      if (selected.kind == AxisSelection::kOne) CheckPlace(subscript, guard);
      if (selected.kind == AxisSelection::kList) CheckList(subscript);
    }
  }

  void CheckPlace(const Subscript& subscript, int32_t guard) {
    Fact& fact = analysis_.At(subscript.node);
    // Even an element that is not needed is looked at, inside; here there is no inside.
    if (subscript.length == 0) return OutOfRange(subscript, 0, "");
    const auto range = integers_.RangeOf(subscript.node);
    if (!range) {
      if (!complaints_.full()) NotInteger(subscript.node, "an index");
      return;
    }
    const auto length = static_cast<double>(subscript.length);
    const bool from_end =
        range->constant() && range->low < 0 && range->low >= -length && fact.loops == 0;
    fact.proven = from_end || (range->low >= 0 && range->high < length);
    if (!fact.proven) Enumerate(subscript, guard);
  }

  /// A list of places: a vector parameter of integers, a list or arange.
  void CheckList(const Subscript& subscript) {
    const int32_t list = Underlying(tree_, analysis_, subscript.node);
    const Fact& fact = analysis_.At(list);
    std::optional<Integers::Range> range;
    if (tree_.At(list).kind == NodeKind::kName && fact.meaning.kind == SymbolKind::kParameter) {
      const auto& values = fact.meaning.parameter->values;
      const bool whole = std::all_of(values.begin(), values.end(),
                                     [](double value) { return std::floor(value) == value; });
      const auto [low, high] = std::minmax_element(values.begin(), values.end());
      if (whole) range = {*low, *high};
    } else if (fact.special != nullptr && fact.call == CallKind::kArange) {
      const double last = fact.first + fact.step * static_cast<double>(fact.shape[0] - 1);
      const bool whole = std::floor(fact.first) == fact.first && std::floor(fact.step) == fact.step;
      if (whole) range = {std::min(fact.first, last), std::max(fact.first, last)};
      if (whole && fact.shape[0] == 0) range = {0, -1};
    } else if (tree_.At(list).kind == NodeKind::kList) {
      range = RangeOfList(list);
    }
    if (!range) {
      return Add(
          subscript.node, Reason::kInvalidValue,
          absl::StrCat("a list of places must be integers: a vector parameter, [0, 2] or arange; ",
                       Text(subscript.node), " is not"));
    }
    analysis_.At(subscript.node).proven = true;
    if (range->low >= 0 && range->high < static_cast<double>(subscript.length)) return;
    if (range->low > range->high) return;
    const double bad = range->low < 0 ? range->low : range->high;
    OutOfRange(subscript, bad, "");
  }

  std::optional<Integers::Range> RangeOfList(int32_t list) {
    std::optional<Integers::Range> all;
    for (const int32_t child : tree_.Children(tree_.At(list))) {
      const auto range = integers_.RangeOf(child);
      if (!range) return std::nullopt;
      if (!all) all = range;
      all = {std::min(all->low, range->low), std::max(all->high, range->high)};
    }
    return all;
  }

  void Add(int32_t node, Reason reason, const std::string& what) {
    if (!complaints_.full()) Complain(complaints_, source_.text, tree_, node, reason, what);
  }

  void OutOfRange(const Subscript& subscript, double value, const std::string& turns) {
    const Shape& shape = analysis_.At(subscript.base).shape;
    Add(subscript.node, Reason::kIndexOutOfRange,
        shape.rank() == 1
            ? absl::StrFormat("index %.17g is outside %s, whose length is %d%s", value,
                              Text(subscript.base), subscript.length, turns)
            : absl::StrFormat("index %.17g is outside axis %d of %s, whose shape is %s%s", value,
                              subscript.axis, Text(subscript.base), shape.Text(), turns));
  }

  /// Goes through the turns of the loops around, as far as index and guards can see them.
  void Enumerate(const Subscript& subscript, int32_t guard) {
    uint32_t needed = analysis_.At(subscript.node).loops;
    for (int32_t g = guard; g >= 0; g = guards_[static_cast<size_t>(g)].outer) {
      needed |= analysis_.At(guards_[static_cast<size_t>(g)].condition).loops;
    }
    size_t depth = 0;
    while (depth < scope_.size() && (needed >> depth) != 0) ++depth;
    // Bounds of a loop may depend on loops further out only, so this prefix of the scope is closed.
    failed_ = false;
    Nest(0, depth, subscript, guard);
    if (!failed_ && integers_.out_of_steps()) {
      Add(subscript.node, Reason::kIndexOutOfRange,
          absl::StrFormat("cannot show that the index %s stays inside %s, whose shape is %s",
                          Text(subscript.node), Text(subscript.base),
                          analysis_.At(subscript.base).shape.Text()));
    }
  }

  void Nest(size_t level, size_t depth, const Subscript& subscript, int32_t guard) {
    if (failed_ || integers_.out_of_steps()) return;
    if (level == depth) return CheckTurn(subscript, guard);
    const int32_t g = scope_[level];
    const Generator& generator = tree_.generators[static_cast<size_t>(g)];
    double parts[3] = {0, 0, 1};
    for (int32_t i = 0; i < generator.arguments; ++i) {
      const auto value = integers_.ValueAt(Child(generator.first_argument + i), turn_);
      if (!value) return;
      parts[generator.arguments == 1 ? 1 : i] = *value;
    }
    const auto [start, stop, step] = parts;
    for (double at = start; step > 0 ? at < stop : at > stop; at += step) {
      turn_[static_cast<size_t>(g)] = at;
      Nest(level + 1, depth, subscript, guard);
      if (failed_ || integers_.out_of_steps()) return;
    }
  }

  void CheckTurn(const Subscript& subscript, int32_t guard) {
    for (int32_t g = guard; g >= 0; g = guards_[static_cast<size_t>(g)].outer) {
      const Guard& of = guards_[static_cast<size_t>(g)];
      const auto value = integers_.ValueAt(of.condition, turn_);
      if (value && (*value != 0) != of.holds) return;  // not needed at this turn
    }
    const auto value = integers_.ValueAt(subscript.node, turn_);
    if (!value || (*value >= 0 && *value < static_cast<double>(subscript.length))) return;
    failed_ = true;
    std::string turns;
    const uint32_t loops = analysis_.At(subscript.node).loops;
    for (size_t level = 0; level < scope_.size(); ++level) {
      if (((loops >> level) & 1U) == 0) continue;
      const Generator& generator = tree_.generators[static_cast<size_t>(scope_[level])];
      absl::StrAppend(
          &turns, turns.empty() ? " at " : ", ",
          source_.text.substr(generator.name_begin, generator.name_end - generator.name_begin),
          absl::StrFormat(" = %.17g", turn_[static_cast<size_t>(scope_[level])]));
    }
    OutOfRange(subscript, *value, turns);
  }

  const Source& source_;
  const Tree& tree_;
  Complaints& complaints_;
  Analysis& analysis_;
  Integers integers_;
  std::vector<Guard> guards_;
  std::vector<Step> stack_;
  std::vector<int32_t> scope_;  // generators around, outermost first
  std::vector<double> turn_;    // by generator
  bool failed_ = false;
};

}  // namespace

void CheckIndices(const Source& source, const Tree& tree, const Limits& limits,
                  Complaints& complaints, Analysis& analysis) {
  IndexChecker(source, tree, limits, complaints, analysis).Run();
}

}  // namespace thalweg::expression
