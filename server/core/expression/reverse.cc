#include "server/core/expression/reverse.h"

#include <algorithm>

#include "server/core/expression/activity.h"
#include "server/core/expression/chain.h"
#include "server/core/expression/functions.h"

namespace thalweg::expression {

Reverser::Reverser(const Program& from, int64_t scratch_bytes, Builder& to)
    : Copier(from, scratch_bytes, to),
      adjoint_(from.ops.size(), -1),
      active_(FindActive(from).ops),
      masked_(from.ops.size(), false),
      array_adjoint_(from.arrays.size(), -1),
      array_gained_(from.arrays.size(), false),
      stored_(from.loops.size()),
      touches_temporaries_(from.loops.size(), false) {
  FindMasked();
  FindStored();
}

// --- what must be known of each operation -------------------------------------------------------

/// May be a value that a selection drops, so that its adjoint may be an exact zero.
void Reverser::FindMasked() {
  std::vector<bool> array_masked(from_.arrays.size(), false);
  const auto mark = [&](int32_t of) {
    if (of >= 0) masked_[static_cast<size_t>(of)] = true;
  };
  for (size_t i = from_.ops.size(); i-- > 0;) {
    const Op& op = from_.ops[i];
    if (op.code == Code::kStore && array_masked[ArrayIndex(op)]) mark(op.a);
    if (op.code == Code::kResult && (masked_[i] || AccumulatorOf(op).fold >= Fold::kMinimum)) {
      mark(AccumulatorOf(op).value);
    }
    const bool chooses =
        op.code == Code::kSelect || op.code == Code::kMinimum || op.code == Code::kMaximum;
    if (op.code == Code::kMinimum || op.code == Code::kMaximum) mark(op.a);
    if (chooses || (masked_[i] && IsArithmetic(op.code))) {
      mark(op.b);
      mark(op.c);
    }
    if (!masked_[i]) continue;
    if (IsArithmetic(op.code) && op.code != Code::kSelect) mark(op.a);
    if (op.code == Code::kLoad || op.code == Code::kGather) array_masked[ArrayIndex(op)] = true;
  }
}

/// Which arrays each loop fills for the outside, and which loops have to do with temporaries.
void Reverser::FindStored() {
  for (const Op& op : from_.ops) {
    const bool writes = op.code == Code::kStore || IsRunningSum(op.code);
    if (!writes && op.code != Code::kLoad && op.code != Code::kGather) continue;
    const size_t array = ArrayIndex(op);
    if (from_.arrays[array].kind != ArrayKind::kTemporary) continue;
    bool outside = false;  // of the array's home, going outwards
    for (int32_t r = op.region; r != 0; r = from_.RegionAt(r).parent) {
      const auto loop = static_cast<size_t>(from_.RegionAt(r).loop);
      outside |= r == from_.arrays[array].home;
      touches_temporaries_[loop] = true;
      if (writes && !outside) stored_[loop].push_back(array);
    }
  }
}

void Reverser::AfterTemporary(size_t array, int32_t region) {
  if (row_region_ >= 0 && depth_ == 0) return;  // AdjointOf makes it
  array_adjoint_[array] = AddTemporary(from_.arrays[array].length, region);
  to_.Effect(region, Code::kClear, -1, -1, array_adjoint_[array]);
}

int32_t Reverser::AdjointOf(size_t array) {
  if (array_adjoint_[array] < 0) {
    array_adjoint_[array] = AddTemporary(from_.arrays[array].length, row_region_);
    to_.Effect(row_region_, Code::kClear, -1, -1, array_adjoint_[array]);
  }
  return array_adjoint_[array];
}

void Reverser::StartRow(int32_t region) {
  row_region_ = region;
  std::fill(adjoint_.begin(), adjoint_.end(), -1);
  std::fill(array_adjoint_.begin(), array_adjoint_.end(), -1);
  std::fill(array_gained_.begin(), array_gained_.end(), false);
}

// --- backwards ------------------------------------------------------------------------------

/// Adds to the adjoint of an operation. Those of a region further out are summed over the turns
/// of the loop and handed out when it ends.
void Reverser::Gain(int32_t op, int32_t amount) {
  if (op < 0 || amount < 0 || !active_[static_cast<size_t>(op)]) return;
  int32_t* adjoint = &adjoint_[static_cast<size_t>(op)];
  if (depth_ > 0 && from_.At(op).region != region_) {
    const auto [place, added] = foreign_.place.try_emplace(op, foreign_.entries.size());
    if (added) foreign_.entries.emplace_back(op, -1);
    adjoint = &foreign_.entries[place->second].second;
  }
  *adjoint = *adjoint < 0 ? amount : to_.Emit(Code::kAdd, *adjoint, amount);
}

void Reverser::Backward(int32_t old_region, int32_t region, int32_t except) {
  region_ = old_region;
  const auto& items = from_.RegionAt(old_region).items;
  for (size_t i = items.size(); i-- > 0 && !to_.full();) {
    if (items[i].loop) {
      if (items[i].index != except) BackwardLoop(items[i].index, region);
      region_ = old_region;
    } else {
      BackwardOp(items[i].index, region);
    }
  }
}

void Reverser::BackwardOp(int32_t index, int32_t region) {
  const Op& op = from_.At(index);
  to_.SetOrigin(op.origin, /*derivative=*/true);
  if (op.code == Code::kStore) {
    if (array_gained_[ArrayIndex(op)] && active_[static_cast<size_t>(op.a)]) {
      Gain(op.a, to_.Load(CopyAddress(op.aux, array_adjoint_)));
    }
    return;
  }
  if (IsRunningSum(op.code)) {
    if (!array_gained_[ArrayIndex(op)]) return;
    const bool prefix = op.code == Code::kPrefixSums;
    to_.Effect(region, prefix ? Code::kSuffixSums : Code::kPrefixSums, Copy(op.a), Copy(op.b),
               to_.AddressOf(CopyAddress(op.aux, array_adjoint_)));
    return;
  }
  const int32_t adjoint = adjoint_[static_cast<size_t>(index)];
  if (adjoint < 0) return;
  if (op.code == Code::kLoad || op.code == Code::kGather) {
    if (from_.ArrayOf(op).kind == ArrayKind::kInput) {
      AddToInput(op, adjoint, region);
      return;
    }
    AdjointOf(ArrayIndex(op));
    array_gained_[ArrayIndex(op)] = true;
    const int32_t address = to_.AddressOf(CopyAddress(op.aux, array_adjoint_));
    if (op.code == Code::kLoad) {
      to_.Effect(region, Code::kScatter, adjoint, -1, address);
    } else {
      to_.Effect(region, Code::kScatterAt, Copy(op.a), adjoint, address);
    }
  } else if (op.code == Code::kSelect) {
    const int32_t zero = to_.Constant(0);
    const int32_t condition = Copy(op.a);
    if (active_[static_cast<size_t>(op.b)]) {
      Gain(op.b, to_.Emit(Code::kSelect, condition, adjoint, zero));
    }
    if (active_[static_cast<size_t>(op.c)]) {
      Gain(op.c, to_.Emit(Code::kSelect, condition, zero, adjoint));
    }
  } else {
    const Function& row = RowOf(op);
    Chain chain(to_, Copy(op.a), Copy(op.b), Copy(index), adjoint,
                masked_[static_cast<size_t>(index)]);
    const auto active = [&](int32_t of) { return of >= 0 && active_[static_cast<size_t>(of)]; };
    if (active(op.a)) Gain(op.a, row.derivative(chain, 0));
    if (active(op.b)) Gain(op.b, row.derivative(chain, 1));
  }
}

void Reverser::BackwardLoop(int32_t old, int32_t region) {
  const Loop& of = from_.LoopAt(old);
  Seeds seeds;
  for (const Accumulator& accumulator : of.accumulators) {
    if (accumulator.result < 0) continue;  // nobody reads it
    const int32_t adjoint = adjoint_[static_cast<size_t>(accumulator.result)];
    if (adjoint >= 0) seeds.emplace_back(&accumulator, adjoint);
  }
  const auto& stored = stored_[static_cast<size_t>(old)];
  const bool stores =
      std::any_of(stored.begin(), stored.end(), [&](size_t array) { return array_gained_[array]; });
  if (seeds.empty() && !stores) return;
  const bool fused = !stores && Fuses(old, region, seeds);
  ++depth_;
  for (auto& [accumulator, seed] : seeds) Prepare(old, region, *accumulator, seed);
  const int32_t loop = fused ? CopyOfLoop(old) : OpenAgain(old, region);

  auto outer = std::exchange(foreign_, Foreign{});
  region_ = of.body;
  to_.SetOrigin(of.origin, /*derivative=*/true);
  for (const auto& [accumulator, seed] : seeds) {
    Gain(accumulator->value, SeedAtTurn(loop, *accumulator, seed));
  }
  Backward(of.body, to_.BodyOf(loop));
  to_.SetOrigin(of.origin, /*derivative=*/true);
  auto gained = std::exchange(foreign_, std::move(outer));
  for (auto& [op, amount] : gained.entries) amount = to_.Accumulate(loop, Fold::kSum, amount);
  if (!fused) to_.CloseLoop(loop);
  --depth_;
  region_ = from_.RegionAt(of.body).parent;
  for (const auto& [op, amount] : gained.entries) Gain(op, amount);
}

/// Whether the latest copy of a loop stands in `region`.
bool Reverser::RanIn(int32_t old, int32_t region) const {
  return to_.program().RegionAt(to_.BodyOf(CopyOfLoop(old))).parent == region;
}

/// Whether the turns can be reversed in the very loop that ran them forwards.
bool Reverser::Fuses(int32_t old, int32_t region, const Seeds& seeds) {
  if (!RanIn(old, region)) return false;
  // Each row's adjoints of temporaries are cleared after that loop.
  if (row_region_ >= 0 && touches_temporaries_[static_cast<size_t>(old)]) return false;
  return std::all_of(seeds.begin(), seeds.end(), [&](const auto& seed) {
    return seed.first->fold == Fold::kSum && KnownBeforeLoops(seed.second, region);
  });
}

/// What must be known of a whole product or extreme before its turns can be reversed. Turns the
/// seed of a minimum into its share per tie, and makes the products of all other factors.
void Reverser::Prepare(int32_t old, int32_t region, const Accumulator& accumulator, int32_t& seed) {
  if (accumulator.fold == Fold::kSum) return;
  const bool product = accumulator.fold == Fold::kProduct;
  // Factors are kept by the loop that multiplies them, if it ran in this region.
  const bool ran = product && RanIn(old, region);
  const int32_t loop = ran ? CopyOfLoop(old) : OpenAgain(old, region);
  to_.SetOrigin(from_.At(accumulator.result).origin, /*derivative=*/true);
  const int32_t value = Copy(accumulator.value);
  if (product) {
    others_ = AddTemporary(from_.LoopAt(old).most, region);
    to_.Counter(loop);
    to_.Effect(to_.BodyOf(loop), Code::kStore, value, -1, to_.AddressOf({others_, 0, {{loop, 1}}}));
    if (!ran) to_.CloseLoop(loop);
    to_.Effect(region, Code::kExclusiveProducts, Copy(from_.LoopAt(old).count), -1, others_);
    return;
  }
  const int32_t ties =
      to_.Accumulate(loop, Fold::kSum, to_.Emit(Code::kEqual, value, Copy(accumulator.result)));
  to_.CloseLoop(loop);
  seed = to_.Emit(Code::kDivide, seed, ties);
}

int32_t Reverser::SeedAtTurn(int32_t loop, const Accumulator& accumulator, int32_t seed) {
  if (accumulator.fold == Fold::kSum) return seed;
  if (accumulator.fold == Fold::kProduct) {
    const int32_t others = to_.Load({others_, 0, {{loop, 1}}});
    return to_.Emit(Code::kMaskedMultiply, seed, others);
  }
  const int32_t chosen = to_.Emit(Code::kEqual, Copy(accumulator.value), Copy(accumulator.result));
  return to_.Emit(Code::kSelect, chosen, seed, to_.Constant(0));
}

/// Whether `op` can be computed in `region` before any loop of that region has run.
bool Reverser::KnownBeforeLoops(int32_t op, int32_t region) {
  const Program& program = to_.program();
  for (size_t i = needs_loops_.size(); i < program.ops.size(); ++i) {
    const Op& of = program.ops[i];
    bool needs =
        of.code == Code::kResult || ((of.code == Code::kLoad || of.code == Code::kGather) &&
                                     program.ArrayOf(of).kind == ArrayKind::kTemporary);
    for (const int32_t operand : {of.a, of.b, of.c}) {
      if (of.code == Code::kResult || operand < 0) continue;
      needs |=
          program.At(operand).region == of.region && needs_loops_[static_cast<size_t>(operand)];
    }
    needs_loops_.push_back(needs);
  }
  return program.At(op).region != region || !needs_loops_[static_cast<size_t>(op)];
}

}  // namespace thalweg::expression
