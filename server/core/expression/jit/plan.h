#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "server/core/expression/program.h"

namespace thalweg::expression {

/// How the loops of a scheduled program become machine code. A loop runs either turn by turn or in
/// lanes, eight turns at a time (a SIMD register holds what one operation gives in eight turns).
/// Inside a loop that runs in lanes, an inner loop is either run *across* (its body once per inner
/// turn, for eight outer turns at once) or *along* (for one outer turn after the other, free to use
/// lanes itself). All ways give the same bits; the plan picks the cheapest that is allowed.
class Plan {
 public:
  explicit Plan(const Program& program);

  bool InLanes(int32_t loop) const { return loops_[static_cast<size_t>(loop)].lanes; }
  bool Across(int32_t inner, int32_t lanes_loop) const;
  /// Operations outside `loop` that its body, at any depth, uses.
  const std::vector<int32_t>& Inputs(int32_t loop) const {
    return loops_[static_cast<size_t>(loop)].inputs;
  }
  /// Whether eight points at once should take less time than one after the other.
  bool PointsPay() const;
  /// The number of turns where it is known, else -1.
  int64_t KnownTurns(int32_t loop) const;

 private:
  struct LoopPlan {
    bool needed = false;
    bool innermost = true;
    bool lanes = false;
    double cost = 0;  ///< Of the whole loop outside lanes.
    std::vector<int32_t> inputs;
  };

  void Visit(int32_t region);
  void PlanLoop(int32_t loop);
  bool MayRunInLanes(int32_t loop) const;
  bool MayRunAcross(int32_t inner, int32_t lanes_loop) const;
  void MarkVarying(int32_t region, int32_t lanes_loop);
  double ScalarCost(int32_t region) const;
  double PointsCost(int32_t region) const;
  double LanesCost(int32_t region, int32_t lanes_loop);
  double LanesCostOf(int32_t op, int32_t lanes_loop) const;
  int64_t StepOf(const Op& op, int32_t loop) const;
  void GatherEffects(int32_t region, std::vector<int32_t>& effects, bool& whole_arrays) const;
  bool Inside(int32_t region, int32_t outer) const;
  LoopPlan& At(int32_t loop) { return loops_[static_cast<size_t>(loop)]; }

  const Program& program_;
  std::vector<LoopPlan> loops_;
  std::vector<char> varying_;  // by operation, for the lanes being looked at
  std::map<std::pair<int32_t, int32_t>, bool> across_;
};

}  // namespace thalweg::expression
