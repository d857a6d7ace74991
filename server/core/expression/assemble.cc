#include <algorithm>

#include "server/core/expression/code.h"
#include "server/core/expression/effects.h"

namespace thalweg::expression {
namespace {

class Assembler {
 public:
  explicit Assembler(const Program& program) : program_(program) {}

  MachineCode Run() {
    code_.place_of_op.assign(program_.ops.size(), -1);
    block_of_.assign(program_.ops.size(), -1);
    code_.loops.resize(program_.loops.size());
    LayOutArrays();
    code_.addresses.resize(program_.addresses.size());
    for (size_t i = 0; i < program_.addresses.size(); ++i) {
      const Address& address = program_.addresses[i];
      code_.addresses[i] = {address.array, address.base, 0, address.terms};
    }
    // Places of numbers first: bodies refer to what is computed around them.
    GivePlaces(0);
    std::vector<int32_t> waiting = {0};
    for (size_t i = 0; i < waiting.size(); ++i) WriteRegion(waiting[i], waiting);
    code_.result = Number(program_.result);
    return std::move(code_);
  }

 private:
  int32_t Take(int64_t doubles) {
    const int64_t place = code_.memory;
    code_.memory += doubles;
    return static_cast<int32_t>(place);
  }
  int32_t TakeBlock() {
    code_.memory = (code_.memory + kLanes - 1) / kLanes * kLanes;
    return Take(kBlock);
  }

  void LayOutArrays() {
    for (const Array& array : program_.arrays) {
      const bool own = array.kind == ArrayKind::kTemporary;
      code_.array_places.push_back(own ? temporaries_ : -1);
      if (own) temporaries_ += (array.length + kLanes - 1) / kLanes * kLanes;
    }
  }

  bool RunsInBlocks(int32_t region) const {
    const auto& items = program_.RegionAt(region).items;
    return region != 0 &&
           std::none_of(items.begin(), items.end(), [](const Item& item) { return item.loop; }) &&
           !MustRunTurnByTurn(program_, region);
  }

  /// Gives every operation of the regions inside `root` its place.
  void GivePlaces(int32_t root) {
    std::vector<int32_t> waiting = {root};
    for (size_t i = 0; i < waiting.size(); ++i) {
      const bool blocks = RunsInBlocks(waiting[i]);
      for (const Item& item : program_.RegionAt(waiting[i]).items) {
        if (item.loop) {
          const Loop& loop = program_.LoopAt(item.index);
          for (const Accumulator& accumulator : loop.accumulators) {
            if (accumulator.result >= 0) Place(accumulator.result) = Take(1);
          }
          waiting.push_back(loop.body);
        } else if (!IsEffect(program_.At(item.index).code)) {
          Place(item.index) = blocks ? TakeBlock() : Take(1);
        }
      }
    }
  }
  int32_t& Place(int32_t op) { return code_.place_of_op[static_cast<size_t>(op)]; }

  /// Where a number is, for instructions that run once at a time.
  int32_t Number(int32_t op) {
    if (op < 0) return 0;
    const Op& of = program_.At(op);
    if (of.code == Code::kConstant && Place(op) < 0) {
      Place(op) = Take(1);
      code_.numbers.emplace_back(Place(op), of.value);
    }
    return Place(op);
  }

  /// Where a block is, for instructions of `region`, which runs in blocks.
  int32_t Block(int32_t op, int32_t region, LoopCode& loop) {
    if (op < 0) return 0;
    const Op& of = program_.At(op);
    int32_t& block = block_of_[static_cast<size_t>(op)];
    if (of.code == Code::kConstant) {
      if (block < 0) {
        block = TakeBlock();
        code_.blocks.emplace_back(block, of.value);
      }
      return block;
    }
    if (of.region == region) return Place(op);
    const int32_t from = Number(op);
    for (const auto& [number, spread] : loop.spread) {
      if (number == from && spread == block) return block;
    }
    block = TakeBlock();
    loop.spread.emplace_back(from, block);
    return block;
  }

  double TurnsOf(int32_t region) const {
    double turns = 1;
    while (region != 0) {
      turns *= static_cast<double>(program_.LoopAt(program_.RegionAt(region).loop).most);
      region = program_.RegionAt(region).parent;
    }
    return turns;
  }

  void WriteRegion(int32_t region, std::vector<int32_t>& waiting) {
    const bool blocks = RunsInBlocks(region);
    const int32_t index = program_.RegionAt(region).loop;
    LoopCode outside;
    LoopCode& loop = index < 0 ? outside : code_.loops[static_cast<size_t>(index)];
    loop.blocks = blocks;
    loop.loop = index;
    loop.begin = static_cast<int32_t>(code_.instructions.size());
    for (const Item& item : program_.RegionAt(region).items) {
      if (item.loop) {
        code_.instructions.push_back({.code = kEnterLoop, .d = item.index});
        waiting.push_back(program_.LoopAt(item.index).body);
      } else {
        WriteOp(item.index, region, blocks, loop);
      }
    }
    loop.end = static_cast<int32_t>(code_.instructions.size());
    if (index < 0) code_.top = loop.end;
    if (index >= 0) WriteFolds(program_.LoopAt(index), region, blocks, loop);
    CountOperations(region, index, loop);
  }

  void WriteFolds(const Loop& of, int32_t region, bool blocks, LoopCode& loop) {
    loop.count = Number(of.count);
    for (const Accumulator& accumulator : of.accumulators) {
      if (accumulator.result < 0) continue;
      const int32_t value =
          blocks ? Block(accumulator.value, region, loop) : Number(accumulator.value);
      code_.memory = (code_.memory + kLanes - 1) / kLanes * kLanes;
      loop.folds.push_back({accumulator.fold, value, Take(kLanes), Place(accumulator.result)});
    }
  }

  void CountOperations(int32_t region, int32_t index, const LoopCode& loop) {
    const double here =
        TurnsOf(region) * (loop.end - loop.begin + static_cast<double>(loop.folds.size()));
    code_.operations += here;
    if (index >= 0 && here > costliest_) {
      costliest_ = here;
      code_.costliest_loop = index;
    }
  }

  void WriteOp(int32_t index, int32_t region, bool blocks, LoopCode& loop) {
    const Op& op = program_.At(index);
    const auto place = [&](int32_t of) { return blocks ? Block(of, region, loop) : Number(of); };
    Instruction made{.code = static_cast<uint8_t>(op.code), .a = place(op.a), .b = place(op.b)};
    const bool addressed = op.code == Code::kLoad || op.code == Code::kGather ||
                           op.code == Code::kCall1 || op.code == Code::kCall2;
    made.d = IsEffect(op.code) ? op.aux : Place(index);
    made.c = addressed ? op.aux : place(op.c);
    if (op.code == Code::kCounter) made.c = op.aux;
    const bool moves =
        op.code == Code::kLoad || op.code == Code::kStore || op.code == Code::kScatter;
    if (IsRunningSum(op.code)) {
      code_.operations += TurnsOf(region) * program_.At(op.a).value;  // a constant
    }
    if (blocks && moves) SetStride(op.aux, loop.loop);
    code_.instructions.push_back(made);
  }

  /// An address with a term of an innermost loop is used in that loop only.
  void SetStride(int32_t address, int32_t loop) {
    AddressCode& of = code_.addresses[static_cast<size_t>(address)];
    for (const auto& [index, coefficient] : of.terms) {
      if (index == loop) of.stride = coefficient;
    }
  }

  const Program& program_;
  MachineCode code_;
  std::vector<int32_t> block_of_;  // latest block by operation
  int64_t temporaries_ = 0;
  double costliest_ = 0;
};

}  // namespace

MachineCode Assemble(const Program& program) {
  MachineCode code = Assembler(program).Run();
  // Temporaries lie after everything else.
  const int64_t first = (code.memory + kLanes - 1) / kLanes * kLanes;
  code.memory = first;
  for (size_t i = 0; i < code.array_places.size(); ++i) {
    if (code.array_places[i] < 0) continue;
    code.array_places[i] += first;
    code.memory = std::max(code.memory, code.array_places[i] + program.arrays[i].length);
  }
  code.memory += kBlock;  // blocks at an array's end are read whole
  return code;
}

}  // namespace thalweg::expression
