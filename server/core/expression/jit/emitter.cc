#include "server/core/expression/jit/emitter.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <map>

#include "server/core/expression/code.h"
#include "server/core/expression/kernels.h"
#include "server/core/expression/lowering.h"

namespace thalweg::expression {

using llvm::BasicBlock;

namespace {

constexpr int32_t kPoints = std::numeric_limits<int32_t>::max();  // the loop over points

}  // namespace

Emitter::Emitter(const Program& program, const Plan& plan, Points points, Instructions instructions,
                 llvm::Module& module)
    : program_(program),
      plan_(plan),
      points_(points == Points::kEight),
      instructions_(instructions),
      module_(module),
      b_(module.getContext()),
      real_(llvm::Type::getDoubleTy(module.getContext())),
      values_(program.ops.size()),
      arrays_(program.arrays.size(), nullptr),
      counters_(program.loops.size(), nullptr),
      twin_(program.ops.size(), -1),
      registers_(program.arrays.size()) {}

bool Emitter::CanTakePoints(const Program& program) {
  return std::all_of(
             program.ops.begin(), program.ops.end(),
             [](const Op& op) { return op.code <= Code::kScatterAt || op.code == Code::kClear; }) &&
         std::all_of(program.arrays.begin(), program.arrays.end(), [](const Array& array) {
           return array.kind == ArrayKind::kInput || array.kind == ArrayKind::kGradient ||
                  array.kind == ArrayKind::kParameter || array.kind == ArrayKind::kTemporary;
         });
}

bool Emitter::Run() {
  Prologue();
  if (points_) lanes_ = {kPoints, kPointsAtOnce, kPointsAtOnce};
  EmitRegion(0);
  if (full()) return false;
  if (points_) {
    b_.CreateAlignedStore(
        Number(program_.result, true),
        b_.CreateGEP(real_, function_->getArg(2), Int(16 * program_.arrays[kInputArray].length)),
        llvm::Align(64));
    b_.CreateRet(Real(0));
    return true;
  }
  StoreRegisters();
  b_.CreateRet(Number(program_.result, false));
  return true;
}

void Emitter::Prologue() {
  llvm::Type* const pointer = llvm::PointerType::getUnqual(module_.getContext());
  auto* const type = llvm::FunctionType::get(real_, {pointer, pointer, pointer}, false);
  function_ = llvm::Function::Create(type, llvm::Function::ExternalLinkage, "evaluate", module_);
  function_->setDoesNotThrow();
  function_->addFnAttr("prefer-vector-width", "512");
  function_->addFnAttr("min-legal-vector-width", "512");
  entry_ = BasicBlock::Create(module_.getContext(), "", function_);
  BasicBlock* const first = BasicBlock::Create(module_.getContext(), "", function_);
  b_.SetInsertPoint(entry_);
  if (points_) scratch_doubles_ = 16 * program_.arrays[kInputArray].length + kPointsAtOnce;
  const std::vector<bool> written = ChooseRegisters();
  for (size_t i = 0; i < program_.arrays.size(); ++i) {
    const Array& array = program_.arrays[i];
    arrays_[i] = WhereIs(array);
  }
  // Slots are put before this branch: allocations belong in the entry block.
  b_.CreateBr(first);
  b_.SetInsertPoint(first);
  for (size_t i = 0; i < arrays_.size(); ++i) {
    const bool output = IsOutput(program_.arrays[i].kind);
    if (!output || !registers_[i].empty() || (points_ && !written[i])) continue;
    const int64_t cells = program_.arrays[i].length;
    Clear(arrays_[i], points_ ? kPointsAtOnce * cells : cells, written[i]);
  }
}

/// An output that nothing is done to may be null.
void Emitter::Clear(llvm::Value* output, int64_t length, bool there) {
  BasicBlock* const after = BasicBlock::Create(module_.getContext(), "", function_);
  if (!there) {
    BasicBlock* const clear = BasicBlock::Create(module_.getContext(), "", function_);
    b_.CreateCondBr(b_.CreateIsNull(output), after, clear);
    b_.SetInsertPoint(clear);
  }
  b_.CreateMemSet(output, b_.getInt8(0), Int(length * 8), llvm::MaybeAlign(8));
  b_.CreateBr(after);
  b_.SetInsertPoint(after);
}

llvm::Value* Emitter::WhereIs(const Array& array) {
  llvm::Type* const pointer = llvm::PointerType::getUnqual(module_.getContext());
  const auto field = [&](size_t offset) {
    llvm::Value* const place =
        b_.CreateGEP(b_.getInt8Ty(), function_->getArg(0), Int(static_cast<int64_t>(offset)));
    return b_.CreateLoad(pointer, place);
  };
  const auto in_scratch = [&](int64_t offset) {
    return b_.CreateGEP(real_, function_->getArg(2), Int(offset));
  };
  if (points_ && array.kind == ArrayKind::kInput) return in_scratch(NativeCode::kPointsAt);
  if (points_ && array.kind == ArrayKind::kGradient) return in_scratch(8 * array.length);
  switch (array.kind) {
    case ArrayKind::kInput:
      return field(offsetof(Arguments, x));
    case ArrayKind::kGradient:
      return field(offsetof(Arguments, gradient));
    case ArrayKind::kDirection:
      return field(offsetof(Arguments, direction));
    case ArrayKind::kHessianVector:
      return field(offsetof(Arguments, hessian_vector));
    case ArrayKind::kResiduals:
      return field(offsetof(Arguments, residuals));
    case ArrayKind::kJacobian:
      return field(offsetof(Arguments, jacobian));
    case ArrayKind::kParameter:
      return b_.CreateLoad(pointer,
                           b_.CreateGEP(pointer, function_->getArg(1), Int(array.parameter)));
    case ArrayKind::kTemporary:
      break;
  }
  llvm::Value* const place = in_scratch(scratch_doubles_);
  scratch_doubles_ +=
      points_ ? kPointsAtOnce * array.length : (array.length + kLanes - 1) / kLanes * kLanes;
  return place;
}

/// An output is kept in registers where all that is done to it is to add to its cells, outside
/// loops or in loops of one turn. Returns to which arrays anything is done.
std::vector<bool> Emitter::ChooseRegisters() {
  constexpr int64_t kMost = 8;
  std::vector<bool> written(program_.arrays.size(), false);
  std::vector<bool> fit(program_.arrays.size(), false);
  for (size_t i = 0; i < fit.size(); ++i) {
    fit[i] = !points_ && IsOutput(program_.arrays[i].kind) && program_.arrays[i].length <= kMost;
  }
  for (const Op& op : program_.ops) {
    const bool whole = ActsOnWholeArray(op.code);
    if (op.code != Code::kLoad && op.code != Code::kGather && !IsEffect(op.code)) continue;
    const auto array =
        static_cast<size_t>(whole ? op.aux : program_.addresses[static_cast<size_t>(op.aux)].array);
    written[array] = written[array] || IsEffect(op.code);
    if (!fit[array]) continue;
    fit[array] = op.code == Code::kScatter;
    for (int32_t region = op.region; region != 0 && fit[array];
         region = program_.RegionAt(region).parent) {
      const int32_t loop = program_.RegionAt(region).loop;
      fit[array] = plan_.InLanes(loop) && plan_.KnownTurns(loop) == 1;
    }
  }
  for (size_t i = 0; i < fit.size(); ++i) {
    if (!fit[i] || !written[i]) continue;
    registers_[i].assign(static_cast<size_t>(program_.arrays[i].length), Real(0));
  }
  return written;
}

void Emitter::StoreRegisters() {
  for (size_t i = 0; i < registers_.size(); ++i) {
    for (size_t cell = 0; cell < registers_[i].size(); ++cell) {
      b_.CreateStore(registers_[i][cell],
                     b_.CreateGEP(real_, arrays_[i], Int(static_cast<int64_t>(cell))));
    }
  }
}

void Emitter::EmitRegion(int32_t region) {
  const auto& items = program_.RegionAt(region).items;
  emitted_ += items.size();
  // Sines and cosines of one argument.
  std::map<std::pair<int32_t, bool>, int32_t> known;
  for (const Item& item : items) {
    if (item.loop || program_.At(item.index).code != Code::kCall1) continue;
    const Op& op = program_.At(item.index);
    const auto kernel = RowOf(op).kernel1;
    if (kernel != Sin && kernel != Cos) continue;
    const bool sine = kernel == Sin;
    known[{op.a, sine}] = item.index;
    const auto other = known.find({op.a, !sine});
    if (other == known.end()) continue;
    twin_[static_cast<size_t>(item.index)] = other->second;
    twin_[static_cast<size_t>(other->second)] = item.index;
  }
  for (const Item& item : items) {
    if (!item.loop) values_[static_cast<size_t>(item.index)] = {};
  }
  for (const Item& item : items) {
    if (full()) break;  // what is there is thrown away
    item.loop ? EmitLoop(item.index) : EmitOp(item.index);
  }
}

// --- loops --------------------------------------------------------------------------------------

void Emitter::EmitLoop(int32_t loop) {
  if (points_) {
    EmitAcross(loop);
  } else if (lanes_.loop >= 0) {
    plan_.Across(loop, lanes_.loop) ? EmitAcross(loop) : EmitAlong(loop);
  } else {
    plan_.InLanes(loop) ? EmitInLanes(loop) : EmitTurnByTurn(loop);
  }
}

std::vector<const Accumulator*> Emitter::Read(int32_t loop) const {
  std::vector<const Accumulator*> read;
  for (const Accumulator& of : program_.LoopAt(loop).accumulators) {
    if (of.result >= 0) read.push_back(&of);
  }
  return read;
}

llvm::Value* Emitter::Turns(int32_t loop) {
  if (const int64_t known = plan_.KnownTurns(loop); known >= 0) return Int(known);
  llvm::Value* const count = Number(program_.LoopAt(loop).count, false);
  llvm::Value* const some = b_.CreateFCmpOGT(count, Real(0));
  return b_.CreateFPToSI(b_.CreateSelect(some, count, Real(0)), b_.getInt64Ty());
}

void Emitter::Repeat(llvm::Value* first, llvm::Value* last, bool at_least_once, Carried& carried,
                     const std::function<void(llvm::Value*, Carried&)>& body) {
  auto& context = module_.getContext();
  BasicBlock* const before = b_.GetInsertBlock();
  BasicBlock* const inside = BasicBlock::Create(context, "", function_);
  BasicBlock* const after = BasicBlock::Create(context, "", function_);
  if (at_least_once) {
    b_.CreateBr(inside);
  } else {
    b_.CreateCondBr(b_.CreateICmpSLT(first, last), inside, after);
  }
  b_.SetInsertPoint(inside);
  llvm::PHINode* const turn = b_.CreatePHI(b_.getInt64Ty(), 2);
  turn->addIncoming(first, before);
  std::vector<llvm::PHINode*> phis;
  Carried now;
  for (llvm::Value* const value : carried) {
    llvm::PHINode* const phi = b_.CreatePHI(value->getType(), 2);
    phi->addIncoming(value, before);
    phis.push_back(phi);
    now.push_back(phi);
  }
  body(turn, now);
  BasicBlock* const end = b_.GetInsertBlock();
  llvm::Value* const next = b_.CreateAdd(turn, Int(1));
  turn->addIncoming(next, end);
  for (size_t i = 0; i < phis.size(); ++i) phis[i]->addIncoming(now[i], end);
  b_.CreateCondBr(b_.CreateICmpSLT(next, last), inside, after);
  b_.SetInsertPoint(after);
  for (size_t i = 0; i < phis.size(); ++i) {
    if (at_least_once) {
      carried[i] = now[i];
      continue;
    }
    llvm::PHINode* const phi = b_.CreatePHI(carried[i]->getType(), 2);
    phi->addIncoming(carried[i], before);
    phi->addIncoming(now[i], end);
    carried[i] = phi;
  }
}

llvm::AllocaInst* Emitter::Slots(llvm::Type* type, unsigned count) {
  llvm::IRBuilder<> at_entry(entry_->getTerminator());
  auto* const slots = at_entry.CreateAlloca(llvm::ArrayType::get(type, count));
  slots->setAlignment(llvm::Align(64));
  return slots;
}

llvm::Value* Emitter::SlotAt(llvm::AllocaInst* slots, llvm::Value* index) {
  llvm::Type* const element =
      llvm::cast<llvm::ArrayType>(slots->getAllocatedType())->getElementType();
  return b_.CreateGEP(element, slots, index);
}

llvm::Value* Emitter::NeutralOf(Fold fold, unsigned width) {
  llvm::Constant* const one = Real(Neutral(fold));
  if (width == 1) return one;
  return llvm::ConstantVector::getSplat(llvm::ElementCount::getFixed(width), one);
}

/// Lanes -> number, as ((0+4)+(2+6)) + ((1+5)+(3+7)).
llvm::Value* Emitter::Combined(Fold fold, llvm::Value* lanes) {
  auto* type = llvm::dyn_cast<llvm::FixedVectorType>(lanes->getType());
  if (type == nullptr) return lanes;
  for (unsigned half = type->getNumElements() / 2; half > 0; half /= 2) {
    llvm::SmallVector<int, 8> low;
    llvm::SmallVector<int, 8> high;
    for (unsigned i = 0; i < half; ++i) {
      low.push_back(static_cast<int>(i));
      high.push_back(static_cast<int>(i + half));
    }
    if (half == 1) {
      return Folded(fold, Lane(lanes, 0), Lane(lanes, 1));
    }
    lanes = Folded(fold, b_.CreateShuffleVector(lanes, low), b_.CreateShuffleVector(lanes, high));
  }
  return lanes;
}

/// One turn after the other; the running result of lane k % 8 waits in memory.
void Emitter::EmitTurnByTurn(int32_t loop) {
  llvm::Value* const turns = Turns(loop);
  Carried running;
  const auto read = Read(loop);
  for (const Accumulator* const of : read) running.push_back(NeutralOf(of->fold, kLanes));
  EmitRest(loop, Int(0), turns, running);
  for (size_t i = 0; i < read.size(); ++i) {
    Set(read[i]->result, Combined(read[i]->fold, running[i]), false);
  }
}

/// Turns [first, turns) of a loop one by one, taking up running results and giving them back.
void Emitter::EmitRest(int32_t loop, llvm::Value* first, llvm::Value* turns, Carried& running) {
  const auto read = Read(loop);
  std::vector<llvm::AllocaInst*> slots;
  for (llvm::Value* const lanes : running) {
    slots.push_back(Slots(real_, kLanes));
    b_.CreateAlignedStore(lanes, slots.back(), llvm::Align(64));
  }
  Carried none;
  const int64_t known = plan_.KnownTurns(loop);
  const auto* const from = llvm::dyn_cast<llvm::ConstantInt>(first);
  const bool some = known > 0 && from != nullptr && from->getSExtValue() < known;
  Repeat(first, turns, some, none, [&](llvm::Value* turn, Carried&) {
    EmitTurns(loop, turn, 1, 1);
    llvm::Value* const lane = b_.CreateAnd(turn, Int(kLanes - 1));
    for (size_t i = 0; i < read.size(); ++i) {
      llvm::Value* const slot = SlotAt(slots[i], lane);
      llvm::Value* const sum = b_.CreateLoad(real_, slot);
      b_.CreateStore(Folded(read[i]->fold, sum, Number(read[i]->value, false)), slot);
    }
  });
  for (size_t i = 0; i < running.size(); ++i) {
    running[i] = b_.CreateAlignedLoad(LanesOf(kLanes), slots[i], llvm::Align(64));
  }
}

/// Emits the body for `width` turns from `first` on, of which `active` count; the values to fold.
Emitter::Carried Emitter::EmitTurns(int32_t loop, llvm::Value* first, unsigned width,
                                    unsigned active) {
  const Lanes outer = lanes_;
  lanes_ = width == 1 ? Lanes{} : Lanes{loop, width, active};
  counters_[static_cast<size_t>(loop)] = first;
  EmitRegion(program_.LoopAt(loop).body);
  for (size_t i = 0; families_ != nullptr && i < families_->size(); ++i) {
    EmitFamily((*families_)[i]);
  }
  Carried values;
  for (const Accumulator* const of : Read(loop)) values.push_back(Number(of->value, width > 1));
  lanes_ = outer;
  return values;
}

void Emitter::EmitInLanes(int32_t loop) {
  const auto read = Read(loop);
  const int64_t known = plan_.KnownTurns(loop);
  std::vector<Family> families = FamiliesOf(loop);
  // Few turns need no more lanes than this, and no loop.
  const bool few = known >= 0 && known < kLanes;
  const unsigned width =
      few ? std::bit_ceil(static_cast<unsigned>(std::max<int64_t>(known, 1))) : unsigned{kLanes};
  Carried running;
  for (const Accumulator* const of : read) running.push_back(NeutralOf(of->fold, width));
  llvm::Value* const turns = Turns(loop);
  llvm::Value* const groups = b_.CreateLShr(turns, Int(3));
  if (!few) EmitGroups(loop, groups, families, running);
  const auto rest = static_cast<unsigned>(known % kLanes);
  if (known < 0) {
    Flush(loop, families, b_.CreateSub(b_.CreateShl(groups, Int(3)), Int(kLanes)), kLanes);
    EmitRest(loop, b_.CreateShl(groups, Int(3)), turns, running);
  } else if (rest > 0) {
    EmitTail(loop, known - rest, rest, families, running);
  } else if (!few) {
    Flush(loop, families, Int(known - kLanes), kLanes);
  }
  for (size_t i = 0; i < read.size(); ++i) {
    Set(read[i]->result, Combined(read[i]->fold, running[i]), false);
  }
}

void Emitter::EmitGroups(int32_t loop, llvm::Value* groups, std::vector<Family>& families,
                         Carried& running) {
  const auto read = Read(loop);
  Carried carried = running;
  for (const Family& family : families) {
    carried.resize(carried.size() + family.ops.size(), NeutralOf(Fold::kSum, kLanes));
  }
  const auto keep = [&](const Carried& now) {
    size_t next = read.size();
    for (Family& family : families) {
      for (llvm::Value*& lanes : family.before) lanes = now[next++];
    }
  };
  const auto group = [&](llvm::Value* first, Carried& now) {
    keep(now);
    families_ = &families;
    const Carried values = EmitTurns(loop, first, kLanes, kLanes);
    families_ = nullptr;
    for (size_t i = 0; i < read.size(); ++i) now[i] = Folded(read[i]->fold, now[i], values[i]);
    size_t next = read.size();
    for (const Family& family : families) {
      for (llvm::Value* const lanes : family.now) now[next++] = lanes;
    }
  };
  const int64_t known = plan_.KnownTurns(loop) / kLanes;
  if (known == 1) {
    group(Int(0), carried);
  } else {
    Repeat(Int(0), groups, known > 0, carried,
           [&](llvm::Value* turn, Carried& now) { group(b_.CreateShl(turn, Int(3)), now); });
  }
  keep(carried);
  running.assign(carried.begin(), carried.begin() + static_cast<long>(running.size()));
}

/// The last turns, fewer than a group, from the known turn `first` on.
void Emitter::EmitTail(int32_t loop, int64_t first, unsigned rest, std::vector<Family>& families,
                       Carried& running) {
  const unsigned width = std::bit_ceil(rest);
  const bool carries = width > 1 && first > 0 &&
                       std::all_of(families.begin(), families.end(), [&](const Family& family) {
                         return family.ahead.front() <= rest;
                       });
  if (!carries && first > 0) Flush(loop, families, Int(first - kLanes), kLanes);
  for (Family& family : families) {
    for (llvm::Value*& lanes : family.before) {
      lanes = carries ? Piece(lanes, kLanes - width, width) : NeutralOf(Fold::kSum, width);
    }
  }
  if (width > 1) families_ = &families;
  const Carried values = EmitTurns(loop, Int(first), width, rest);
  families_ = nullptr;
  if (width > 1) {
    for (Family& family : families) family.before = family.now;
    Flush(loop, families, Int(first), rest);
  }
  FoldTail(loop, values, rest, running);
}

/// After a group of `active` turns from `first` on: adds what lies ahead of the cells stored.
void Emitter::Flush(int32_t loop, const std::vector<Family>& families, llvm::Value* first,
                    unsigned active) {
  counters_[static_cast<size_t>(loop)] = first;
  for (const Family& family : families) FlushFamily(family, active);
}

std::vector<Emitter::Family> Emitter::FamiliesOf(int32_t loop) {
  std::map<std::pair<int32_t, std::vector<std::pair<int32_t, int64_t>>>, Family> walks;
  for (const Item& item : program_.RegionAt(program_.LoopAt(loop).body).items) {
    if (item.loop || program_.At(item.index).code != Code::kScatter) continue;
    const Address& address = program_.addresses[static_cast<size_t>(program_.At(item.index).aux)];
    for (const auto& [index, step] : address.terms) {
      if (index != loop || step != 1) continue;
      Family& family = walks[{address.array, address.terms}];
      family.ops.push_back(item.index);
      family.ahead.push_back(address.base);
    }
  }
  std::vector<Family> families;
  for (auto& [walk, family] : walks) {
    // In falling order (see OrderScatters).
    const int64_t last = family.ahead.back();
    for (int64_t& base : family.ahead) base -= last;
    if (family.ops.size() < 2 || family.ahead.front() >= kLanes) continue;
    family.now.resize(family.ops.size());
    family.before.resize(family.ops.size(), NeutralOf(Fold::kSum, kLanes));
    families.push_back(std::move(family));
  }
  return families;
}

/// Folds the first `active` of the values into the running lanes, and neutral elements elsewhere.
void Emitter::FoldTail(int32_t loop, const Carried& values, unsigned active, Carried& running) {
  const auto read = Read(loop);
  for (size_t i = 0; i < read.size(); ++i) {
    auto* const type = llvm::dyn_cast<llvm::FixedVectorType>(running[i]->getType());
    llvm::Value* value = values[i];
    if (type != nullptr) {
      const unsigned wide = type->getNumElements();
      auto* const of = llvm::dyn_cast<llvm::FixedVectorType>(value->getType());
      if (of == nullptr) {
        value = b_.CreateInsertElement(NeutralOf(read[i]->fold, wide), value, uint64_t{0});
      } else {
        const unsigned width = of->getNumElements();
        llvm::SmallVector<int, 8> mask;
        for (unsigned lane = 0; lane < wide; ++lane) {
          mask.push_back(static_cast<int>(lane < active ? lane : width));
        }
        value = b_.CreateShuffleVector(value, NeutralOf(read[i]->fold, width), mask);
      }
    }
    running[i] = Folded(read[i]->fold, running[i], value);
  }
}

/// An inner loop under lanes, for one lane after the other.
void Emitter::EmitAlong(int32_t loop) {
  const Lanes lanes = lanes_;
  const auto outer = static_cast<size_t>(lanes.loop);
  llvm::Value* const first = counters_[outer];
  std::vector<std::pair<int32_t, Value>> saved;
  std::vector<llvm::AllocaInst*> inputs;
  for (const int32_t op : plan_.Inputs(loop)) {
    if (!ValueOf(op).lanes) continue;
    inputs.push_back(Slots(real_, lanes.width));
    b_.CreateAlignedStore(Number(op, true), inputs.back(), llvm::Align(64));
    saved.emplace_back(op, ValueOf(op));
  }
  const auto read = Read(loop);
  std::vector<llvm::AllocaInst*> results;
  for (size_t i = 0; i < read.size(); ++i) {
    results.push_back(Slots(real_, lanes.width));
    if (lanes.active < lanes.width) {
      b_.CreateAlignedStore(llvm::Constant::getNullValue(LanesOf(lanes.width)), results.back(),
                            llvm::Align(64));
    }
  }
  lanes_ = Lanes{};
  Carried none;
  Repeat(Int(0), Int(lanes.active), true, none, [&](llvm::Value* lane, Carried&) {
    for (size_t i = 0; i < saved.size(); ++i) {
      Set(saved[i].first, b_.CreateLoad(real_, SlotAt(inputs[i], lane)), false);
    }
    counters_[outer] = b_.CreateAdd(first, lane);
    EmitLoop(loop);
    for (size_t i = 0; i < read.size(); ++i) {
      b_.CreateStore(Number(read[i]->result, false), SlotAt(results[i], lane));
    }
  });
  lanes_ = lanes;
  counters_[outer] = first;
  for (const auto& [op, value] : saved) ValueOf(op) = value;
  for (size_t i = 0; i < read.size(); ++i) {
    Set(read[i]->result, b_.CreateAlignedLoad(LanesOf(lanes.width), results[i], llvm::Align(64)),
        true);
  }
}

/// An inner loop under lanes, for all lanes at once: every lane has eight running results.
void Emitter::EmitAcross(int32_t loop) {
  constexpr size_t kUnrolled = 80;  // operations; up to here there is no loop
  const auto read = Read(loop);
  const unsigned width = lanes_.width;
  const auto combine = [&](const std::vector<llvm::Value*>& of, Fold fold) {
    std::vector<llvm::Value*> running = of;
    for (size_t half = kLanes / 2; half > 0; half /= 2) {
      for (size_t l = 0; l < half; ++l) {
        if (running[l + half] != nullptr) {
          running[l] = Folded(fold, running[l], running[l + half]);
        }
      }
    }
    return running[0];
  };
  const int64_t known = plan_.KnownTurns(loop);
  const size_t operations = program_.RegionAt(program_.LoopAt(loop).body).items.size();
  if (known >= 0 && static_cast<size_t>(known) * (operations + read.size()) <= kUnrolled) {
    std::vector<std::vector<llvm::Value*>> running(read.size(),
                                                   std::vector<llvm::Value*>(kLanes, nullptr));
    for (size_t i = 0; i < read.size(); ++i) running[i][0] = NeutralOf(read[i]->fold, width);
    for (int64_t turn = 0; turn < known; ++turn) {
      counters_[static_cast<size_t>(loop)] = Int(turn);
      EmitRegion(program_.LoopAt(loop).body);
      for (size_t i = 0; i < read.size(); ++i) {
        llvm::Value*& sum = running[i][static_cast<size_t>(turn % kLanes)];
        llvm::Value* const before = turn < kLanes ? NeutralOf(read[i]->fold, width) : sum;
        sum = Folded(read[i]->fold, before, Number(read[i]->value, true));
      }
    }
    for (size_t i = 0; i < read.size(); ++i) {
      Set(read[i]->result, combine(running[i], read[i]->fold), true);
    }
    return;
  }
  std::vector<llvm::AllocaInst*> slots;
  for (const Accumulator* const of : read) {
    slots.push_back(Slots(LanesOf(width), kLanes));
    for (int64_t l = 0; l < kLanes; ++l) {
      b_.CreateStore(NeutralOf(of->fold, width), SlotAt(slots.back(), Int(l)));
    }
  }
  Carried none;
  Repeat(Int(0), Turns(loop), known > 0, none, [&](llvm::Value* turn, Carried&) {
    counters_[static_cast<size_t>(loop)] = turn;
    EmitRegion(program_.LoopAt(loop).body);
    llvm::Value* const lane = b_.CreateAnd(turn, Int(kLanes - 1));
    for (size_t i = 0; i < read.size(); ++i) {
      llvm::Value* const slot = SlotAt(slots[i], lane);
      llvm::Value* const sum = b_.CreateLoad(LanesOf(width), slot);
      b_.CreateStore(Folded(read[i]->fold, sum, Number(read[i]->value, true)), slot);
    }
  });
  for (size_t i = 0; i < read.size(); ++i) {
    std::vector<llvm::Value*> running;
    for (int64_t l = 0; l < kLanes; ++l) {
      running.push_back(b_.CreateLoad(LanesOf(width), SlotAt(slots[i], Int(l))));
    }
    Set(read[i]->result, combine(running, read[i]->fold), true);
  }
}

// --- operands -----------------------------------------------------------------------------------

llvm::Type* Emitter::LanesOf(unsigned width) {
  return width == 1 ? real_ : llvm::FixedVectorType::get(real_, width);
}

llvm::Value* Emitter::Spread(llvm::Value* one) {
  return lanes_.width == 1 ? one : b_.CreateVectorSplat(lanes_.width, one);
}

llvm::Value* Emitter::Number(int32_t op, bool lanes) {
  const Op& of = program_.At(op);
  if (of.code == Code::kConstant) {
    llvm::Constant* const one = Real(of.value);
    if (!lanes || lanes_.width == 1) return one;
    return llvm::ConstantVector::getSplat(llvm::ElementCount::getFixed(lanes_.width), one);
  }
  const Value& value = ValueOf(op);
  if (value.number == nullptr && value.truth == nullptr) {  // cut short: see full()
    return llvm::Constant::getNullValue(lanes ? LanesOf(lanes_.width) : real_);
  }
  if (value.number == nullptr) {
    // Not kept: the present block may be one that the next user does not pass.
    llvm::Type* const type = value.lanes ? LanesOf(lanes_.width) : real_;
    llvm::Value* const number = b_.CreateUIToFP(value.truth, type);
    return lanes && !value.lanes ? Spread(number) : number;
  }
  return lanes && !value.lanes ? Spread(value.number) : value.number;
}

llvm::Value* Emitter::Truth(int32_t op, bool lanes) {
  const Op& of = program_.At(op);
  if (of.code != Code::kConstant && ValueOf(op).truth != nullptr) {
    const Value& value = ValueOf(op);
    return lanes && !value.lanes ? Spread(value.truth) : value.truth;
  }
  llvm::Value* const number = Number(op, lanes);
  return b_.CreateFCmpUNE(number, llvm::Constant::getNullValue(number->getType()));
}

}  // namespace thalweg::expression
