#include "server/core/expression/schedule.h"

#include <utility>

#include "server/core/expression/effects.h"

namespace thalweg::expression {
namespace {

class Scheduler {
 public:
  explicit Scheduler(Program& program)
      : program_(program),
        op_needed_(program.ops.size(), false),
        op_placed_(program.ops.size(), false),
        loop_needed_(program.loops.size(), false),
        loop_placed_(program.loops.size(), false),
        array_needed_(program.arrays.size(), false),
        effects_(program.arrays.size()) {}

  void Run() {
    FindNeeded();
    for (size_t region = 0; region < program_.regions.size(); ++region) {
      const int32_t loop = program_.regions[region].loop;
      if (loop >= 0 && !loop_needed_[static_cast<size_t>(loop)]) continue;
      Order(static_cast<int32_t>(region));
      if (loop >= 0) OrderScatters(program_, program_.regions[region]);
    }
    // Accumulators nobody reads are marked rather than removed: results refer to them by number.
    for (Loop& loop : program_.loops) {
      for (Accumulator& accumulator : loop.accumulators) {
        if (!op_needed_[static_cast<size_t>(accumulator.result)]) accumulator.result = -1;
      }
    }
  }

 private:
  // --- what is needed -------------------------------------------------------------------------

  void FindNeeded() {
    for (size_t i = 0; i < program_.ops.size(); ++i) {
      const Op& op = program_.ops[i];
      if (IsEffect(op.code)) effects_[Target(op)].push_back(static_cast<int32_t>(i));
    }
    NeedOp(program_.result);
    for (size_t i = 0; i < program_.arrays.size(); ++i) {
      if (IsOutput(program_.arrays[i].kind)) NeedArray(i);
    }
    while (!waiting_.empty()) {
      const int32_t op = waiting_.back();
      waiting_.pop_back();
      NeedOperands(program_.At(op));
    }
  }

  size_t Target(const Op& op) const { return static_cast<size_t>(program_.ArrayIndex(op)); }

  void NeedOp(int32_t op) {
    if (op < 0 || op_needed_[static_cast<size_t>(op)]) return;
    op_needed_[static_cast<size_t>(op)] = true;
    waiting_.push_back(op);
  }

  void NeedOperands(const Op& op) {
    if (op.code == Code::kResult) {
      NeedLoop(op.aux);
      NeedOp(program_.LoopAt(op.aux).accumulators[static_cast<size_t>(op.b)].value);
      return;
    }
    for (const int32_t operand : {op.a, op.b, op.c}) NeedOp(operand);
    if (op.code == Code::kLoad || op.code == Code::kGather) NeedArray(Target(op));
    if (op.code == Code::kExclusiveProductTangents) {
      NeedArray(static_cast<size_t>(program_.arrays[Target(op)].tangent_of));
    }
    if (IsEffect(op.code)) NeedLoop(program_.RegionAt(op.region).loop);
  }

  void NeedArray(size_t array) {
    if (array_needed_[array]) return;
    array_needed_[array] = true;
    for (const int32_t effect : effects_[array]) NeedOp(effect);
  }

  void NeedLoop(int32_t loop) {
    while (loop >= 0 && !loop_needed_[static_cast<size_t>(loop)]) {
      loop_needed_[static_cast<size_t>(loop)] = true;
      NeedOp(program_.LoopAt(loop).count);
      loop = program_.RegionAt(program_.RegionAt(program_.LoopAt(loop).body).parent).loop;
    }
  }

  // --- in which order -------------------------------------------------------------------------

  bool Needed(const Item& item) const {
    return item.loop ? loop_needed_[static_cast<size_t>(item.index)]
                     : op_needed_[static_cast<size_t>(item.index)];
  }
  std::vector<bool>& Placed(const Item& item) { return item.loop ? loop_placed_ : op_placed_; }

  /// Depth first through operands, with an explicit stack: chains can be as long as formulas.
  void Order(int32_t region) {
    Region& of = program_.regions[static_cast<size_t>(region)];
    const std::vector<Item> items = std::exchange(of.items, {});
    std::vector<std::pair<Item, bool>> stack;
    std::vector<Item> operands;
    for (const Item& item : items) {
      if (!Needed(item)) continue;
      stack.assign(1, {item, false});
      while (!stack.empty()) {
        auto& [top, opened] = stack.back();
        const auto index = static_cast<size_t>(top.index);
        if (Placed(top)[index] || opened) {
          if (!Placed(top)[index]) {
            of.items.push_back(top);
            Placed(top)[index] = true;
          }
          stack.pop_back();
          continue;
        }
        opened = true;
        operands.clear();
        if (top.loop) {
          OperandsOfLoop(top.index, region, operands);
        } else {
          OperandsOfOp(program_.At(top.index), region, operands);
        }
        // Pushed backwards, so that the first is placed first.
        for (size_t i = operands.size(); i-- > 0;) {
          if (!Placed(operands[i])[static_cast<size_t>(operands[i].index)]) {
            stack.emplace_back(operands[i], false);
          }
        }
      }
    }
  }

  void AddOperand(int32_t op, int32_t region, std::vector<Item>& operands) const {
    if (op < 0) return;
    const Op& of = program_.At(op);
    if (of.region != region || of.code == Code::kConstant) return;
    const bool result = of.code == Code::kResult;
    operands.push_back({result, result ? of.aux : op});
  }

  void OperandsOfOp(const Op& op, int32_t region, std::vector<Item>& operands) const {
    for (const int32_t operand : {op.a, op.b, op.c}) AddOperand(operand, region, operands);
  }

  /// Whatever the body, at any depth, takes from `region`.
  void OperandsOfLoop(int32_t loop, int32_t region, std::vector<Item>& operands) const {
    const Loop& of = program_.LoopAt(loop);
    AddOperand(of.count, region, operands);
    for (const Item& item : program_.RegionAt(of.body).items) {
      if (!Needed(item)) continue;
      if (item.loop) {
        OperandsOfLoop(item.index, region, operands);
      } else {
        OperandsOfOp(program_.At(item.index), region, operands);
      }
    }
    for (const Accumulator& accumulator : of.accumulators) {
      const bool read =
          accumulator.result >= 0 && op_needed_[static_cast<size_t>(accumulator.result)];
      if (read) AddOperand(accumulator.value, region, operands);
    }
  }

  Program& program_;
  std::vector<bool> op_needed_;
  std::vector<bool> op_placed_;
  std::vector<bool> loop_needed_;
  std::vector<bool> loop_placed_;
  std::vector<bool> array_needed_;
  std::vector<std::vector<int32_t>> effects_;  // by array
  std::vector<int32_t> waiting_;
};

}  // namespace

void Schedule(Program& program) { Scheduler(program).Run(); }

}  // namespace thalweg::expression
