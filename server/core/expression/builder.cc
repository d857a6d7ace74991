#include "server/core/expression/builder.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "server/core/expression/arithmetic.h"
#include "server/core/expression/functions.h"

namespace thalweg::expression {
namespace {

double Folded(Code code, int32_t aux, double a, double b, double c) {
  switch (code) {
#define THALWEG_CASE(name) \
  case Code::name:         \
    return Apply<Code::name>(a, b, c);
    THALWEG_ARITHMETIC_CODES(THALWEG_CASE)
#undef THALWEG_CASE
    case Code::kCall1:
      return Table()[static_cast<size_t>(aux)].kernel1(a);
    case Code::kCall2:
      return Table()[static_cast<size_t>(aux)].kernel2(a, b);
    default:
      assert(false);
      return 0;
  }
}

}  // namespace

int OperandCount(Code code) {
  switch (code) {
    case Code::kConstant:
    case Code::kCounter:
    case Code::kLoad:
    case Code::kResult:
    case Code::kClear:
      return 0;
    case Code::kSelect:
      return 3;
    case Code::kAdd:
    case Code::kSubtract:
    case Code::kMultiply:
    case Code::kDivide:
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
    case Code::kMaskedMultiply:
    case Code::kCall2:
    case Code::kScatterAt:
    case Code::kPrefixSums:
    case Code::kSuffixSums:
      return 2;
    default:
      return 1;
  }
}

size_t Builder::KeyHash::operator()(const Key& key) const {
  uint64_t hash = static_cast<uint64_t>(key.code) + 1;
  for (const int32_t part : {key.a, key.b, key.c, key.aux}) {
    hash = (hash ^ static_cast<uint32_t>(part)) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29U;
  }
  return static_cast<size_t>(hash);
}

int32_t Builder::Append(const Op& op) {
  const auto id = static_cast<int32_t>(program_.ops.size());
  program_.ops.push_back(op);
  program_.ops.back().origin = origin_;
  program_.ops.back().derivative = derivative_;
  if (op.code != Code::kConstant) {
    program_.regions[static_cast<size_t>(op.region)].items.push_back({false, id});
  }
  return id;
}

int32_t Builder::Deeper(int32_t region, int32_t other) const {
  return program_.RegionAt(region).depth >= program_.RegionAt(other).depth ? region : other;
}

int32_t Builder::Constant(double value) {
  const auto [place, added] = constants_.try_emplace(std::bit_cast<uint64_t>(value), -1);
  if (added) {
    Op op;
    op.value = value;
    place->second = Append(op);
  }
  return place->second;
}

/// Identities that hold for every double, NaN, infinities and the sign of zero included.
int32_t Builder::Simplified(Code code, int32_t a, int32_t b, int32_t c) {
  const auto is = [&](int32_t op, double value) {
    return IsConstant(op) &&
           std::bit_cast<uint64_t>(ConstantOf(op)) == std::bit_cast<uint64_t>(value);
  };
  switch (code) {
    case Code::kMultiply:
      if (is(a, 1)) return b;
      if (is(b, 1)) return a;
      if (is(a, -1)) return Emit(Code::kNegate, b);
      if (is(b, -1)) return Emit(Code::kNegate, a);
      return -1;
    case Code::kMaskedMultiply:
      if (is(b, 1)) return a;
      if (is(b, -1)) return Emit(Code::kNegate, a);
      return IsConstant(a) && ConstantOf(a) != 0 ? Emit(Code::kMultiply, a, b) : -1;
    case Code::kDivide:
      return is(b, 1) ? a : -1;
    case Code::kSubtract:
      return is(b, 0) ? a : -1;
    case Code::kAdd:
      return is(b, -0.0) ? a : (is(a, -0.0) ? b : -1);
    case Code::kSelect:
      if (IsConstant(a)) return ConstantOf(a) != 0 ? b : c;
      return b == c ? b : -1;
    default:
      return -1;
  }
}

int32_t Builder::Emit(Code code, int32_t a, int32_t b, int32_t c, int32_t aux) {
  const int operands = OperandCount(code);
  const bool foldable = IsArithmetic(code) && IsConstant(a) && (operands < 2 || IsConstant(b)) &&
                        (operands < 3 || IsConstant(c));
  if (foldable) {
    return Constant(Folded(code, aux, ConstantOf(a), operands < 2 ? 0 : ConstantOf(b),
                           operands < 3 ? 0 : ConstantOf(c)));
  }
  if (const int32_t simpler = Simplified(code, a, b, c); simpler >= 0) return simpler;
  // Addition and multiplication commute exactly; one spelling finds more twins.
  if ((code == Code::kAdd || code == Code::kMultiply) && a > b) std::swap(a, b);
  const auto [place, added] = known_.try_emplace(Key{code, a, b, c, aux}, -1);
  if (!added) return place->second;
  Op op{.code = code, .a = a, .b = b, .c = c, .aux = aux};
  op.region = program_.At(a).region;
  if (operands > 1) op.region = Deeper(op.region, program_.At(b).region);
  if (operands > 2) op.region = Deeper(op.region, program_.At(c).region);
  return place->second = Append(op);
}

int32_t Builder::Call(int32_t function, int32_t a, int32_t b) {
  const Function& row = Table()[static_cast<size_t>(function)];
  const bool calls = row.code == Code::kCall1 || row.code == Code::kCall2;
  return Emit(row.code, a, b, -1, calls ? function : -1);
}

int32_t Builder::Call(std::string_view name, int32_t a, int32_t b) {
  return Call(FindFunction(name), a, b);
}

int32_t Builder::Counter(int32_t loop) {
  Loop& of = program_.loops[static_cast<size_t>(loop)];
  if (of.counter < 0) {
    Op op{.code = Code::kCounter, .aux = loop, .region = of.body};
    of.counter = Append(op);
  }
  return program_.LoopAt(loop).counter;
}

int32_t Builder::AddressOf(const Address& address) {
  const auto [place, added] =
      address_ids_.try_emplace(address, static_cast<int32_t>(program_.addresses.size()));
  if (added) program_.addresses.push_back(address);
  return place->second;
}

int32_t Builder::Load(const Address& address) {
  const int32_t id = AddressOf(address);
  const auto [place, added] = known_.try_emplace(Key{Code::kLoad, -1, -1, -1, id}, -1);
  if (!added) return place->second;
  Op op{.code = Code::kLoad, .aux = id};
  op.region = program_.arrays[static_cast<size_t>(address.array)].home;
  for (const auto& [loop, unused] : address.terms) {
    op.region = Deeper(op.region, program_.LoopAt(loop).body);
  }
  return place->second = Append(op);
}

int32_t Builder::Gather(const Address& address, int32_t index) {
  const int32_t id = AddressOf(address);
  const auto [place, added] = known_.try_emplace(Key{Code::kGather, index, -1, -1, id}, -1);
  if (!added) return place->second;
  Op op{.code = Code::kGather, .a = index, .aux = id};
  op.region =
      Deeper(program_.arrays[static_cast<size_t>(address.array)].home, program_.At(index).region);
  return place->second = Append(op);
}

int32_t Builder::AddArray(const Array& array) {
  program_.arrays.push_back(array);
  return static_cast<int32_t>(program_.arrays.size()) - 1;
}

void Builder::Effect(int32_t region, Code code, int32_t a, int32_t b, int32_t aux) {
  Append(Op{.code = code, .a = a, .b = b, .aux = aux, .region = region});
}

int32_t Builder::OpenLoop(int32_t parent, int32_t count, int64_t most) {
  const auto loop = static_cast<int32_t>(program_.loops.size());
  const auto body = static_cast<int32_t>(program_.regions.size());
  Region region;
  region.parent = parent;
  region.depth = program_.RegionAt(parent).depth + 1;
  region.loop = loop;
  program_.regions.push_back(std::move(region));
  Loop made;
  made.body = body;
  made.count = count;
  made.most = std::max<int64_t>(most, 0);
  made.origin = origin_;
  program_.loops.push_back(std::move(made));
  return loop;
}

void Builder::CloseLoop(int32_t loop) {
  const int32_t parent = program_.RegionAt(program_.LoopAt(loop).body).parent;
  program_.regions[static_cast<size_t>(parent)].items.push_back({true, loop});
}

int32_t Builder::Accumulate(int32_t loop, Fold fold, int32_t value) {
  Loop& of = program_.loops[static_cast<size_t>(loop)];
  Op op{.code = Code::kResult, .b = static_cast<int32_t>(of.accumulators.size()), .aux = loop};
  op.region = program_.RegionAt(of.body).parent;
  const auto id = static_cast<int32_t>(program_.ops.size());
  program_.ops.push_back(op);
  program_.ops.back().origin = origin_;
  program_.ops.back().derivative = derivative_;
  of.accumulators.push_back({fold, value, id});
  return id;
}

}  // namespace thalweg::expression
