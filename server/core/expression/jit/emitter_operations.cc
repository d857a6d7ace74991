// Single operations: what `Apply` in arithmetic.h says, on numbers or on lanes.

#include "llvm/IR/Intrinsics.h"
#include "server/core/expression/jit/emitter.h"
#include "server/core/expression/jit/lane_kernels.h"
#include "server/core/expression/kernels.h"

namespace thalweg::expression {

void Emitter::EmitOp(int32_t index) {
  const Op& op = program_.At(index);
  switch (op.code) {
    case Code::kConstant:
    case Code::kResult:
      return;
    case Code::kCounter:
      return EmitCounter(op, index);
    case Code::kLoad:
      return EmitLoad(op, index);
    case Code::kGather:
      return EmitGather(op, index);
    case Code::kCall1:
    case Code::kCall2:
      return EmitCall(op, index);
    default:
      break;
  }
  if (IsEffect(op.code)) return EmitEffect(op);
  const bool lanes = Varies(op.a) || Varies(op.b) || Varies(op.c);
  ValueOf(index) = Arithmetic(op, lanes);
  ValueOf(index).lanes = lanes;
}

void Emitter::EmitCounter(const Op& op, int32_t index) {
  llvm::Value* const first = b_.CreateSIToFP(counters_[static_cast<size_t>(op.aux)], real_);
  if (op.aux != lanes_.loop) return Set(index, first, false);
  llvm::SmallVector<double, 8> turns;
  for (unsigned lane = 0; lane < lanes_.width; ++lane) turns.push_back(lane);
  llvm::Constant* const ahead =
      llvm::ConstantDataVector::get(module_.getContext(), llvm::ArrayRef<double>(turns));
  Set(index, b_.CreateFAdd(Spread(first), ahead), true);
}

void Emitter::EmitEffect(const Op& op) {
  switch (op.code) {
    case Code::kStore:
      return EmitStore(op);
    case Code::kScatter:
      return EmitScatter(op);
    case Code::kScatterAt:
      return EmitScatterAt(op);
    case Code::kPrefixSums:
    case Code::kSuffixSums:
      return EmitRunningSums(op);
    default:
      return EmitWholeArray(op);
  }
}

Emitter::Value Emitter::Arithmetic(const Op& op, bool lanes) {
  llvm::Value* const a = Number(op.a, lanes);
  const auto b = [&] { return Number(op.b, lanes); };
  const auto real = [&](double value) {
    return lanes ? llvm::ConstantVector::getSplat(llvm::ElementCount::getFixed(lanes_.width),
                                                  Real(value))
                 : Real(value);
  };
  const auto unary = [&](llvm::Intrinsic::ID id) -> Value {
    return {b_.CreateUnaryIntrinsic(id, a)};
  };
  switch (op.code) {
    case Code::kAdd:
      return {b_.CreateFAdd(a, b())};
    case Code::kSubtract:
      return {b_.CreateFSub(a, b())};
    case Code::kMultiply:
      return {b_.CreateFMul(a, b())};
    case Code::kDivide:
      return {b_.CreateFDiv(a, b())};
    case Code::kNegate:
      return {b_.CreateFNeg(a)};
    case Code::kDetach:
      return {a};
    case Code::kAbs:
      return unary(llvm::Intrinsic::fabs);
    case Code::kSqrt:
      return unary(llvm::Intrinsic::sqrt);
    case Code::kFloor:
      return unary(llvm::Intrinsic::floor);
    case Code::kCeil:
      return unary(llvm::Intrinsic::ceil);
    case Code::kRound:
      return unary(llvm::Intrinsic::nearbyint);
    case Code::kSign: {
      llvm::Value* const zero = real(0);
      llvm::Value* const below = b_.CreateSelect(
          b_.CreateFCmpOLT(a, zero), real(-1), b_.CreateSelect(b_.CreateFCmpOEQ(a, zero), zero, a));
      return {b_.CreateSelect(b_.CreateFCmpOGT(a, zero), real(1), below)};
    }
    case Code::kMinimum:
      return {Extreme(a, b(), /*greatest=*/false)};
    case Code::kMaximum:
      return {Extreme(a, b(), /*greatest=*/true)};
    case Code::kMaskedMultiply: {
      llvm::Value* const zero = real(0);
      llvm::Value* const product = b_.CreateFMul(a, b());
      return {b_.CreateSelect(b_.CreateFCmpOEQ(a, zero), zero, product)};
    }
    case Code::kFloorDivide:
    case Code::kModulo: {
      const auto kernel = op.code == Code::kModulo ? Modulo : FloorDivide;
      const auto* const place = reinterpret_cast<const void*>(kernel);
      if (!lanes) return {CallKernel(place, real_, {a, b()})};
      return {CallOneByOne(place, {a, b()})};
    }
    default:
      return Logic(op, lanes);
  }
}

/// Comparisons and what works on truths.
Emitter::Value Emitter::Logic(const Op& op, bool lanes) {
  const auto compare = [&](llvm::CmpInst::Predicate predicate) -> Value {
    return {nullptr, b_.CreateFCmp(predicate, Number(op.a, lanes), Number(op.b, lanes))};
  };
  switch (op.code) {
    case Code::kLess:
      return compare(llvm::CmpInst::FCMP_OLT);
    case Code::kLessEqual:
      return compare(llvm::CmpInst::FCMP_OLE);
    case Code::kEqual:
      return compare(llvm::CmpInst::FCMP_OEQ);
    case Code::kNotEqual:
      return compare(llvm::CmpInst::FCMP_UNE);
    case Code::kAnd:
      return {nullptr, b_.CreateAnd(Truth(op.a, lanes), Truth(op.b, lanes))};
    case Code::kOr:
      return {nullptr, b_.CreateOr(Truth(op.a, lanes), Truth(op.b, lanes))};
    case Code::kNot:
      return {nullptr, b_.CreateNot(Truth(op.a, lanes))};
    case Code::kSelect:
      return {b_.CreateSelect(Truth(op.a, lanes), Number(op.b, lanes), Number(op.c, lanes))};
    default:
      llvm_unreachable("an operation without machine code");
  }
}

/// a < b ? a : (a >= b ? b : a + b), and its mirror image.
llvm::Value* Emitter::Extreme(llvm::Value* a, llvm::Value* b, bool greatest) {
  llvm::Value* const first = greatest ? b_.CreateFCmpOGT(a, b) : b_.CreateFCmpOLT(a, b);
  llvm::Value* const second = greatest ? b_.CreateFCmpOLE(a, b) : b_.CreateFCmpOGE(a, b);
  return b_.CreateSelect(first, a, b_.CreateSelect(second, b, b_.CreateFAdd(a, b)));
}

llvm::Value* Emitter::Folded(Fold fold, llvm::Value* a, llvm::Value* b) {
  switch (fold) {
    case Fold::kSum:
      return b_.CreateFAdd(a, b);
    case Fold::kProduct:
      return b_.CreateFMul(a, b);
    case Fold::kMinimum:
      return Extreme(a, b, /*greatest=*/false);
    case Fold::kMaximum:
      return Extreme(a, b, /*greatest=*/true);
  }
  return a;
}

// --- calls --------------------------------------------------------------------------------------

void Emitter::EmitCall(const Op& op, int32_t index) {
  if (ValueOf(index).number != nullptr) return;  // its twin has made it
  if (EmitSinCos(op, index)) return;
  const Function& row = RowOf(op);
  const bool lanes = Varies(op.a) || Varies(op.b);
  std::vector<llvm::Value*> of = {Number(op.a, lanes)};
  if (op.code == Code::kCall2) of.push_back(Number(op.b, lanes));
  if (lanes) return Set(index, CallInLanes(row, of), true);
  const auto* const kernel = op.code == Code::kCall1 ? reinterpret_cast<const void*>(row.kernel1)
                                                     : reinterpret_cast<const void*>(row.kernel2);
  Set(index, CallKernel(kernel, real_, of), false);
}

llvm::Value* Emitter::Place(const void* address) {
  llvm::Value* const number = Int(static_cast<int64_t>(reinterpret_cast<uintptr_t>(address)));
  return b_.CreateIntToPtr(number, llvm::PointerType::getUnqual(module_.getContext()));
}

llvm::Value* Emitter::CallKernel(const void* kernel, llvm::Type* result,
                                 const std::vector<llvm::Value*>& of) {
  std::vector<llvm::Type*> types;
  for (const llvm::Value* const value : of) types.push_back(value->getType());
  auto* const type = llvm::FunctionType::get(result, types, false);
  llvm::CallInst* const call = b_.CreateCall(type, Place(kernel), of);
  call->setDoesNotThrow();
  return call;
}

/// `width` lanes from `first` on; past the end, zeros.
llvm::Value* Emitter::Piece(llvm::Value* lanes, unsigned first, unsigned width) {
  const unsigned all = llvm::cast<llvm::FixedVectorType>(lanes->getType())->getNumElements();
  if (first == 0 && width == all) return lanes;
  llvm::SmallVector<int, 8> mask;
  for (unsigned lane = first; lane < first + width; ++lane) {
    mask.push_back(static_cast<int>(std::min(lane, all)));
  }
  return b_.CreateShuffleVector(lanes, llvm::Constant::getNullValue(lanes->getType()), mask);
}

llvm::Value* Emitter::Joined(const std::vector<llvm::Value*>& pieces, unsigned width) {
  if (pieces.size() == 1) return Piece(pieces[0], 0, width);
  llvm::SmallVector<int, 8> mask;
  for (unsigned lane = 0; lane < width; ++lane) mask.push_back(static_cast<int>(lane));
  return b_.CreateShuffleVector(pieces[0], pieces[1], mask);
}

llvm::Value* Emitter::CallInLanes(const Function& row, const std::vector<llvm::Value*>& of) {
  const LaneKernel kernels = LaneKernelOf(row);
  const void* kernel = instructions_ == Instructions::kScalar ? nullptr : kernels.four;
  unsigned per_call = 4;
  if (instructions_ == Instructions::kAvx512 && lanes_.width == 8 && kernels.eight != nullptr) {
    kernel = kernels.eight;
    per_call = 8;
  }
  if (kernel == nullptr) {
    return CallOneByOne(row.arity == 1 ? reinterpret_cast<const void*>(row.kernel1)
                                       : reinterpret_cast<const void*>(row.kernel2),
                        of);
  }
  std::vector<llvm::Value*> pieces;
  for (unsigned first = 0; first < lanes_.width; first += per_call) {
    std::vector<llvm::Value*> part;
    for (llvm::Value* const value : of) part.push_back(Piece(value, first, per_call));
    pieces.push_back(CallKernel(kernel, LanesOf(per_call), part));
  }
  return Joined(pieces, lanes_.width);
}

llvm::Value* Emitter::CallOneByOne(const void* kernel, const std::vector<llvm::Value*>& of) {
  llvm::Value* all = llvm::Constant::getNullValue(of[0]->getType());
  for (unsigned lane = 0; lane < lanes_.active; ++lane) {
    std::vector<llvm::Value*> one;
    for (llvm::Value* const value : of) one.push_back(Lane(value, lane));
    all = b_.CreateInsertElement(all, CallKernel(kernel, real_, one), uint64_t{lane});
  }
  return all;
}

/// Where both sine and cosine of a number are wanted, one call makes them.
bool Emitter::EmitSinCos(const Op& op, int32_t index) {
  const int32_t twin = twin_[static_cast<size_t>(index)];
  if (twin < 0) return false;
  const bool sine = RowOf(op).kernel1 == Sin;
  const bool lanes = Varies(op.a);
  if (lanes && instructions_ == Instructions::kScalar) return false;
  llvm::Type* const none = llvm::Type::getVoidTy(module_.getContext());
  llvm::Value* const x = Number(op.a, lanes);
  llvm::Value* both[2] = {nullptr, nullptr};
  if (!lanes) {
    llvm::AllocaInst* const out = Slots(real_, 2);
    CallKernel(reinterpret_cast<const void*>(SinCos), none, {x, out});
    for (int64_t part = 0; part < 2; ++part) {
      both[part] = b_.CreateLoad(real_, SlotAt(out, Int(part)));
    }
  } else {
    const bool eight = instructions_ == Instructions::kAvx512 && lanes_.width == 8;
    const unsigned per_call = eight ? 8 : 4;
    const void* const kernel = eight ? SinCosLanes().eight : SinCosLanes().four;
    std::vector<llvm::Value*> pieces[2];
    for (unsigned first = 0; first < lanes_.width; first += per_call) {
      llvm::AllocaInst* const out = Slots(LanesOf(per_call), 2);
      CallKernel(kernel, none, {Piece(x, first, per_call), out});
      for (int64_t part = 0; part < 2; ++part) {
        pieces[part].push_back(b_.CreateLoad(LanesOf(per_call), SlotAt(out, Int(part))));
      }
    }
    for (int part = 0; part < 2; ++part) both[part] = Joined(pieces[part], lanes_.width);
  }
  Set(sine ? index : twin, both[0], lanes);
  Set(sine ? twin : index, both[1], lanes);
  return true;
}

}  // namespace thalweg::expression
