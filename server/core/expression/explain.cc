// Which subexpression first turns NaN or infinite: from the result inwards, through operands that
// are not finite and branches that were taken, to an operation whose own operands are finite.

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/expression/compiled.h"

namespace thalweg::expression {
namespace {

class Explainer {
 public:
  Explainer(const Machinery& machinery, const Program& program, const MachineCode& code,
            Machine& machine)
      : machinery_(machinery), program_(program), code_(code), machine_(machine) {}

  std::string From(int32_t op) {
    while (true) {
      const Op& of = program_.At(op);
      if (of.code == Code::kResult) {
        const int32_t inside = TurnOf(of);
        if (inside < 0) return Overflow(of);
        op = inside;
        continue;
      }
      const int32_t next = Culprit(of);
      if (next < 0) return Describe(op);
      op = next;
    }
  }

  /// An effect that adds something not finite to the gradient, itself perhaps inside loops.
  std::string FromEffect(int32_t effect) {
    const Op& of = program_.At(effect);
    if (of.code != Code::kScatter && of.code != Code::kScatterAt) return "";
    const int32_t added = of.code == Code::kScatter ? of.a : of.b;
    std::vector<int32_t> loops;
    for (int32_t region = of.region; region != 0; region = program_.RegionAt(region).parent) {
      loops.insert(loops.begin(), program_.RegionAt(region).loop);
    }
    return Seek(loops, 0, added) ? From(added) : "";
  }

 private:
  /// Runs through the turns of nested loops until `op` is not finite.
  bool Seek(const std::vector<int32_t>& loops, size_t level, int32_t op) {
    if (level == loops.size()) return !Finite(op);
    const int64_t turns = machine_.TurnsOf(loops[level]);
    for (int64_t turn = 0; turn < turns; ++turn) {
      machine_.RunTurn(loops[level], turn);
      if (Seek(loops, level + 1, op)) return true;
    }
    return false;
  }

  double ValueOf(int32_t op) const {
    const Op& of = program_.At(op);
    if (of.code == Code::kConstant) return of.value;
    const int32_t place = code_.place_of_op[static_cast<size_t>(op)];
    return place < 0 ? 0 : machine_.NumberAt(place);
  }
  bool Finite(int32_t op) const { return op < 0 || std::isfinite(ValueOf(op)); }

  /// The operand to blame, or -1 if the operation did it by itself.
  int32_t Culprit(const Op& of) const {
    if (of.code == Code::kSelect) {
      const int32_t taken = ValueOf(of.a) != 0 ? of.b : of.c;
      return Blamable(taken) ? taken : -1;
    }
    if (of.code == Code::kLoad || of.code == Code::kGather) return -1;
    for (const int32_t operand : {of.a, of.b, of.c}) {
      if (operand >= 0 && Blamable(operand)) return operand;
    }
    return -1;
  }
  bool Blamable(int32_t op) const { return !Finite(op) && program_.At(op).code != Code::kConstant; }

  /// Moves the loop to its first turn that gives something not finite; -1 if all turns are fine.
  int32_t TurnOf(const Op& result) {
    const Accumulator& accumulator =
        program_.LoopAt(result.aux).accumulators[static_cast<size_t>(result.b)];
    const int64_t turns = machine_.TurnsOf(result.aux);
    const bool neutral = accumulator.fold >= Fold::kMinimum;
    for (int64_t turn = 0; turn < turns; ++turn) {
      machine_.RunTurn(result.aux, turn);
      const double value = ValueOf(accumulator.value);
      if (std::isfinite(value) || (neutral && std::isinf(value))) continue;
      turn_ = turn;
      in_loop_ = true;
      return program_.At(accumulator.value).code == Code::kConstant ? -1 : accumulator.value;
    }
    return -1;
  }

  const Node& NodeOf(int32_t origin) const {
    return machinery_.tree.At(origin < 0 ? machinery_.tree.statements.back().root : origin);
  }
  std::string TextOf(int32_t origin) const {
    const Node& node = NodeOf(origin);
    return Excerpt(machinery_.source.text, node.begin, node.end);
  }
  std::string Place(int32_t origin) const {
    return absl::StrCat(
        "at ", PlaceOf(machinery_.source.text, NodeOf(origin).begin),
        in_loop_ ? absl::StrFormat(" (turn %d of its loop, counted from 0)", turn_) : "");
  }
  static std::string Spell(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return absl::StrFormat("%.6g", value);
  }

  std::string Overflow(const Op& of) const {
    return absl::StrCat(TextOf(of.origin), " is ", Spell(ValueOf(OpOf(of))), " ", Place(of.origin),
                        ": every turn is finite, together they are not");
  }
  int32_t OpOf(const Op& of) const { return static_cast<int32_t>(&of - program_.ops.data()); }

  std::string Describe(int32_t op) const {
    const Op& of = program_.At(op);
    std::vector<std::string> operands;
    const int operand_count = IsArithmetic(of.code) ? OperandCount(of.code) : 0;
    for (const int32_t operand : {of.a, of.b, of.c}) {
      if (static_cast<int>(operands.size()) == operand_count) break;
      operands.push_back(Spell(ValueOf(operand)));
    }
    const std::string what =
        absl::StrCat(of.derivative ? "the derivative of " : "", TextOf(of.origin), " is ",
                     Spell(ValueOf(op)), " ", Place(of.origin));
    if (operands.empty()) return what;
    return absl::StrCat(what, operands.size() == 1 ? ": its argument is " : ": its operands are ",
                        absl::StrJoin(operands, " and "));
  }

  const Machinery& machinery_;
  const Program& program_;
  const MachineCode& code_;
  Machine& machine_;
  int64_t turn_ = 0;
  bool in_loop_ = false;
};

}  // namespace

std::string Explain(const Machinery& machinery, const Program& program, const MachineCode& code,
                    Machine& machine, const std::vector<int32_t>& suspects) {
  for (const int32_t suspect : suspects) {
    Explainer explainer(machinery, program, code, machine);
    const std::string found = IsEffect(program.At(suspect).code) ? explainer.FromEffect(suspect)
                                                                 : explainer.From(suspect);
    if (!found.empty()) return found;
  }
  return "";
}

}  // namespace thalweg::expression
