#include "server/core/expression/machine.h"

#include <algorithm>
#include <cstring>

#include "server/core/expression/arithmetic.h"
#include "server/core/expression/functions.h"
#include "server/core/expression/lowering.h"
#include "server/core/expression/whole_arrays.h"

namespace thalweg::expression {
namespace {

constexpr int64_t WholeLanes(int64_t turns) { return (turns + kLanes - 1) / kLanes * kLanes; }

/// `turns` is a multiple of kLanes; lanes past the last turn hold leftovers that nobody reads.
template <Code code>
void Elementwise(double* d, const double* a, const double* b, const double* c, int64_t turns) {
  for (int64_t first = 0; first < turns; first += kLanes) {
    double lanes[kLanes];
    for (int64_t l = 0; l < kLanes; ++l) {
      lanes[l] = Apply<code>(a[first + l], b[first + l], c[first + l]);
    }
    std::memcpy(d + first, lanes, sizeof lanes);
  }
}

double Folded(Fold fold, double a, double b) {
  switch (fold) {
    case Fold::kSum:
      return a + b;
    case Fold::kProduct:
      return a * b;
    case Fold::kMinimum:
      return Apply<Code::kMinimum>(a, b, 0);
    case Fold::kMaximum:
      return Apply<Code::kMaximum>(a, b, 0);
  }
  return a;
}

void FoldBlock(const FoldCode& fold, double* lanes, const double* values, int64_t turns) {
  if (fold.fold == Fold::kSum) {
    for (int64_t first = 0; first + kLanes <= turns; first += kLanes) {
      for (int64_t l = 0; l < kLanes; ++l) lanes[l] += values[first + l];
    }
    for (int64_t k = turns / kLanes * kLanes; k < turns; ++k) lanes[k % kLanes] += values[k];
    return;
  }
  for (int64_t k = 0; k < turns; ++k) {
    lanes[k % kLanes] = Folded(fold.fold, lanes[k % kLanes], values[k]);
  }
}

}  // namespace

Machine::Machine(const Program& program, const MachineCode& code)
    : program_(program),
      code_(code),
      storage_(static_cast<size_t>(code.memory + kLanes)),
      arrays_(program.arrays.size(), nullptr),
      counters_(program.loops.size(), 0) {
  const auto misaligned = reinterpret_cast<uintptr_t>(storage_.data()) % 64 / sizeof(double);
  memory_ = storage_.data() + (misaligned == 0 ? 0 : 8 - misaligned);
  for (const auto& [place, value] : code.numbers) memory_[place] = value;
  for (const auto& [place, value] : code.blocks) std::fill_n(memory_ + place, kBlock, value);
  for (size_t i = 0; i < program.arrays.size(); ++i) {
    if (program.arrays[i].kind != ArrayKind::kTemporary) continue;
    arrays_[i] = memory_ + code.array_places[i];
  }
}

double Machine::Run(const Arguments& arguments) {
  for (size_t i = 0; i < arrays_.size(); ++i) {
    const Array& array = program_.arrays[i];
    if (array.kind == ArrayKind::kTemporary) continue;
    arrays_[i] = WhereIs(program_, array, arguments);
    if (IsOutput(array.kind) && arrays_[i] != nullptr) std::fill_n(arrays_[i], array.length, 0.0);
  }
  RunNumbers(0, code_.top);
  return memory_[code_.result];
}

double* Machine::ArrayAt(const AddressCode& address) {
  int64_t offset = address.base;
  for (const auto& [loop, coefficient] : address.terms) {
    offset += coefficient * counters_[static_cast<size_t>(loop)];
  }
  return arrays_[static_cast<size_t>(address.array)] + offset;
}

// --- one number at a time -----------------------------------------------------------------------

void Machine::RunNumbers(int32_t begin, int32_t end) {
  double* const m = memory_;
  const Instruction* const last = code_.instructions.data() + end;
  for (const Instruction* at = code_.instructions.data() + begin; at != last; ++at) {
    const Instruction& i = *at;
    const auto address = [&](int32_t index) -> double& {
      return *ArrayAt(code_.addresses[static_cast<size_t>(index)]);
    };
    switch (i.code) {
#define THALWEG_CASE(name)                              \
  case static_cast<uint8_t>(Code::name):                \
    m[i.d] = Apply<Code::name>(m[i.a], m[i.b], m[i.c]); \
    break;
      THALWEG_ARITHMETIC_CODES(THALWEG_CASE)
#undef THALWEG_CASE
      case static_cast<uint8_t>(Code::kCall1):
        m[i.d] = Table()[static_cast<size_t>(i.c)].kernel1(m[i.a]);
        break;
      case static_cast<uint8_t>(Code::kCall2):
        m[i.d] = Table()[static_cast<size_t>(i.c)].kernel2(m[i.a], m[i.b]);
        break;
      case static_cast<uint8_t>(Code::kLoad):
        m[i.d] = address(i.c);
        break;
      case static_cast<uint8_t>(Code::kGather):
        m[i.d] = (&address(i.c))[static_cast<int64_t>(m[i.a])];
        break;
      case static_cast<uint8_t>(Code::kCounter):
        m[i.d] = static_cast<double>(counters_[static_cast<size_t>(i.c)]);
        break;
      case static_cast<uint8_t>(Code::kStore):
        address(i.d) = m[i.a];
        break;
      case static_cast<uint8_t>(Code::kScatter):
        address(i.d) += m[i.a];
        break;
      case static_cast<uint8_t>(Code::kScatterAt):
        (&address(i.d))[static_cast<int64_t>(m[i.a])] += m[i.b];
        break;
      case static_cast<uint8_t>(Code::kPrefixSums):
        PrefixSums(&address(i.d), m[i.a], m[i.b]);
        break;
      case static_cast<uint8_t>(Code::kSuffixSums):
        SuffixSums(&address(i.d), m[i.a], m[i.b]);
        break;
      case static_cast<uint8_t>(Code::kClear): {
        const auto array = static_cast<size_t>(i.d);
        std::fill_n(arrays_[array], program_.arrays[array].length, 0.0);
        break;
      }
      case static_cast<uint8_t>(Code::kExclusiveProducts):
        products_.resize(static_cast<size_t>(program_.arrays[static_cast<size_t>(i.d)].length));
        ExclusiveProducts(arrays_[static_cast<size_t>(i.d)], m[i.a],
                          program_.arrays[static_cast<size_t>(i.d)].length, products_.data());
        break;
      case static_cast<uint8_t>(Code::kExclusiveProductTangents):
        RunExclusiveProductTangents(program_.arrays[static_cast<size_t>(i.d)],
                                    arrays_[static_cast<size_t>(i.d)], m[i.a]);
        break;
      case kEnterLoop:
        RunLoop(code_.loops[static_cast<size_t>(i.d)]);
        break;
      default:
        break;
    }
  }
}

int64_t Machine::TurnsOf(int32_t loop) const {
  const double count = memory_[code_.loops[static_cast<size_t>(loop)].count];
  return count > 0 ? static_cast<int64_t>(count) : 0;
}

void Machine::SetUpFolds(const LoopCode& loop) {
  for (const FoldCode& fold : loop.folds) {
    std::fill_n(memory_ + fold.lanes, kLanes, Neutral(fold.fold));
  }
}

void Machine::Spread(const LoopCode& loop, int64_t turns) {
  const int64_t length = WholeLanes(std::min(turns, kBlock));
  for (const auto& [from, to] : loop.spread) std::fill_n(memory_ + to, length, memory_[from]);
}

void Machine::Combine(const LoopCode& loop) {
  for (const FoldCode& fold : loop.folds) {
    double* const lanes = memory_ + fold.lanes;
    for (int64_t half = kLanes / 2; half > 0; half /= 2) {
      for (int64_t l = 0; l < half; ++l) lanes[l] = Folded(fold.fold, lanes[l], lanes[l + half]);
    }
    memory_[fold.result] = lanes[0];
  }
}

void Machine::RunLoop(const LoopCode& loop) {
  const int64_t turns = TurnsOf(loop.loop);
  int64_t& counter = counters_[static_cast<size_t>(loop.loop)];
  SetUpFolds(loop);
  if (loop.blocks) {
    Spread(loop, turns);
    for (counter = 0; counter < turns; counter += kBlock) {
      const int64_t here = std::min(kBlock, turns - counter);
      RunBlocks(loop, here);
      for (const FoldCode& fold : loop.folds) {
        FoldBlock(fold, memory_ + fold.lanes, memory_ + fold.value, here);
      }
    }
  } else {
    for (counter = 0; counter < turns; ++counter) {
      RunNumbers(loop.begin, loop.end);
      for (const FoldCode& fold : loop.folds) {
        double& lane = memory_[fold.lanes + counter % kLanes];
        lane = Folded(fold.fold, lane, memory_[fold.value]);
      }
    }
  }
  Combine(loop);
}

void Machine::RunTurn(int32_t index, int64_t turn) {
  const LoopCode& loop = code_.loops[static_cast<size_t>(index)];
  counters_[static_cast<size_t>(index)] = turn;
  if (loop.blocks) {
    Spread(loop, 1);
    RunBlocks(loop, 1);
  } else {
    RunNumbers(loop.begin, loop.end);
  }
}

// --- innermost loops, a block of turns at a time ------------------------------------------------

void Machine::RunBlocks(const LoopCode& loop, int64_t turns) {
  double* const m = memory_;
  const int64_t whole = WholeLanes(turns);
  const int64_t first = counters_[static_cast<size_t>(loop.loop)];
  const Instruction* const last = code_.instructions.data() + loop.end;
  for (const Instruction* at = code_.instructions.data() + loop.begin; at != last; ++at) {
    const Instruction& i = *at;
    const auto address = [&](int32_t index) -> const AddressCode& {
      return code_.addresses[static_cast<size_t>(index)];
    };
    switch (i.code) {
#define THALWEG_CASE(name)                                              \
  case static_cast<uint8_t>(Code::name):                                \
    Elementwise<Code::name>(m + i.d, m + i.a, m + i.b, m + i.c, whole); \
    break;
      THALWEG_ARITHMETIC_CODES(THALWEG_CASE)
#undef THALWEG_CASE
      case static_cast<uint8_t>(Code::kCall1): {
        const auto kernel = Table()[static_cast<size_t>(i.c)].kernel1;
        for (int64_t k = 0; k < turns; ++k) m[i.d + k] = kernel(m[i.a + k]);
        break;
      }
      case static_cast<uint8_t>(Code::kCall2): {
        const auto kernel = Table()[static_cast<size_t>(i.c)].kernel2;
        for (int64_t k = 0; k < turns; ++k) m[i.d + k] = kernel(m[i.a + k], m[i.b + k]);
        break;
      }
      case static_cast<uint8_t>(Code::kLoad): {
        const double* const from = ArrayAt(address(i.c));
        const int64_t stride = address(i.c).stride;
        if (stride == 1) {
          std::memcpy(m + i.d, from, static_cast<size_t>(turns) * sizeof(double));
        } else {
          for (int64_t k = 0; k < turns; ++k) m[i.d + k] = from[k * stride];
        }
        break;
      }
      case static_cast<uint8_t>(Code::kGather): {
        const double* const from = ArrayAt(address(i.c));
        for (int64_t k = 0; k < turns; ++k) m[i.d + k] = from[static_cast<int64_t>(m[i.a + k])];
        break;
      }
      case static_cast<uint8_t>(Code::kCounter):
        for (int64_t k = 0; k < whole; ++k) m[i.d + k] = static_cast<double>(first + k);
        break;
      case static_cast<uint8_t>(Code::kStore): {
        double* const to = ArrayAt(address(i.d));
        const int64_t stride = address(i.d).stride;
        for (int64_t k = 0; k < turns; ++k) to[k * stride] = m[i.a + k];
        break;
      }
      case static_cast<uint8_t>(Code::kScatter): {
        double* const to = ArrayAt(address(i.d));
        const int64_t stride = address(i.d).stride;
        const double* const from = m + i.a;
        if (stride == 1) {
          for (int64_t k = 0; k < turns; ++k) to[k] += from[k];
        } else {
          for (int64_t k = 0; k < turns; ++k) to[k * stride] += from[k];
        }
        break;
      }
      case static_cast<uint8_t>(Code::kScatterAt): {
        double* const to = ArrayAt(address(i.d));
        for (int64_t k = 0; k < turns; ++k) to[static_cast<int64_t>(m[i.a + k])] += m[i.b + k];
        break;
      }
      default:
        break;
    }
  }
}

void Machine::RunExclusiveProductTangents(const Array& of, double* tangents, double count) {
  products_.resize(static_cast<size_t>(2 * of.length));
  const double* const values = arrays_[static_cast<size_t>(of.tangent_of)];
  ExclusiveProductTangents(tangents, values, count, of.length, products_.data());
}

}  // namespace thalweg::expression
