// Which subexpression first turns NaN or infinite: from the result inwards, through operands that
// are not finite and branches that were taken, to an operation whose own operands are finite.
// Every loop on the way is gone through at most once more, so that explaining costs a few
// evaluations, whatever the formula.

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/expression/compiled.h"
#include "server/core/expression/integers.h"
#include "server/core/expression/lowering.h"
#include "server/core/expression/order.h"

namespace thalweg::expression {
namespace {

constexpr int64_t kNameSteps = 10'000;  // spent on finding out what a loop variable is

class Explainer {
 public:
  Explainer(const Machinery& machinery, const Program& program, const MachineCode& code,
            Machine& machine)
      : machinery_(machinery),
        program_(program),
        code_(code),
        machine_(machine),
        effects_(program.arrays.size()) {
    for (const int32_t index : RunOrder(program)) {
      const Op& op = program.At(index);
      const bool one =
          op.code == Code::kStore || op.code == Code::kScatter || op.code == Code::kScatterAt;
      if (one) effects_[static_cast<size_t>(AddressOf(op).array)].push_back(index);
    }
  }

  std::string From(int32_t op) {
    // A way inwards passes each operation once; arrays that feed themselves could send it round.
    for (size_t steps = 0; steps <= program_.ops.size(); ++steps) {
      const Op& of = program_.At(op);
      if (of.code == Code::kResult) {
        const int32_t inside = TurnOf(of);
        if (inside < 0) return Overflow(op);
        op = inside;
        continue;
      }
      const bool read = of.code == Code::kLoad || of.code == Code::kGather;
      const int32_t next = read ? Written(of) : Culprit(of);
      if (next < 0) return Describe(op);
      op = next;
    }
    return Describe(op);
  }

  /// From the first thing added to an output that is not finite.
  std::string FromOutputs() {
    std::vector<int32_t> adding;
    for (size_t i = 0; i < effects_.size(); ++i) {
      if (!IsOutput(program_.arrays[i].kind)) continue;
      adding.insert(adding.end(), effects_[i].begin(), effects_[i].end());
    }
    const int32_t found = Seek(adding, {});
    if (found < 0) return "";
    // Seeking has added to arrays once more: put everything right, then go back to those turns.
    const auto turns = turns_;
    machine_.RunAgain();
    for (const int32_t loop : LoopsAround(program_, RegionOf(found))) {
      machine_.RunTurn(loop, turns.at(loop));
    }
    return From(ValueOfEffect(program_.At(found)));
  }

 private:
  const Address& AddressOf(const Op& op) const {
    return program_.addresses[static_cast<size_t>(op.aux)];
  }
  int32_t RegionOf(int32_t op) const { return program_.At(op).region; }
  static int32_t ValueOfEffect(const Op& effect) {
    return effect.code == Code::kScatterAt ? effect.b : effect.a;
  }

  // --- turns of loops -------------------------------------------------------------------------

  void GoTo(int32_t loop, int64_t turn) {
    machine_.RunTurn(loop, turn);
    turns_[loop] = turn;
  }

  /// The first of `effects`, region by region, whose value is not finite; -1 if none is. Loops of
  /// `around` stay at their turns.
  int32_t Seek(const std::vector<int32_t>& effects, const std::vector<int32_t>& around) {
    std::vector<int32_t> regions;
    std::map<int32_t, std::vector<int32_t>> by_region;
    for (const int32_t effect : effects) {
      auto& others = by_region[RegionOf(effect)];
      if (others.empty()) regions.push_back(RegionOf(effect));
      others.push_back(effect);
    }
    for (const int32_t region : regions) {
      std::vector<int32_t> loops = LoopsAround(program_, region);
      size_t shared = 0;
      while (shared < loops.size() && shared < around.size() && loops[shared] == around[shared]) {
        ++shared;
      }
      loops.erase(loops.begin(), loops.begin() + static_cast<std::ptrdiff_t>(shared));
      const int32_t found = SeekTurn(loops, 0, by_region[region]);
      if (found >= 0) return found;
    }
    return -1;
  }

  int32_t SeekTurn(const std::vector<int32_t>& loops, size_t level,
                   const std::vector<int32_t>& effects) {
    if (level == loops.size()) {
      const auto bad = std::find_if(effects.begin(), effects.end(), [this](int32_t effect) {
        return !Finite(ValueOfEffect(program_.At(effect)));
      });
      return bad == effects.end() ? -1 : *bad;
    }
    const int64_t turns = machine_.TurnsOf(loops[level]);
    for (int64_t turn = 0; turn < turns; ++turn) {
      GoTo(loops[level], turn);
      const int32_t found = SeekTurn(loops, level + 1, effects);
      if (found >= 0) return found;
    }
    return -1;
  }

  /// Moves the loop to its first turn that gives something not finite; -1 if all turns are fine.
  int32_t TurnOf(const Op& result) {
    const Accumulator& accumulator =
        program_.LoopAt(result.aux).accumulators[static_cast<size_t>(result.b)];
    const int64_t turns = machine_.TurnsOf(result.aux);
    for (int64_t turn = 0; turn < turns; ++turn) {
      GoTo(result.aux, turn);
      const double value = ValueOf(accumulator.value);
      if (std::isfinite(value) || value == Neutral(accumulator.fold)) continue;
      return program_.At(accumulator.value).code == Code::kConstant ? -1 : accumulator.value;
    }
    return -1;
  }

  // --- arrays ---------------------------------------------------------------------------------

  int64_t PlaceOf(const Op& op) const {
    int64_t place = AddressOf(op).base;
    for (const auto& [loop, coefficient] : AddressOf(op).terms) {
      const auto turn = turns_.find(loop);
      place += coefficient * (turn == turns_.end() ? 0 : turn->second);
    }
    if (op.code == Code::kGather) place += static_cast<int64_t>(ValueOf(op.a));
    return place;
  }

  /// What made the element of a temporary array that `read` found; its loops are moved to the turn
  /// that did. -1 for x and parameters, and where it cannot be told.
  int32_t Written(const Op& read) {
    if (program_.ArrayOf(read).kind != ArrayKind::kTemporary) return -1;
    const int64_t place = PlaceOf(read);
    const auto around = LoopsAround(program_, read.region);
    const auto& effects = effects_[static_cast<size_t>(AddressOf(read).array)];
    for (const int32_t effect : effects) {
      const Op& of = program_.At(effect);
      if (of.code == Code::kStore && GoToElement(of, place, around)) return of.a;
    }
    const int32_t found = Seek(effects, around);
    return found < 0 ? -1 : ValueOfEffect(program_.At(found));
  }

  /// Moves the loops of `store` that are not `around` to where it stores to `place`.
  bool GoToElement(const Op& store, int64_t place, const std::vector<int32_t>& around) {
    std::vector<std::pair<int32_t, int64_t>> own;  // loop, coefficient
    int64_t rest = place - AddressOf(store).base;
    for (const int32_t loop : LoopsAround(program_, store.region)) {
      const auto& terms = AddressOf(store).terms;
      const auto term = std::find_if(terms.begin(), terms.end(),
                                     [&](const auto& of) { return of.first == loop; });
      const int64_t coefficient = term == terms.end() ? 0 : term->second;
      if (std::find(around.begin(), around.end(), loop) != around.end()) {
        rest -= coefficient * turns_[loop];
      } else {
        own.emplace_back(loop, coefficient);
      }
    }
    if (own.empty()) return rest == 0;
    if (own.size() > 2 || own.back().second == 0) return false;
    const auto [inner, by] = own.back();
    const int64_t outer_turns = own.size() > 1 ? machine_.TurnsOf(own.front().first) : 1;
    for (int64_t outer = 0; outer < outer_turns; ++outer) {
      const int64_t left = rest - (own.size() > 1 ? own.front().second * outer : 0);
      if (left % by != 0 || left / by < 0 || left / by >= program_.LoopAt(inner).most) continue;
      if (own.size() > 1) GoTo(own.front().first, outer);
      GoTo(inner, left / by);
      return true;
    }
    return false;
  }

  // --- values ---------------------------------------------------------------------------------

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
    for (const int32_t operand : {of.a, of.b, of.c}) {
      if (operand >= 0 && Blamable(operand)) return operand;
    }
    return -1;
  }
  bool Blamable(int32_t op) const { return !Finite(op) && program_.At(op).code != Code::kConstant; }

  // --- words ----------------------------------------------------------------------------------

  const Node& NodeOf(int32_t origin) const {
    return machinery_.tree.At(origin < 0 ? machinery_.tree.statements.back().root : origin);
  }
  std::string TextOf(int32_t origin) const {
    const Node& node = NodeOf(origin);
    return Excerpt(machinery_.source.text, node.begin, node.end);
  }

  /// "at line 1, column 5 (i = 3, j = 0)".
  std::string Place(const Op& of) const {
    const std::string turns = TurnsText(of.region);
    return absl::StrCat("at ", expression::PlaceOf(machinery_.source.text, NodeOf(of.origin).begin),
                        turns.empty() ? "" : absl::StrCat(" (", turns, ")"));
  }

  /// The loop variables around, by name; the elements of loops over vectors, by number.
  std::string TurnsText(int32_t region) const {
    Integers integers(machinery_.tree, machinery_.analysis, kNameSteps);
    std::vector<double> variables(machinery_.tree.generators.size(), 0);
    std::map<int32_t, int32_t> met;  // loops so far, by comprehension
    std::vector<std::string> texts;
    for (const int32_t loop : LoopsAround(program_, region)) {
      const auto turn = turns_.find(loop);
      if (turn == turns_.end()) continue;
      const int32_t origin = program_.LoopAt(loop).origin;
      const Node& node = NodeOf(origin);
      const int32_t nested = met[origin]++;
      if (node.kind != NodeKind::kComprehension || nested >= node.generators) {
        texts.push_back(absl::StrCat("element ", turn->second));
        continue;
      }
      const auto g = static_cast<size_t>(node.first_generator + nested);
      const Generator& of = machinery_.tree.generators[g];
      const auto value = VariableAt(of, turn->second, variables, integers);
      const std::string name =
          machinery_.source.text.substr(of.name_begin, of.name_end - of.name_begin);
      if (value) variables[g] = *value;
      texts.push_back(value ? absl::StrCat(name, " = ", Spell(*value))
                            : absl::StrCat("turn ", turn->second, " of ", name));
    }
    return absl::StrJoin(texts, ", ");
  }

  /// What the variable of `of` is at a turn of its loop, with those around it at `variables`.
  std::optional<double> VariableAt(const Generator& of, int64_t turn,
                                   const std::vector<double>& variables, Integers& integers) const {
    const auto argument = [&](int32_t i) {
      return integers.ValueAt(machinery_.tree.children[static_cast<size_t>(of.first_argument + i)],
                              variables);
    };
    const auto start = of.arguments > 1 ? argument(0) : std::optional<double>(0);
    const auto step = of.arguments > 2 ? argument(2) : std::optional<double>(1);
    if (!start || !step) return std::nullopt;
    return *start + *step * static_cast<double>(turn);
  }

  static std::string Spell(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return absl::StrFormat("%.6g", value);
  }

  /// "x[3] = -2" for a coordinate, the number alone for anything else.
  std::string SpellOperand(int32_t op) const {
    const Op& of = program_.At(op);
    const std::string value = Spell(ValueOf(op));
    const bool read = of.code == Code::kLoad || of.code == Code::kGather;
    if (!read || program_.ArrayOf(of).kind != ArrayKind::kInput) return value;
    const int64_t place = PlaceOf(of);
    if (place < 0 || place >= machinery_.layout.size()) return value;
    return absl::StrCat(machinery_.layout.CoordinateName(place), " = ", value);
  }

  std::string Overflow(int32_t op) const {
    const Op& of = program_.At(op);
    return absl::StrCat(TextOf(of.origin), " is ", Spell(ValueOf(op)), " ", Place(of),
                        ": every turn is finite, together they are not");
  }

  /// The operation that a derivative is taken of, where its operands are at hand.
  const Op& Original(const Op& derivative) const {
    const auto around = LoopsAround(program_, derivative.region);
    for (const Op& op : program_.ops) {
      if (op.origin != derivative.origin || op.derivative || !IsArithmetic(op.code)) continue;
      const auto own = LoopsAround(program_, op.region);
      const bool at_hand = code_.place_of_op[static_cast<size_t>(&op - program_.ops.data())] >= 0;
      if (at_hand && own.size() <= around.size() &&
          std::equal(own.begin(), own.end(), around.begin())) {
        return op;
      }
    }
    return derivative;
  }

  std::string Describe(int32_t index) const {
    const Op& of = program_.At(index);
    const Op& shown = of.derivative ? Original(of) : of;
    std::vector<std::string> operands;
    const int operand_count = IsArithmetic(shown.code) ? OperandCount(shown.code) : 0;
    for (const int32_t operand : {shown.a, shown.b, shown.c}) {
      if (static_cast<int>(operands.size()) == operand_count) break;
      operands.push_back(SpellOperand(operand));
    }
    const std::string what =
        absl::StrCat(of.derivative ? "the derivative of " : "", TextOf(of.origin), " is ",
                     Spell(ValueOf(index)), " ", Place(of));
    if (operands.empty()) return what;
    return absl::StrCat(what, operands.size() == 1 ? ": its argument is " : ": its operands are ",
                        absl::StrJoin(operands, " and "));
  }

  const Machinery& machinery_;
  const Program& program_;
  const MachineCode& code_;
  Machine& machine_;
  std::vector<std::vector<int32_t>> effects_;  // by array: what writes single elements of it
  std::map<int32_t, int64_t> turns_;           // by loop: where it was moved to
};

}  // namespace

std::string Explain(const Machinery& machinery, const Program& program, const MachineCode& code,
                    Machine& machine) {
  Explainer explainer(machinery, program, code, machine);
  return std::isfinite(machine.NumberAt(code.result)) ? explainer.FromOutputs()
                                                      : explainer.From(program.result);
}

}  // namespace thalweg::expression
