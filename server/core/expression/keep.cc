// Which arrays are kept in memory. An array that is not kept is computed element by element inside
// the loops that use it: right for what is used once, in the order it is made in. An array that
// would be computed more than once per element is kept, if that costs more than reading it back.

#include <algorithm>

#include "server/core/expression/calls.h"

namespace thalweg::expression {
namespace {

// Rough prices of one element, in additions.
constexpr double kCheap = 1;
constexpr double kFunction = 10;
constexpr double kLoop = 1000;  // a reduction or product: a loop for each element
constexpr double kWorthKeeping = 4;
constexpr double kRepeats = 1000;    // turns of a loop whose length does not matter here
constexpr int32_t kMaxNesting = 32;  // computations inside one another that are not kept

class Planner {
 public:
  Planner(const Tree& tree, Analysis& analysis) : tree_(tree), analysis_(analysis) {
    const size_t count = tree.nodes.size();
    analysis_.kept.assign(count, false);
    analysis_.flat.assign(count, false);
    price_.assign(count, 0);
    nesting_.assign(count, 0);
    named_.assign(count, false);
    demands_.resize(count);
  }

  void Run() {
    const auto count = static_cast<int32_t>(tree_.nodes.size());
    for (int32_t i = 0; i < count; ++i) Price(i);
    for (int32_t i = count; i-- > 0;) Spread(i);
    for (int32_t i = 0; i < count; ++i) FindFlat(i);
  }

 private:
  /// How an array's elements are asked for: by which loops (owner), through which view, and how
  /// often, were the element to depend on its row, or on its place along the last axis.
  struct Demand {
    int32_t owner = -1;
    int32_t view = -1;
    bool several = false;
    double rows = 0;
    double last = 0;
  };

  const Fact& At(int32_t node) const { return analysis_.At(node); }
  size_t Of(int32_t node) const { return static_cast<size_t>(node); }
  bool Calls(int32_t node, CallKind kind) const {
    return tree_.At(node).kind == NodeKind::kCall && At(node).call == kind;
  }
  bool IsProduct(int32_t node) const {
    return tree_.At(node).kind == NodeKind::kMatMul || Calls(node, CallKind::kDot);
  }
  bool IsFold(int32_t node) const {
    return tree_.At(node).kind == NodeKind::kCall && IsReduction(At(node).call) && !IsProduct(node);
  }
  bool IsSoftmax(int32_t node) const {
    return Calls(node, CallKind::kSoftmax) || Calls(node, CallKind::kLogSoftmax);
  }
  std::span<const int32_t> Parts(int32_t node) const {
    const Node& of = tree_.At(node);
    return of.kind == NodeKind::kCall ? PositionalArguments(tree_, At(node), of)
                                      : tree_.Children(of);
  }

  // --- prices, bottom up ------------------------------------------------------------------------

  void Price(int32_t i) {
    const Node& node = tree_.At(i);
    const Fact& fact = At(i);
    if (node.kind == NodeKind::kName && fact.meaning.kind == SymbolKind::kLocal) {
      named_[Of(fact.meaning.index)] = true;
      if (!fact.array()) return;
      price_[Of(i)] = price_[Of(fact.meaning.index)];
      nesting_[Of(i)] = nesting_[Of(fact.meaning.index)];
      return;
    }
    if (!fact.array()) return;
    double price = OwnPrice(i);
    for (const int32_t part : Parts(i)) {
      price += price_[Of(part)];
      nesting_[Of(i)] = std::max(nesting_[Of(i)], nesting_[Of(part)]);
    }
    price_[Of(i)] = std::min(price, 1e6);
    const bool nests = price >= kLoop || Calls(i, CallKind::kDiag);
    const bool must = node.kind == NodeKind::kList || Calls(i, CallKind::kCumsum) ||
                      (IsSoftmax(i) && fact.shape.rank() == 2);
    if (nests) ++nesting_[Of(i)];
    if (must || (nesting_[Of(i)] > kMaxNesting && fact.loops == 0)) analysis_.kept[Of(i)] = true;
    if (analysis_.kept[Of(i)] && fact.loops == 0) nesting_[Of(i)] = 0;
    if (Calls(i, CallKind::kReshape) || Calls(i, CallKind::kRavel)) NeedInMemory(Parts(i)[0]);
  }

  double OwnPrice(int32_t i) const {
    const Node& node = tree_.At(i);
    switch (node.kind) {
      case NodeKind::kName:
      case NodeKind::kIndex:
      case NodeKind::kInline:
        return 0;
      case NodeKind::kMatMul:
        return kLoop;
      case NodeKind::kPower:
        return 3 * kCheap;
      case NodeKind::kCall:
        break;
      default:
        return kCheap;
    }
    if (IsProduct(i) || IsFold(i) || IsSoftmax(i)) return kLoop;
    switch (At(i).call) {
      case CallKind::kElementwise: {
        const Code code = Table()[static_cast<size_t>(At(i).function)].code;
        return code == Code::kCall1 || code == Code::kCall2 ? kFunction : kCheap;
      }
      case CallKind::kComposition:
        return kFunction;
      case CallKind::kTranspose:
      case CallKind::kReshape:
      case CallKind::kRavel:
        return 0;
      default:
        return kCheap;
    }
  }

  /// The rows of a matrix lie one after the other only in memory.
  void NeedInMemory(int32_t node) {
    const int32_t under = Underlying(tree_, analysis_, node);
    if (At(under).shape.rank() == 2 && tree_.At(under).kind != NodeKind::kName) {
      analysis_.kept[Of(under)] = true;
    }
  }

  // --- demands, top down ------------------------------------------------------------------------

  double Evaluations(const Demand& demand, const Shape& shape) const {
    double turns = 1;
    if (shape.rank() == 2 && shape[0] != 1) turns = std::max(turns, demand.rows);
    if (shape.rank() > 0 && shape[shape.rank() - 1] != 1) turns = std::max(turns, demand.last);
    return turns;
  }

  /// All elements, once, in their order.
  static Demand Natural(int32_t owner, const Shape& shape, double times = 1) {
    Demand made{owner, owner, false, times, times};
    if (shape.rank() == 2) made.rows = times * static_cast<double>(shape[0]);
    made.last = times * static_cast<double>(shape.size());
    return made;
  }

  void Ask(int32_t from, int32_t child, Demand demand) {
    if (!At(child).array()) return;
    if ((At(from).loops & ~At(child).loops) != 0) {
      demand.rows *= kRepeats;
      demand.last *= kRepeats;
    }
    Demand& known = demands_[Of(child)];
    if (known.owner < 0) {
      known = demand;
    } else if (known.owner == demand.owner && known.view == demand.view) {
      known.rows = std::max(known.rows, demand.rows);
      known.last = std::max(known.last, demand.last);
      known.several |= demand.several;
    } else {
      known.several = true;
      known.rows += demand.rows;
      known.last += demand.last;
    }
  }

  bool WorthKeeping(int32_t i, const Demand& demand) const {
    const double price = price_[Of(i)];
    const auto size = static_cast<double>(At(i).shape.size());
    const double turns = Evaluations(demand, At(i).shape);
    if (turns > size * 1.01 && price >= kWorthKeeping) return true;
    return demand.several && turns >= size && price >= (named_[Of(i)] ? kCheap : kWorthKeeping);
  }

  void Spread(int32_t i) {
    const Node& node = tree_.At(i);
    const Fact& fact = At(i);
    Demand demand = demands_[Of(i)];
    if (fact.array()) {
      if (demand.owner < 0) {
        analysis_.kept[Of(i)] = false;  // nobody uses it
        return;
      }
      const bool name = node.kind == NodeKind::kName || node.kind == NodeKind::kInline;
      if (!name && WorthKeeping(i, demand)) analysis_.kept[Of(i)] = true;
      if (analysis_.kept[Of(i)]) demand = Natural(i, fact.shape);
    } else {
      demand = {i, i, false, 1, 1};
    }
    if (node.kind == NodeKind::kName) {
      if (fact.meaning.kind == SymbolKind::kLocal) Ask(i, fact.meaning.index, demand);
    } else if (node.kind == NodeKind::kInline) {
      Ask(i, tree_.Children(node).back(), demand);
    } else if (node.kind == NodeKind::kIndex) {
      SpreadIndex(i, demand);
    } else if (IsProduct(i)) {
      SpreadProduct(i, demand);
    } else if (IsFold(i)) {
      SpreadFold(i, demand);
    } else if (node.kind == NodeKind::kCall) {
      SpreadCall(i, demand);
    } else if (node.kind == NodeKind::kList) {
      for (const int32_t part : Parts(i)) Ask(i, part, Natural(part, At(part).shape));
    } else {
      for (const int32_t part : Parts(i)) Ask(i, part, demand);
    }
  }

  void SpreadIndex(int32_t i, const Demand& demand) {
    const Fact& fact = At(i);
    if (fact.selection < 0) return;
    const int32_t base = tree_.Children(tree_.At(i))[0];
    const Selection& selection = analysis_.selections[static_cast<size_t>(fact.selection)];
    const auto along = [&](int axis) {
      const int of = selection[static_cast<size_t>(axis)].axis;
      if (of < 0) return 1.0;
      return fact.shape.rank() == 2 && of == 0 ? demand.rows : demand.last;
    };
    for (const AxisSelection& selected : selection) {
      if (selected.kind != AxisSelection::kList) continue;
      Ask(i, selected.subscript, Natural(i, At(selected.subscript).shape));
    }
    const int rank = At(base).shape.rank();
    Ask(i, base, {demand.owner, i, demand.several, rank == 2 ? along(0) : 1, along(rank - 1)});
  }

  void SpreadProduct(int32_t i, const Demand& demand) {
    const auto parts = Parts(i);
    const Shape& left = At(parts[0]).shape;
    const double turns = Evaluations(demand, At(i).shape);
    const double inner = turns * static_cast<double>(left[left.rank() - 1]);
    const double rows = At(parts[1]).shape.rank() == 2 ? demand.rows : demand.last;
    Ask(i, parts[0], {i, i, false, rows, inner});
    Ask(i, parts[1], {i, -2 - i, false, inner, inner});
  }

  void SpreadFold(int32_t i, const Demand& demand) {
    const Fact& fact = At(i);
    if (fact.call == CallKind::kLeastSquares) return SpreadSquares(i, demand);
    const int32_t child = Parts(i)[0];
    const Shape& shape = At(child).shape;
    const double turns = Evaluations(demand, fact.shape);
    Demand made = Natural(i, shape, turns);
    if (fact.axis != kAllAxes && shape.rank() == 2) {
      const double other = fact.shape.rank() == 2 && fact.axis == 1 ? demand.rows : demand.last;
      const double inner = turns * static_cast<double>(shape[fact.axis]);
      made = {i, i, false, fact.axis == 0 ? inner : other, fact.axis == 0 ? other : inner};
      if (fact.axis == 0) made.rows = std::max(made.rows, inner);
    }
    made.several = fact.call == CallKind::kVar || fact.call == CallKind::kStd ||
                   fact.call == CallKind::kLogSumExp;  // two passes
    if (made.several) {
      made.rows *= 2;
      made.last *= 2;
    }
    Ask(i, child, made);
  }

  /// Each argument has a loop of its own.
  void SpreadSquares(int32_t i, const Demand& demand) {
    const auto parts = Parts(i);
    const double turns = Evaluations(demand, At(i).shape);
    for (const int32_t part : parts) {
      Demand made = Natural(i, At(part).shape, turns);
      made.several = parts.size() > 1;
      Ask(i, part, made);
    }
  }

  void SpreadCall(int32_t i, const Demand& demand) {
    const auto parts = Parts(i);
    const double turns = Evaluations(demand, At(i).shape);
    switch (At(i).call) {
      case CallKind::kTranspose:
        if (At(i).shape.rank() < 2) return Ask(i, parts[0], demand);
        return Ask(i, parts[0], {demand.owner, i, demand.several, demand.last, demand.rows});
      case CallKind::kReshape:
      case CallKind::kRavel:
        return Ask(i, parts[0], {demand.owner, i, demand.several, turns, turns});
      case CallKind::kDiag:
        return Ask(i, parts[0], {demand.owner, i, demand.several, turns, turns});
      case CallKind::kOuter:
        Ask(i, parts[0], {demand.owner, i, demand.several, demand.rows, demand.rows});
        return Ask(i, parts[1], {demand.owner, -2 - i, demand.several, demand.last, demand.last});
      case CallKind::kSoftmax:
      case CallKind::kLogSoftmax:  // largest, sum, and the element itself
        return Ask(i, parts[0],
                   {demand.owner, demand.view, true, 3 * demand.rows, 3 * demand.last});
      case CallKind::kLength:
      case CallKind::kSize:
      case CallKind::kRank:
      case CallKind::kShape:
        return;
      default:
        for (const int32_t part : parts) Ask(i, part, demand);
    }
  }

  // --- matrices that one loop can go through ----------------------------------------------------

  bool Flat(int32_t i) const { return analysis_.kept[Of(i)] || analysis_.flat[Of(i)]; }

  void FindFlat(int32_t i) {
    const Node& node = tree_.At(i);
    const Fact& fact = At(i);
    if (fact.shape.rank() != 2) return;
    bool flat = false;
    switch (node.kind) {
      case NodeKind::kName:
        flat = fact.meaning.kind != SymbolKind::kLocal || Flat(fact.meaning.index);
        break;
      case NodeKind::kInline:
        flat = Flat(tree_.Children(node).back());
        break;
      case NodeKind::kIndex:
      case NodeKind::kMatMul:
      case NodeKind::kList:
        break;
      case NodeKind::kCall:
        flat = fact.call <= CallKind::kWhere
                   ? PartsFlat(i)
                   : fact.call == CallKind::kZeros || fact.call == CallKind::kOnes ||
                         fact.call == CallKind::kReshape;
        break;
      default:
        flat = PartsFlat(i);
        break;
    }
    analysis_.flat[Of(i)] = flat;
  }

  bool PartsFlat(int32_t i) const {
    const auto parts = Parts(i);
    return std::all_of(parts.begin(), parts.end(), [&](int32_t part) {
      return !At(part).array() || (At(part).shape == At(i).shape && Flat(part));
    });
  }

  const Tree& tree_;
  Analysis& analysis_;
  std::vector<double> price_;     // of one element
  std::vector<int32_t> nesting_;  // loops inside loops that are not kept
  std::vector<bool> named_;       // stands behind a name
  std::vector<Demand> demands_;
};

}  // namespace

void PlanKeeping(const Tree& tree, Analysis& analysis) { Planner(tree, analysis).Run(); }

}  // namespace thalweg::expression
