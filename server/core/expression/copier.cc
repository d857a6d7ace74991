#include "server/core/expression/copier.h"

#include <utility>

namespace thalweg::expression {

Copier::Copier(const Program& from, int64_t scratch_bytes, Builder& to)
    : from_(from),
      to_(to),
      array_copy_(from.arrays.size(), -1),
      spare_bytes_(scratch_bytes),
      copy_(from.ops.size(), -1),
      loop_copy_(from.loops.size(), -1),
      at_home_(from.regions.size()) {
  to_.program().parameters = from_.parameters;
  to_.program().named_parameters = from_.named_parameters;
  for (size_t i = 0; i < from_.arrays.size(); ++i) {
    const Array& array = from_.arrays[i];
    if (array.kind == ArrayKind::kTemporary) {
      at_home_[static_cast<size_t>(array.home)].push_back(i);
    } else {
      array_copy_[i] = to_.AddArray(array);
    }
  }
}

int32_t Copier::Copy(int32_t op) {
  if (op < 0) return -1;
  const Op& of = from_.At(op);
  if (of.code == Code::kConstant) return to_.Constant(of.value);
  return copy_[static_cast<size_t>(op)];
}

Address Copier::CopyAddress(int32_t address, const std::vector<int32_t>& arrays) const {
  Address made = from_.addresses[static_cast<size_t>(address)];
  made.array = arrays[static_cast<size_t>(made.array)];
  for (auto& [loop, unused] : made.terms) loop = loop_copy_[static_cast<size_t>(loop)];
  return made;
}

const Accumulator& Copier::AccumulatorOf(const Op& result) const {
  return from_.LoopAt(result.aux).accumulators[static_cast<size_t>(result.b)];
}

bool Copier::Writes(const Op& effect) const {
  const int32_t home = from_.arrays[ArrayIndex(effect)].home;
  return from_.RegionAt(home).depth >= kept_depth_;
}

int32_t Copier::AddTemporary(int64_t length, int32_t region) {
  spare_bytes_ -= length * static_cast<int64_t>(sizeof(double));
  // Out of memory: the program will be refused, but until then stays well formed.
  return to_.AddArray({.length = spare_bytes_ < 0 ? 1 : length, .home = region});
}

void Copier::CopyRegion(int32_t old_region, int32_t region) {
  for (const size_t array : at_home_[static_cast<size_t>(old_region)]) {
    array_copy_[array] = AddTemporary(from_.arrays[array].length, region);
    AfterTemporary(array, region);
  }
  for (const Item& item : from_.RegionAt(old_region).items) {
    if (to_.full()) return;
    if (item.loop) {
      CopyLoop(item.index, region);
    } else {
      WriteOp(item.index, region);
    }
  }
}

void Copier::WriteOp(int32_t index, int32_t region) {
  const Op& op = from_.At(index);
  to_.SetOrigin(op.origin, op.derivative);
  int32_t& made = copy_[static_cast<size_t>(index)];
  if (op.code == Code::kCounter) {
    made = to_.Counter(CopyOfLoop(op.aux));
  } else if (op.code == Code::kLoad) {
    made = to_.Load(CopyAddress(op.aux, array_copy_));
  } else if (op.code == Code::kGather) {
    made = to_.Gather(CopyAddress(op.aux, array_copy_), Copy(op.a));
  } else if (!IsEffect(op.code)) {
    made = to_.Emit(op.code, Copy(op.a), Copy(op.b), Copy(op.c), op.aux);
  } else if (Writes(op)) {
    const int32_t target = ActsOnWholeArray(op.code)
                               ? array_copy_[static_cast<size_t>(op.aux)]
                               : to_.AddressOf(CopyAddress(op.aux, array_copy_));
    to_.Effect(region, op.code, Copy(op.a), Copy(op.b), target);
  }
}

int32_t Copier::OpenCopy(int32_t old, int32_t region) {
  const Loop& of = from_.LoopAt(old);
  to_.SetOrigin(of.origin, /*derivative=*/false);
  const int32_t loop = to_.OpenLoop(region, Copy(of.count), of.most);
  loop_copy_[static_cast<size_t>(old)] = loop;
  CopyRegion(of.body, to_.BodyOf(loop));
  return loop;
}

int32_t Copier::OpenAgain(int32_t old, int32_t region) {
  const int32_t inside = from_.RegionAt(from_.LoopAt(old).body).depth;
  const int32_t before = std::exchange(kept_depth_, inside);
  const int32_t loop = OpenCopy(old, region);
  kept_depth_ = before;
  return loop;
}

void Copier::CopyLoop(int32_t old, int32_t region) {
  const int32_t loop = OpenCopy(old, region);
  for (const Accumulator& of : from_.LoopAt(old).accumulators) {
    if (of.result < 0) continue;  // nobody reads it
    const Op& result = from_.At(of.result);
    to_.SetOrigin(result.origin, result.derivative);
    copy_[static_cast<size_t>(of.result)] = to_.Accumulate(loop, of.fold, Copy(of.value));
  }
  AfterBody(old, loop);
  to_.CloseLoop(loop);
  AfterLoop(old, region);
}

}  // namespace thalweg::expression
