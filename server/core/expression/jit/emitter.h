#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "server/core/expression/functions.h"
#include "server/core/expression/jit/native.h"
#include "server/core/expression/jit/plan.h"
#include "server/core/expression/program.h"

namespace thalweg::expression {

/// Writes a scheduled program as one LLVM function:
///
///     double evaluate(const Arguments*, const double* const* parameters, double* scratch)
///
/// For eight points, every array but the parameters lies in `scratch`, eight numbers a cell; all
/// loops then run across (see Plan), for nothing that they count by depends on the point.
///
/// Temporaries live in `scratch`; outputs are cleared first, or kept in registers until the end.
/// emitter.cc has regions and loops, emitter_operations.cc single operations, emitter_memory.cc
/// loads and effects. Whatever the plan, every operation is rounded once, as `Apply` says, and
/// reductions and effects keep their order: the bits are the interpreter's.
class Emitter {
 public:
  Emitter(const Program& program, const Plan& plan, Points points, Instructions instructions,
          llvm::Module& module);
  /// Whether the program does only what can be done for eight points at once.
  static bool CanTakePoints(const Program& program);
  /// False where the plan would repeat bodies until the code is too long.
  bool Run();
  int64_t scratch_doubles() const { return scratch_doubles_; }

 private:
  /// What an operation gave: one number for all lanes, or one per lane. Comparisons give a truth,
  /// which becomes a number (1 or 0) when one is asked for.
  struct Value {
    llvm::Value* number = nullptr;
    llvm::Value* truth = nullptr;
    bool lanes = false;
  };
  /// The loop whose turns the lanes are, and how many of them count.
  struct Lanes {
    int32_t loop = -1;
    unsigned width = 1;
    unsigned active = 1;
  };
  using Carried = std::vector<llvm::Value*>;
  /// Scatters of one loop that walk over the same cells, such as those of x[i+1] and x[i]. Added
  /// one by one, each would wait for the other's stores; so the lanes of the last group are kept,
  /// shifted to the cells of the present group, and every cell is loaded and stored once.
  struct Family {
    std::vector<int32_t> ops;          ///< The first is ahead of all others.
    std::vector<int64_t> ahead;        ///< Of the last one, in cells.
    std::vector<llvm::Value*> before;  ///< The last group's lanes.
    std::vector<llvm::Value*> now;
  };

  // emitter.cc
  void Prologue();
  llvm::Value* WhereIs(const Array& array);
  std::vector<bool> ChooseRegisters();
  void Clear(llvm::Value* output, int64_t length, bool there);
  void StoreRegisters();
  void EmitRegion(int32_t region);
  void EmitLoop(int32_t loop);
  llvm::Value* Turns(int32_t loop);
  void EmitTurnByTurn(int32_t loop);
  void EmitInLanes(int32_t loop);
  void EmitGroups(int32_t loop, llvm::Value* groups, std::vector<Family>& families,
                  Carried& running);
  void EmitTail(int32_t loop, int64_t first, unsigned rest, std::vector<Family>& families,
                Carried& running);
  void Flush(int32_t loop, const std::vector<Family>& families, llvm::Value* first,
             unsigned active);
  Carried EmitTurns(int32_t loop, llvm::Value* first, unsigned width, unsigned active);
  std::vector<Family> FamiliesOf(int32_t loop);
  void FoldTail(int32_t loop, const Carried& values, unsigned active, Carried& running);
  void EmitRest(int32_t loop, llvm::Value* first, llvm::Value* turns, Carried& running);
  void EmitAlong(int32_t loop);
  void EmitAcross(int32_t loop);
  llvm::Value* Folded(Fold fold, llvm::Value* a, llvm::Value* b);
  llvm::Value* Combined(Fold fold, llvm::Value* lanes);
  llvm::Value* NeutralOf(Fold fold, unsigned width);
  std::vector<const Accumulator*> Read(int32_t loop) const;  ///< Accumulators somebody reads.
  /// Runs `body` for turn = first, first + 1, ..., last - 1; leaves the builder after the loop.
  void Repeat(llvm::Value* first, llvm::Value* last, bool at_least_once, Carried& carried,
              const std::function<void(llvm::Value* turn, Carried& carried)>& body);
  llvm::AllocaInst* Slots(llvm::Type* type, unsigned count);
  llvm::Value* SlotAt(llvm::AllocaInst* slots, llvm::Value* index);

  // emitter_operations.cc
  void EmitOp(int32_t index);
  void EmitCounter(const Op& op, int32_t index);
  void EmitEffect(const Op& op);
  Value Arithmetic(const Op& op, bool lanes);
  Value Logic(const Op& op, bool lanes);
  llvm::Value* Extreme(llvm::Value* a, llvm::Value* b, bool greatest);
  void EmitCall(const Op& op, int32_t index);
  bool EmitSinCos(const Op& op, int32_t index);
  llvm::Value* CallInLanes(const Function& row, const std::vector<llvm::Value*>& of);
  llvm::Value* CallOneByOne(const void* kernel, const std::vector<llvm::Value*>& of);
  llvm::Value* CallKernel(const void* kernel, llvm::Type* result,
                          const std::vector<llvm::Value*>& of);
  llvm::Value* Piece(llvm::Value* lanes, unsigned first, unsigned width);
  llvm::Value* Joined(const std::vector<llvm::Value*>& pieces, unsigned width);
  unsigned LanesPerCall() const { return instructions_ == Instructions::kAvx512 ? 8 : 4; }
  llvm::Value* Place(const void* address);
  void Set(int32_t op, llvm::Value* number, bool lanes) { ValueOf(op) = {number, nullptr, lanes}; }

  // emitter_memory.cc
  /// Where an address is at the present turn, or at the first of the lanes' turns; `step` is how
  /// far the next lane's is.
  llvm::Value* PointerTo(const Op& op, int64_t& step);
  bool IsOfPoints(const Op& op) const;
  llvm::Value* LoadLanes(llvm::Value* pointer);
  void StoreLanes(llvm::Value* pointer, llvm::Value* value);
  void EmitLoad(const Op& op, int32_t index);
  void EmitGather(const Op& op, int32_t index);
  void EmitStore(const Op& op);
  void EmitScatter(const Op& op);
  void EmitScatterAt(const Op& op);
  bool Delayed(const Op& op, llvm::Value* amount);
  void EmitFamily(Family& family);
  void FlushFamily(const Family& family, unsigned active);
  void EmitRunningSums(const Op& op);
  void EmitWholeArray(const Op& op);
  void AddTo(llvm::Value* pointer, llvm::Value* amount);
  llvm::Value** RegisterOf(const Op& op);
  llvm::Value* Lane(llvm::Value* lanes, unsigned lane) {
    return b_.CreateExtractElement(lanes, uint64_t{lane});
  }

  // Operands, as the present lanes need them.
  Value& ValueOf(int32_t op) { return values_[static_cast<size_t>(op)]; }
  bool Varies(int32_t op) { return op >= 0 && ValueOf(op).lanes; }
  llvm::Value* Number(int32_t op, bool lanes);
  llvm::Value* Truth(int32_t op, bool lanes);
  llvm::Value* Spread(llvm::Value* one);
  llvm::Type* LanesOf(unsigned width);
  llvm::Value* Int(int64_t value) { return b_.getInt64(static_cast<uint64_t>(value)); }
  llvm::Constant* Real(double value) { return llvm::ConstantFP::get(real_, value); }

  const Program& program_;
  const Plan& plan_;
  const bool points_;
  const Instructions instructions_;
  llvm::Module& module_;
  llvm::IRBuilder<> b_;
  llvm::Type* real_;
  llvm::Function* function_ = nullptr;
  llvm::BasicBlock* entry_ = nullptr;
  std::vector<Value> values_;           // by operation
  std::vector<llvm::Value*> arrays_;    // by array
  std::vector<llvm::Value*> counters_;  // by loop: its turn, or the first of the lanes' turns
  std::vector<int32_t> twin_;           // by operation: the cosine of a sine's argument and back
  /// Small outputs that only straight code adds to: their cells, until the end; by array.
  std::vector<std::vector<llvm::Value*>> registers_;
  Lanes lanes_;
  std::vector<Family>* families_ = nullptr;  // of the loop whose groups are being written
  bool full() const { return emitted_ > 2 * kMostNativeOperations; }
  size_t emitted_ = 0;  // operations, counted each time they are written
  int64_t scratch_doubles_ = 0;
};

}  // namespace thalweg::expression
