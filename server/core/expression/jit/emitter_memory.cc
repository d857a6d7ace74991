// Loads and effects. Of lanes, only the active ones touch memory.

#include <algorithm>

#include "server/core/expression/code.h"
#include "server/core/expression/jit/emitter.h"
#include "server/core/expression/whole_arrays.h"

namespace thalweg::expression {

llvm::Value* Emitter::PointerTo(const Op& op, int64_t& step) {
  const Address& address = program_.addresses[static_cast<size_t>(op.aux)];
  step = 0;
  llvm::Value* place = nullptr;
  for (const auto& [loop, coefficient] : address.terms) {
    if (coefficient == 0) continue;
    if (loop == lanes_.loop) step = coefficient;
    llvm::Value* const turn = counters_[static_cast<size_t>(loop)];
    llvm::Value* const term = coefficient == 1 ? turn : b_.CreateMul(turn, Int(coefficient));
    place = place == nullptr ? term : b_.CreateAdd(place, term);
  }
  llvm::Value* pointer = arrays_[static_cast<size_t>(address.array)];
  const bool of_points = IsOfPoints(op);
  if (of_points) step = 1;
  llvm::Type* const cell = of_points ? LanesOf(kPointsAtOnce) : real_;
  if (place != nullptr) pointer = b_.CreateGEP(cell, pointer, place);
  return address.base == 0 ? pointer : b_.CreateGEP(cell, pointer, Int(address.base));
}

/// Whether the array has a number for every point in each cell.
bool Emitter::IsOfPoints(const Op& op) const {
  return points_ && program_.ArrayOf(op).kind != ArrayKind::kParameter;
}

/// As few loads as whole powers of two: six lanes are four and two. (A masked load waits for
/// stores that this one takes its bytes from.)
llvm::Value* Emitter::LoadLanes(llvm::Value* pointer) {
  const unsigned width = lanes_.width;
  if (lanes_.active == width) {
    return b_.CreateAlignedLoad(LanesOf(width), pointer, llvm::Align(8));
  }
  llvm::Value* all = llvm::Constant::getNullValue(LanesOf(width));
  unsigned first = 0;
  for (unsigned part = width / 2; part > 0; part /= 2) {
    if ((lanes_.active & part) == 0) continue;
    llvm::Value* const from = b_.CreateGEP(real_, pointer, Int(first));
    llvm::Value* const piece = b_.CreateAlignedLoad(LanesOf(part), from, llvm::Align(8));
    if (part == 1) {
      all = b_.CreateInsertElement(all, piece, uint64_t{first});
    } else {
      llvm::SmallVector<int, 8> widen;
      llvm::SmallVector<int, 8> mask;
      for (unsigned lane = 0; lane < width; ++lane) {
        const bool here = lane >= first && lane < first + part;
        widen.push_back(lane < part ? static_cast<int>(lane) : -1);
        mask.push_back(static_cast<int>(here ? width + lane - first : lane));
      }
      all = b_.CreateShuffleVector(all, b_.CreateShuffleVector(piece, widen), mask);
    }
    first += part;
  }
  return all;
}

void Emitter::StoreLanes(llvm::Value* pointer, llvm::Value* value) {
  const unsigned width = lanes_.width;
  if (lanes_.active == width) {
    b_.CreateAlignedStore(value, pointer, llvm::Align(8));
    return;
  }
  unsigned first = 0;
  for (unsigned part = width / 2; part > 0; part /= 2) {
    if ((lanes_.active & part) == 0) continue;
    llvm::Value* const to = b_.CreateGEP(real_, pointer, Int(first));
    llvm::Value* const piece = part == 1 ? Lane(value, first) : Piece(value, first, part);
    b_.CreateAlignedStore(piece, to, llvm::Align(8));
    first += part;
  }
}

void Emitter::EmitLoad(const Op& op, int32_t index) {
  int64_t step = 0;
  llvm::Value* const pointer = PointerTo(op, step);
  if (step == 0) return Set(index, b_.CreateLoad(real_, pointer), false);
  if (step == 1) return Set(index, LoadLanes(pointer), true);
  llvm::Value* all = llvm::Constant::getNullValue(LanesOf(lanes_.width));
  for (unsigned lane = 0; lane < lanes_.active; ++lane) {
    llvm::Value* const from = b_.CreateGEP(real_, pointer, Int(step * lane));
    all = b_.CreateInsertElement(all, b_.CreateLoad(real_, from), uint64_t{lane});
  }
  Set(index, all, true);
}

void Emitter::EmitGather(const Op& op, int32_t index) {
  int64_t step = 0;
  llvm::Value* const pointer = PointerTo(op, step);
  if (IsOfPoints(op)) {
    llvm::Value* const place = b_.CreateFPToSI(Number(op.a, false), b_.getInt64Ty());
    return Set(index, LoadLanes(b_.CreateGEP(LanesOf(kPointsAtOnce), pointer, place)), true);
  }
  const auto load = [&](llvm::Value* number, unsigned lane) -> llvm::Value* {
    llvm::Value* const place = b_.CreateFPToSI(number, b_.getInt64Ty());
    llvm::Value* const from = b_.CreateGEP(real_, pointer, place);
    return b_.CreateLoad(real_, b_.CreateGEP(real_, from, Int(step * lane)));
  };
  if (!Varies(op.a) && step == 0) return Set(index, load(Number(op.a, false), 0), false);
  llvm::Value* const places = Number(op.a, true);
  llvm::Value* all = llvm::Constant::getNullValue(LanesOf(lanes_.width));
  for (unsigned lane = 0; lane < lanes_.active; ++lane) {
    all = b_.CreateInsertElement(all, load(Lane(places, lane), lane), uint64_t{lane});
  }
  Set(index, all, true);
}

void Emitter::EmitStore(const Op& op) {
  int64_t step = 0;
  llvm::Value* const pointer = PointerTo(op, step);
  if (lanes_.loop < 0) {
    b_.CreateStore(Number(op.a, false), pointer);
    return;
  }
  llvm::Value* const value = Number(op.a, true);
  if (step == 1) return StoreLanes(pointer, value);
  // The last turn's store stays, as it would turn by turn.
  for (unsigned lane = step == 0 ? lanes_.active - 1 : 0; lane < lanes_.active; ++lane) {
    b_.CreateStore(Lane(value, lane), b_.CreateGEP(real_, pointer, Int(step * lane)));
  }
}

void Emitter::AddTo(llvm::Value* pointer, llvm::Value* amount) {
  llvm::Value* const sum = b_.CreateFAdd(b_.CreateLoad(real_, pointer), amount);
  b_.CreateStore(sum, pointer);
}

/// The cell that `op` adds to, where it is kept in a register.
llvm::Value** Emitter::RegisterOf(const Op& op) {
  const Address& address = program_.addresses[static_cast<size_t>(op.aux)];
  auto& cells = registers_[static_cast<size_t>(address.array)];
  return cells.empty() ? nullptr : &cells[static_cast<size_t>(address.base)];
}

void Emitter::EmitScatter(const Op& op) {
  if (llvm::Value** const cell = RegisterOf(op)) {
    *cell = b_.CreateFAdd(*cell, Number(op.a, false));
    return;
  }
  int64_t step = 0;
  llvm::Value* const pointer = PointerTo(op, step);
  if (lanes_.loop < 0) return AddTo(pointer, Number(op.a, false));
  llvm::Value* const amount = Number(op.a, true);
  if (Delayed(op, amount)) return;
  if (step == 1) {
    llvm::Value* const before = LoadLanes(pointer);
    return StoreLanes(pointer, b_.CreateFAdd(before, amount));
  }
  for (unsigned lane = 0; lane < lanes_.active; ++lane) {
    AddTo(b_.CreateGEP(real_, pointer, Int(step * lane)), Lane(amount, lane));
  }
}

bool Emitter::Delayed(const Op& op, llvm::Value* amount) {
  const auto index = static_cast<int32_t>(&op - program_.ops.data());
  for (size_t i = 0; families_ != nullptr && i < families_->size(); ++i) {
    Family& family = (*families_)[i];
    const auto place = std::find(family.ops.begin(), family.ops.end(), index);
    if (place == family.ops.end()) continue;
    family.now[static_cast<size_t>(place - family.ops.begin())] = amount;
    return true;
  }
  return false;
}

/// Cells of the family's last member gain all their terms, in the order of the turns.
void Emitter::EmitFamily(Family& family) {
  const auto width = static_cast<int64_t>(lanes_.width);
  int64_t step = 0;
  llvm::Value* const pointer = PointerTo(program_.At(family.ops.back()), step);
  llvm::Value* sum = LoadLanes(pointer);
  for (size_t i = 0; i < family.ops.size(); ++i) {
    llvm::SmallVector<int, 8> shifted;
    for (int64_t lane = 0; lane < width; ++lane) {
      // What is further back than `before` reaches is zero, and so then is all of `before`.
      shifted.push_back(static_cast<int>(std::max<int64_t>(width + lane - family.ahead[i], 0)));
    }
    sum = b_.CreateFAdd(sum, b_.CreateShuffleVector(family.before[i], family.now[i], shifted));
  }
  StoreLanes(pointer, sum);
}

void Emitter::FlushFamily(const Family& family, unsigned active) {
  for (size_t i = 0; i < family.ops.size(); ++i) {
    int64_t step = 0;
    llvm::Value* const pointer = PointerTo(program_.At(family.ops[i]), step);
    for (int64_t lane = std::max<int64_t>(active - family.ahead[i], 0); lane < active; ++lane) {
      AddTo(b_.CreateGEP(real_, pointer, Int(lane)),
            Lane(family.before[i], static_cast<unsigned>(lane)));
    }
  }
}

void Emitter::EmitScatterAt(const Op& op) {
  int64_t step = 0;
  llvm::Value* const pointer = PointerTo(op, step);
  if (IsOfPoints(op)) {
    llvm::Value* const place = b_.CreateFPToSI(Number(op.a, false), b_.getInt64Ty());
    llvm::Value* const cell = b_.CreateGEP(LanesOf(kPointsAtOnce), pointer, place);
    return StoreLanes(cell, b_.CreateFAdd(LoadLanes(cell), Number(op.b, true)));
  }
  const auto add = [&](llvm::Value* number, llvm::Value* amount, unsigned lane) {
    llvm::Value* const place = b_.CreateFPToSI(number, b_.getInt64Ty());
    llvm::Value* const to = b_.CreateGEP(real_, pointer, place);
    AddTo(b_.CreateGEP(real_, to, Int(step * lane)), amount);
  };
  if (lanes_.loop < 0) return add(Number(op.a, false), Number(op.b, false), 0);
  llvm::Value* const places = Number(op.a, true);
  llvm::Value* const amounts = Number(op.b, true);
  for (unsigned lane = 0; lane < lanes_.active; ++lane) {
    add(Lane(places, lane), Lane(amounts, lane), lane);
  }
}

/// Never in lanes: the plan runs loops around them turn by turn.
void Emitter::EmitRunningSums(const Op& op) {
  int64_t step = 0;
  llvm::Value* const first = PointerTo(op, step);
  const auto kernel = op.code == Code::kPrefixSums ? PrefixSums : SuffixSums;
  CallKernel(reinterpret_cast<const void*>(kernel), llvm::Type::getVoidTy(module_.getContext()),
             {first, Number(op.a, false), Number(op.b, false)});
}

void Emitter::EmitWholeArray(const Op& op) {
  const auto array = static_cast<size_t>(op.aux);
  const int64_t length = program_.arrays[array].length;
  llvm::Value* const place = arrays_[array];
  if (op.code == Code::kClear) {
    const int64_t doubles = points_ ? kPointsAtOnce * length : length;
    b_.CreateMemSet(place, b_.getInt8(0), Int(doubles * 8), llvm::MaybeAlign(8));
    return;
  }
  // Scratch of its own, after the temporaries.
  llvm::Value* const scratch = b_.CreateGEP(real_, function_->getArg(2), Int(scratch_doubles_));
  llvm::Type* const none = llvm::Type::getVoidTy(module_.getContext());
  llvm::Value* const count = Number(op.a, false);
  if (op.code == Code::kExclusiveProducts) {
    scratch_doubles_ += length;
    CallKernel(reinterpret_cast<const void*>(ExclusiveProducts), none,
               {place, count, Int(length), scratch});
  } else {
    scratch_doubles_ += 2 * length;
    const auto values = static_cast<size_t>(program_.arrays[array].tangent_of);
    CallKernel(reinterpret_cast<const void*>(ExclusiveProductTangents), none,
               {place, arrays_[values], count, Int(length), scratch});
  }
}

}  // namespace thalweg::expression
