#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "server/core/expression/program.h"

namespace thalweg::expression {

inline constexpr int64_t kLanes = 8;   ///< Fixed by the meaning of reductions.
inline constexpr int64_t kBlock = 64;  ///< Turns per instruction in innermost loops; any multiple
                                       ///< of kLanes gives the same bits.

/// Operations after those of Code that only machine code has.
inline constexpr uint8_t kEnterLoop = 200;

/// One instruction. d, a, b, c are places in the machine's memory of doubles: single numbers
/// outside innermost loops, blocks of kBlock numbers inside. Loads and calls keep their address or
/// function in c, effects theirs in d.
struct Instruction {
  uint8_t code = 0;
  int32_t d = 0;
  int32_t a = 0;
  int32_t b = 0;
  int32_t c = 0;
};

struct AddressCode {
  int32_t array = 0;
  int64_t base = 0;
  int64_t stride = 0;  ///< Per turn of the innermost loop around, where that runs in blocks.
  std::vector<std::pair<int32_t, int64_t>> terms;  ///< (loop, coefficient)
};

struct FoldCode {
  Fold fold = Fold::kSum;
  int32_t value = 0;   ///< Block or number.
  int32_t lanes = 0;   ///< Eight running results.
  int32_t result = 0;  ///< Number.
};

struct LoopCode {
  bool blocks = false;  ///< Innermost: runs kBlock turns at a time.
  int32_t loop = 0;
  int32_t begin = 0;  ///< Instructions of the body.
  int32_t end = 0;
  int32_t count = 0;                                ///< Place of the number of turns.
  std::vector<std::pair<int32_t, int32_t>> spread;  ///< Numbers from outside -> blocks.
  std::vector<FoldCode> folds;
};

/// A program laid out for the interpreter.
struct MachineCode {
  std::vector<Instruction> instructions;  ///< The top level is [0, top); bodies follow.
  int32_t top = 0;
  std::vector<LoopCode> loops;  ///< By loop of the program; unused ones are empty.
  std::vector<AddressCode> addresses;
  std::vector<std::pair<int32_t, double>> numbers;  ///< Constants and their places.
  std::vector<std::pair<int32_t, double>> blocks;   ///< Constants spread over blocks.
  std::vector<int64_t> array_places;  ///< Of temporaries, in memory; -1 for the others.
  int64_t memory = 0;                 ///< Doubles.
  int32_t result = 0;                 ///< Place of the value.
  std::vector<int32_t> place_of_op;   ///< -1 where an operation has none.
  double operations = 0;              ///< Per run, at most.
  int32_t costliest_loop = -1;        ///< Of the program; -1 where there is none.
};

MachineCode Assemble(const Program& program);

}  // namespace thalweg::expression
