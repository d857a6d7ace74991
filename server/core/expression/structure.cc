// Which coordinates a value reads, which of them meet, and where the function is not smooth.

#include "server/core/expression/structure.h"

#include <algorithm>
#include <numeric>

#include "server/core/expression/order.h"

namespace thalweg::expression {
namespace {

constexpr int64_t kMostSteps = 10'000'000;  // some tens of milliseconds

/// Disjoint sets of coordinates (union by halving paths; Tarjan & van Leeuwen 1984).
class Sets {
 public:
  explicit Sets(int64_t n) : parent_(static_cast<size_t>(n)) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }
  int64_t Find(int64_t i) {
    while (At(i) != i) i = At(i) = At(At(i));
    return i;
  }
  void Join(int64_t i, int64_t j) {
    i = Find(i);
    j = Find(j);
    if (i < j) At(j) = i;
    if (j < i) At(i) = j;
  }

 private:
  int64_t& At(int64_t i) { return parent_[static_cast<size_t>(i)]; }
  std::vector<int64_t> parent_;
};

class StructureFinder {
 public:
  StructureFinder(const Program& program, const std::vector<int64_t>& offsets, int64_t n)
      : program_(program),
        offsets_(offsets),
        n_(n),
        order_(RunOrder(program)),
        degrees_(FindDegrees(program, order_)),
        stores_(program.arrays.size()),
        turn_(program.loops.size(), 0),
        bound_(program.loops.size(), false),
        sets_(n),
        walked_(program.ops.size(), 0) {}

  Structure Find() {
    for (const int32_t index : order_) {
      const Op& op = program_.At(index);
      if (!IsEffect(op.code)) continue;
      // Stores alone are followed; a value that is made by other effects has no groups.
      if (op.code != Code::kStore) {
        only_stores_ = false;
      } else {
        stores_[static_cast<size_t>(AddressOf(op).array)].push_back(index);
      }
    }
    structure_.degree = At(program_.result);
    FindKinks();
    FindUsed();
    FindGroups();
    return std::move(structure_);
  }

 private:
  Degree At(int32_t op) const { return degrees_[static_cast<size_t>(op)]; }
  bool Active(int32_t op) const { return op >= 0 && At(op) != Degree::kConstant; }
  const Address& AddressOf(const Op& op) const {
    return program_.addresses[static_cast<size_t>(op.aux)];
  }
  bool ReadsInput(const Op& op) const {
    return (op.code == Code::kLoad || op.code == Code::kGather) &&
           program_.ArrayOf(op).kind == ArrayKind::kInput;
  }

  // --- kinks and jumps ------------------------------------------------------------------------

  void FindKinks() {
    for (const int32_t index : order_) {
      const Op& op = program_.At(index);
      if (IsKink(op)) structure_.kinks.push_back(index);
    }
  }

  bool IsKink(const Op& op) const {
    switch (op.code) {
      case Code::kResult: {
        const auto& of = program_.LoopAt(op.aux).accumulators[static_cast<size_t>(op.b)];
        return of.fold >= Fold::kMinimum && Active(of.value);
      }
      case Code::kSelect:
        return Active(op.a);
      case Code::kAbs:
      case Code::kSign:
      case Code::kFloor:
      case Code::kCeil:
      case Code::kRound:
      case Code::kMinimum:
      case Code::kMaximum:
      case Code::kFloorDivide:
      case Code::kModulo:
      case Code::kLess:
      case Code::kLessEqual:
      case Code::kEqual:
      case Code::kNotEqual:
      case Code::kAnd:
      case Code::kOr:
      case Code::kNot:
        return Active(op.a) || Active(op.b);
      default:
        return false;
    }
  }

  // --- coordinates that are read --------------------------------------------------------------

  /// Calls `visit` with every coordinate that `op` may read while the counters of bound_ loops
  /// stay as they are in turn_; the others run through all their turns. False out of steps.
  template <typename Visit>
  bool Coordinates(int32_t index, Visit visit) {
    const Op& op = program_.At(index);
    const Address& address = AddressOf(op);
    if (op.code == Code::kGather) {
      const auto after = std::upper_bound(offsets_.begin(), offsets_.end(), address.base);
      const int64_t end = after == offsets_.end() ? n_ : *after;
      for (int64_t i = *std::prev(after); i < end; ++i) {
        if (--steps_ < 0) return false;
        visit(i);
      }
      return true;
    }
    std::vector<std::pair<int64_t, int64_t>> free;  // coefficient, turns
    int64_t base = address.base;
    for (const auto& [loop, coefficient] : address.terms) {
      if (bound_[static_cast<size_t>(loop)]) {
        base += coefficient * turn_[static_cast<size_t>(loop)];
      } else {
        free.emplace_back(coefficient, program_.LoopAt(loop).most);
        if (free.back().second <= 0) return true;
      }
    }
    std::vector<int64_t> at(free.size(), 0);
    while (true) {
      if (--steps_ < 0) return false;
      int64_t place = base;
      for (size_t k = 0; k < free.size(); ++k) place += free[k].first * at[k];
      if (place >= 0 && place < n_) visit(place);  // a bound on the turns is not their number
      size_t k = 0;
      while (k < free.size() && ++at[k] == free[k].second) at[k++] = 0;
      if (k == free.size()) return true;
    }
  }

  void FindUsed() {
    structure_.used.assign(static_cast<size_t>(n_), false);
    for (const int32_t index : order_) {
      if (!ReadsInput(program_.At(index))) continue;
      const bool known =
          Coordinates(index, [this](int64_t i) { structure_.used[static_cast<size_t>(i)] = true; });
      if (known) continue;
      structure_.used.assign(static_cast<size_t>(n_), true);
      return;
    }
  }

  // --- coordinates that meet ------------------------------------------------------------------

  /// Takes the sum apart into terms; coordinates meet only within a turn of a term.
  void FindGroups() {
    if (steps_ < 0 || !only_stores_) return;
    std::vector<bool> seen(program_.ops.size(), false);
    std::vector<int32_t> waiting = {program_.result};
    while (!waiting.empty()) {
      const int32_t index = waiting.back();
      waiting.pop_back();
      // What is linear is a sum of functions of single coordinates.
      if (At(index) <= Degree::kLinear || seen[static_cast<size_t>(index)]) continue;
      seen[static_cast<size_t>(index)] = true;
      const size_t before = waiting.size();
      PushSummands(program_.At(index), waiting);
      if (waiting.size() == before && !JoinTerm(index)) return;
    }
    NumberGroups();
  }

  void PushSummands(const Op& op, std::vector<int32_t>& waiting) const {
    switch (op.code) {
      case Code::kAdd:
      case Code::kSubtract:
        waiting.insert(waiting.end(), {op.a, op.b});
        return;
      case Code::kNegate:
        waiting.push_back(op.a);
        return;
      case Code::kMultiply:
      case Code::kMaskedMultiply:
        if (!Active(op.a)) waiting.push_back(op.b);
        if (!Active(op.b)) waiting.push_back(op.a);
        return;
      case Code::kDivide:
        if (!Active(op.b)) waiting.push_back(op.a);
        return;
      case Code::kSelect:
        if (!Active(op.a)) waiting.insert(waiting.end(), {op.b, op.c});
        return;
      case Code::kResult: {
        const auto& of = program_.LoopAt(op.aux).accumulators[static_cast<size_t>(op.b)];
        if (of.fold == Fold::kSum) waiting.push_back(of.value);
        return;
      }
      default:
        return;
    }
  }

  /// Loads of x that the value of `term` depends on.
  std::vector<int32_t> ReadsOf(int32_t term) {
    ++walk_;
    std::vector<int32_t> waiting = {term};
    std::vector<int32_t> reads;
    while (!waiting.empty()) {
      const int32_t index = waiting.back();
      waiting.pop_back();
      if (!Active(index) || walked_[static_cast<size_t>(index)] == walk_) continue;
      walked_[static_cast<size_t>(index)] = walk_;
      --steps_;
      const Op& op = program_.At(index);
      if (ReadsInput(op)) {
        reads.push_back(index);
      } else if (op.code == Code::kLoad || op.code == Code::kGather) {
        for (const int32_t store : stores_[static_cast<size_t>(AddressOf(op).array)]) {
          waiting.push_back(program_.At(store).a);
        }
      } else if (op.code == Code::kResult) {
        const Loop& loop = program_.LoopAt(op.aux);
        waiting.insert(waiting.end(),
                       {loop.accumulators[static_cast<size_t>(op.b)].value, loop.count});
      } else {
        waiting.insert(waiting.end(), {op.a, op.b, op.c});
      }
    }
    return reads;
  }

  bool JoinTerm(int32_t term) {
    const std::vector<int32_t> reads = ReadsOf(term);
    std::vector<int32_t> loops;  // around the term, and told apart by some read
    for (const int32_t loop : LoopsAround(program_, program_.At(term).region)) {
      const bool matters = std::any_of(reads.begin(), reads.end(), [&](int32_t read) {
        return Follows(read, [loop](int32_t of) { return of == loop; });
      });
      if (matters) loops.push_back(loop);
    }
    for (const int32_t loop : loops) {
      bound_[static_cast<size_t>(loop)] = true;
      turn_[static_cast<size_t>(loop)] = 0;
    }
    const bool known = JoinTurns(reads, loops);
    for (const int32_t loop : loops) bound_[static_cast<size_t>(loop)] = false;
    return known;
  }

  /// Whether the place that `read` reads moves with a loop that is `asked` for.
  template <typename Asked>
  bool Follows(int32_t read, Asked asked) const {
    const auto& terms = AddressOf(program_.At(read)).terms;
    return program_.At(read).code == Code::kLoad &&
           std::any_of(terms.begin(), terms.end(), [&](const auto& of) { return asked(of.first); });
  }

  bool JoinTurns(const std::vector<int32_t>& reads, const std::vector<int32_t>& loops) {
    if (std::any_of(loops.begin(), loops.end(),
                    [&](int32_t loop) { return program_.LoopAt(loop).most <= 0; })) {
      return true;
    }
    int64_t shared = -1;  // some coordinate that every turn reads
    std::vector<int32_t> own;
    for (const int32_t read : reads) {
      if (Follows(read, [this](int32_t of) { return bound_[static_cast<size_t>(of)]; })) {
        own.push_back(read);
      } else if (!Join(read, shared)) {
        return false;
      }
    }
    while (true) {
      int64_t meeting = shared;
      for (const int32_t read : own) {
        if (!Join(read, meeting)) return false;
      }
      size_t k = 0;
      while (k < loops.size()) {
        int64_t& turn = turn_[static_cast<size_t>(loops[k])];
        if (++turn < program_.LoopAt(loops[k]).most) break;
        turn = 0;
        ++k;
      }
      if (k == loops.size()) return true;
    }
  }

  bool Join(int32_t read, int64_t& meeting) {
    return Coordinates(read, [&](int64_t i) {
      if (meeting >= 0) sets_.Join(meeting, i);
      meeting = i;
    });
  }

  void NumberGroups() {
    structure_.group.assign(static_cast<size_t>(n_), -1);
    for (int64_t i = 0; i < n_; ++i) {
      if (!structure_.used[static_cast<size_t>(i)]) continue;
      int32_t& of_first = structure_.group[static_cast<size_t>(sets_.Find(i))];
      if (of_first < 0) of_first = structure_.groups++;
      structure_.group[static_cast<size_t>(i)] = of_first;
    }
  }

  const Program& program_;
  const std::vector<int64_t>& offsets_;
  const int64_t n_;
  const std::vector<int32_t> order_;
  const std::vector<Degree> degrees_;
  std::vector<std::vector<int32_t>> stores_;  // by array
  std::vector<int64_t> turn_;                 // by loop
  std::vector<bool> bound_;                   // by loop: its counter stays at turn_
  Sets sets_;
  bool only_stores_ = true;
  std::vector<int32_t> walked_;  // by operation: the last walk that met it
  int32_t walk_ = 0;
  int64_t steps_ = kMostSteps;
  Structure structure_;
};

}  // namespace

Structure FindStructure(const Program& value, const std::vector<int64_t>& offsets, int64_t n) {
  return StructureFinder(value, offsets, n).Find();
}

}  // namespace thalweg::expression
