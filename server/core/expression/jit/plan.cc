#include "server/core/expression/jit/plan.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "server/core/expression/code.h"
#include "server/core/expression/effects.h"

namespace thalweg::expression {
namespace {

// Rough costs in cycles, of one operation on one double and on eight; only their ratios matter.
struct Cost {
  double one;
  double eight;
};

Cost CostOf(Code code) {
  switch (code) {
    case Code::kConstant:
    case Code::kResult:
      return {0, 0};
    case Code::kCall1:
      return {20, 28};
    case Code::kCall2:
      return {45, 70};
    case Code::kFloorDivide:
    case Code::kModulo:
      return {20, 200};
    case Code::kDivide:
    case Code::kSqrt:
      return {5, 16};
    default:
      return {1, 2};
  }
}

constexpr double kLoopOverhead = 2;
constexpr double kGatherEight = 12;
constexpr double kScatterEight = 24;

}  // namespace

Plan::Plan(const Program& program)
    : program_(program), loops_(program.loops.size()), varying_(program.ops.size(), 0) {
  Visit(0);
}

bool Plan::Across(int32_t inner, int32_t lanes_loop) const {
  const auto known = across_.find({lanes_loop, inner});
  return known != across_.end() && known->second;
}

int64_t Plan::KnownTurns(int32_t loop) const {
  const Op& count = program_.At(program_.LoopAt(loop).count);
  if (count.code != Code::kConstant) return -1;
  return count.value > 0 ? static_cast<int64_t>(count.value) : 0;
}

/// Inner loops first: what surrounds them is planned with their costs.
void Plan::Visit(int32_t region) {
  for (const Item& item : program_.RegionAt(region).items) {
    if (!item.loop) continue;
    Visit(program_.LoopAt(item.index).body);
    PlanLoop(item.index);
  }
}

void Plan::PlanLoop(int32_t loop) {
  LoopPlan& plan = At(loop);
  plan.needed = true;
  const int32_t body = program_.LoopAt(loop).body;
  // What the body takes from outside.
  std::vector<int32_t> waiting = {body};
  std::vector<char> seen(0);
  std::vector<int32_t>& inputs = plan.inputs;
  const auto uses = [&](int32_t op) {
    if (op < 0) return;
    const Op& of = program_.At(op);
    if (of.code == Code::kConstant || Inside(of.region, body)) return;
    inputs.push_back(op);
  };
  for (size_t i = 0; i < waiting.size(); ++i) {
    for (const Item& item : program_.RegionAt(waiting[i]).items) {
      if (item.loop) {
        plan.innermost = plan.innermost && waiting[i] != body;
        uses(program_.LoopAt(item.index).count);
        waiting.push_back(program_.LoopAt(item.index).body);
        for (const Accumulator& of : program_.LoopAt(item.index).accumulators) {
          if (of.result >= 0) uses(of.value);
        }
        continue;
      }
      const Op& op = program_.At(item.index);
      uses(op.a);
      uses(op.b);
      uses(op.c);
    }
  }
  for (const Accumulator& of : program_.LoopAt(loop).accumulators) {
    if (of.result >= 0) uses(of.value);
  }
  std::sort(inputs.begin(), inputs.end());
  inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());

  const auto turns = static_cast<double>(program_.LoopAt(loop).most);
  plan.cost = turns * (ScalarCost(body) + kLoopOverhead);
  if (!MayRunInLanes(loop)) return;
  MarkVarying(body, loop);
  const double eight = LanesCost(body, loop) + kLoopOverhead;
  const double groups = turns < 8 ? std::max(0.25, turns / 8) : std::ceil(turns / 8);
  if (groups * eight >= plan.cost) return;
  plan.lanes = true;
  plan.cost = groups * eight;
}

bool Plan::Inside(int32_t region, int32_t outer) const {
  while (program_.RegionAt(region).depth > program_.RegionAt(outer).depth) {
    region = program_.RegionAt(region).parent;
  }
  return region == outer;
}

// --- what is allowed ----------------------------------------------------------------------------

void Plan::GatherEffects(int32_t region, std::vector<int32_t>& effects, bool& whole_arrays) const {
  for (const Item& item : program_.RegionAt(region).items) {
    if (item.loop) {
      GatherEffects(program_.LoopAt(item.index).body, effects, whole_arrays);
      continue;
    }
    const Code code = program_.At(item.index).code;
    if (!IsEffect(code)) continue;
    effects.push_back(item.index);
    whole_arrays |= code != Code::kStore && code != Code::kScatter && code != Code::kScatterAt;
  }
}

bool Plan::MayRunInLanes(int32_t loop) const {
  constexpr size_t kMostEffects = 64;  // pairs are compared
  const int32_t body = program_.LoopAt(loop).body;
  if (loops_[static_cast<size_t>(loop)].innermost) return !MustRunTurnByTurn(program_, body);
  std::vector<int32_t> effects;
  bool whole_arrays = false;
  GatherEffects(body, effects, whole_arrays);
  if (whole_arrays || effects.size() > kMostEffects) return false;
  for (const Array& array : program_.arrays) {
    // A temporary of the body is one piece of memory for all turns.
    if (array.kind == ArrayKind::kTemporary && array.home != 0 && Inside(array.home, body)) {
      return false;
    }
  }
  for (size_t i = 0; i < effects.size(); ++i) {
    for (size_t j = i + 1; j < effects.size(); ++j) {
      if (MayMeet(program_, program_.At(effects[i]), program_.At(effects[j]))) return false;
    }
  }
  // Loads of what the loop changes see the change at their own turn only.
  for (size_t i = 0; i < program_.ops.size(); ++i) {
    const Op& op = program_.ops[i];
    if (op.code != Code::kLoad && op.code != Code::kGather) continue;
    if (!Inside(op.region, body)) continue;
    for (const int32_t effect : effects) {
      if (MayMeet(program_, op, program_.At(effect))) return false;
    }
  }
  return true;
}

int64_t Plan::StepOf(const Op& op, int32_t loop) const {
  for (const auto& [index, step] : program_.addresses[static_cast<size_t>(op.aux)].terms) {
    if (index == loop) return step;
  }
  return 0;
}

/// Across, the turns of the inner loop come first and the lanes within them; a cell must not tell.
bool Plan::MayRunAcross(int32_t inner, int32_t lanes_loop) const {
  const Loop& of = program_.LoopAt(inner);
  if (varying_[static_cast<size_t>(of.count)] != 0) return false;
  std::vector<int32_t> effects;
  bool whole_arrays = false;
  GatherEffects(of.body, effects, whole_arrays);
  if (whole_arrays) return false;
  for (const int32_t effect : effects) {
    const Op& op = program_.At(effect);
    if (op.code == Code::kScatterAt) return false;
    // Every cell is met at one inner turn only: the steps are digits of a mixed-radix number.
    std::vector<std::pair<int64_t, int64_t>> digits;  // step, reach
    bool moves = false;
    for (const auto& [loop, step] : program_.addresses[static_cast<size_t>(op.aux)].terms) {
      const bool here = loop == lanes_loop || Inside(program_.LoopAt(loop).body, of.body);
      if (!here || step == 0) continue;
      moves |= loop == inner;
      digits.emplace_back(std::llabs(step),
                          std::llabs(step) * std::max<int64_t>(program_.LoopAt(loop).most - 1, 0));
    }
    if (!moves) return false;
    std::sort(digits.begin(), digits.end());
    int64_t reach = 0;
    for (const auto& [step, most] : digits) {
      if (step <= reach) return false;
      reach += most;
    }
  }
  return true;
}

// --- what it costs ------------------------------------------------------------------------------

double Plan::ScalarCost(int32_t region) const {
  double cost = 0;
  for (const Item& item : program_.RegionAt(region).items) {
    cost += item.loop ? loops_[static_cast<size_t>(item.index)].cost
                      : CostOf(program_.At(item.index).code).one;
  }
  return cost;
}

double Plan::PointsCost(int32_t region) const {
  double cost = 0;
  for (const Item& item : program_.RegionAt(region).items) {
    if (!item.loop) {
      cost += CostOf(program_.At(item.index).code).eight;
      continue;
    }
    const Loop& loop = program_.LoopAt(item.index);
    cost += static_cast<double>(loop.most) * (PointsCost(loop.body) + kLoopOverhead +
                                              4 * static_cast<double>(loop.accumulators.size()));
  }
  return cost;
}

bool Plan::PointsPay() const {
  constexpr double kCall = 10;      // of one evaluation
  constexpr double kTranspose = 2;  // of a coordinate, there and back
  const auto n = static_cast<double>(program_.arrays[kInputArray].length);
  return PointsCost(0) / 8 + kTranspose * n < ScalarCost(0) + kCall;
}

void Plan::MarkVarying(int32_t region, int32_t lanes_loop) {
  for (const Item& item : program_.RegionAt(region).items) {
    if (item.loop) {
      const Loop& loop = program_.LoopAt(item.index);
      MarkVarying(loop.body, lanes_loop);
      for (const Accumulator& of : loop.accumulators) {
        if (of.result < 0) continue;
        varying_[static_cast<size_t>(of.result)] =
            varying_[static_cast<size_t>(of.value)] | varying_[static_cast<size_t>(loop.count)];
      }
      continue;
    }
    const Op& op = program_.At(item.index);
    bool varies = op.code == Code::kCounter && op.aux == lanes_loop;
    if (op.code == Code::kLoad) varies = StepOf(op, lanes_loop) != 0;
    if (op.code != Code::kResult) {
      for (const int32_t operand : {op.a, op.b, op.c}) {
        if (operand >= 0) varies |= varying_[static_cast<size_t>(operand)] != 0;
      }
    }
    varying_[static_cast<size_t>(item.index)] = varies ? 1 : 0;
  }
}

double Plan::LanesCostOf(int32_t index, int32_t lanes_loop) const {
  const Op& op = program_.At(index);
  if (op.code == Code::kLoad || op.code == Code::kStore || op.code == Code::kScatter) {
    const int64_t step = StepOf(op, lanes_loop);
    if (op.code == Code::kLoad) return step == 0 ? 1 : (step == 1 ? 2 : kGatherEight);
    return step == 1 ? 4 : kScatterEight;
  }
  if (op.code == Code::kGather) return kGatherEight;
  if (op.code == Code::kScatterAt) return kScatterEight;
  const Cost cost = CostOf(op.code);
  return varying_[static_cast<size_t>(index)] != 0 ? cost.eight : cost.one;
}

double Plan::LanesCost(int32_t region, int32_t lanes_loop) {
  double cost = 0;
  for (const Item& item : program_.RegionAt(region).items) {
    if (!item.loop) {
      cost += LanesCostOf(item.index, lanes_loop);
      continue;
    }
    const Loop& loop = program_.LoopAt(item.index);
    const double along = 8 * (At(item.index).cost + kLoopOverhead) +
                         2 * static_cast<double>(At(item.index).inputs.size());
    double across = along;
    if (MayRunAcross(item.index, lanes_loop)) {
      across = static_cast<double>(loop.most) * (LanesCost(loop.body, lanes_loop) + kLoopOverhead +
                                                 4 * static_cast<double>(loop.accumulators.size()));
    }
    across_[{lanes_loop, item.index}] = across < along;
    cost += std::min(across, along);
  }
  return cost;
}

}  // namespace thalweg::expression
