#include "server/core/expression/activity.h"

#include <utility>

namespace thalweg::expression {
namespace {

class ActivityPass {
 public:
  explicit ActivityPass(const Program& program) : program_(program) {
    found_.ops.assign(program.ops.size(), false);
    found_.arrays.assign(program.arrays.size(), false);
    for (size_t i = 0; i < program.arrays.size(); ++i) {
      found_.arrays[i] = program.arrays[i].kind == ArrayKind::kInput;
    }
  }

  Activity Run() {
    // Operands come before what uses them, stores before loads; where adjoints are added to an
    // array after a loop that reads it was written, another round finds out.
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t i = 0; i < program_.ops.size(); ++i) changed |= Visit(i);
    }
    return std::move(found_);
  }

 private:
  bool Is(int32_t op) const { return op >= 0 && found_.ops[static_cast<size_t>(op)]; }

  bool Visit(size_t index) {
    const Op& op = program_.ops[index];
    if (IsEffect(op.code)) {
      const auto array = static_cast<size_t>(program_.ArrayIndex(op));
      const bool active = Is(op.code == Code::kScatterAt ? op.b : op.a);
      if (!active || found_.arrays[array]) return false;
      found_.arrays[array] = true;
      return true;
    }
    found_.ops[index] = DependsOnInput(op);
    return false;
  }

  bool DependsOnInput(const Op& op) const {
    switch (op.code) {
      case Code::kLoad:
      case Code::kGather:
        return found_.arrays[static_cast<size_t>(program_.ArrayIndex(op))];
      case Code::kResult: {
        const Loop& loop = program_.LoopAt(op.aux);
        return Is(loop.accumulators[static_cast<size_t>(op.b)].value);
      }
      case Code::kSelect:
        return Is(op.b) || Is(op.c);
      default:
        return IsArithmetic(op.code) && (Is(op.a) || Is(op.b));
    }
  }

  const Program& program_;
  Activity found_;
};

}  // namespace

Activity FindActive(const Program& program) { return ActivityPass(program).Run(); }

}  // namespace thalweg::expression
