#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "server/core/expression/code.h"

namespace thalweg::expression {

/// The interpreter: runs instructions in memory of its own. It is the oracle for what jit/
/// makes, so it does the plainest thing that the meaning of a program allows.
class Machine {
 public:
  /// Both must outlive the machine.
  Machine(const Program& program, const MachineCode& code);

  /// The value at x; sets the outputs that the program has.
  double Run(const Arguments& arguments);

  // For explanations, after Run: what numbers outside loops are, and single turns of loops.
  double NumberAt(int32_t place) const { return memory_[static_cast<size_t>(place)]; }
  int64_t TurnsOf(int32_t loop) const;
  /// Once more with the same arguments.
  void RunAgain() { RunNumbers(0, code_.top); }
  /// Runs turn `turn` of a loop alone; its blocks then start with that turn's values.
  void RunTurn(int32_t loop, int64_t turn);

 private:
  void RunNumbers(int32_t begin, int32_t end);
  void RunBlocks(const LoopCode& loop, int64_t turns);
  void RunLoop(const LoopCode& loop);
  double* ArrayAt(const AddressCode& address);
  void SetUpFolds(const LoopCode& loop);
  void Spread(const LoopCode& loop, int64_t turns);
  void Combine(const LoopCode& loop);
  void RunExclusiveProductTangents(const Array& of, double* tangents, double count);

  const Program& program_;
  const MachineCode& code_;
  std::vector<double> storage_;
  double* memory_ = nullptr;       // storage_, aligned to a block of lanes
  std::vector<double*> arrays_;    // by array; all but temporaries set by Run
  std::vector<int64_t> counters_;  // by loop: the turn it is at
  std::vector<double> products_;   // scratch of ExclusiveProducts
};

}  // namespace thalweg::expression
