#include "server/core/expression/formula_writer.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/calls.h"
#include "server/core/expression/functions.h"
#include "server/core/expression/lowering.h"
#include "server/core/expression/order.h"

namespace thalweg::expression {
namespace {

constexpr size_t kMostSteps = 5'000;
constexpr int kMostDepth = 120;     // this code recurses
constexpr size_t kWorthAName = 24;  // bytes
constexpr char kTooLong[] = "it is too long to be written as text";
constexpr char kTooDeep[] = "it is too deeply nested to be written as text";
constexpr char kNoText[] = "it works in arrays that text has no words for";

const char* NameOf(Fold fold) {
  switch (fold) {
    case Fold::kSum:
      return "sum";
    case Fold::kProduct:
      return "prod";
    case Fold::kMinimum:
      return "min";
    case Fold::kMaximum:
      return "max";
  }
  return "sum";
}

constexpr char kInOneRow[] = ".ravel()";  // matrices are addressed by one number

const char* SymbolOf(Code code) {
  switch (code) {
    case Code::kFloorDivide:
      return "//";
    case Code::kModulo:
      return "%";
    case Code::kLess:
      return "<";
    case Code::kLessEqual:
      return "<=";
    case Code::kEqual:
      return "==";
    case Code::kNotEqual:
      return "!=";
    case Code::kAnd:
      return "and";
    default:
      return "or";
  }
}

}  // namespace

FormulaWriter::FormulaWriter(const Machinery& machinery, const Program& program, size_t most_bytes)
    : machinery_(machinery),
      program_(program),
      most_bytes_(most_bytes),
      uses_(program.ops.size(), 0),
      effects_(program.arrays.size()),
      turn_(program.loops.size()) {
  for (const Variable& variable : machinery.layout.variables()) taken_.insert(variable.name);
  for (const auto& [name, unused] : machinery.source.parameters) taken_.insert(name);
  for (const FunctionInfo& function : Functions()) taken_.insert(function.name);
  for (const NamedNumber& number : NamedNumbers()) taken_.insert(std::string(number.name));
  taken_.insert("n");
  for (const int32_t index : RunOrder(program)) {
    const Op& op = program.At(index);
    if (op.code == Code::kResult) {
      const Loop& loop = program.LoopAt(op.aux);
      ++uses_[static_cast<size_t>(loop.accumulators[static_cast<size_t>(op.b)].value)];
      continue;
    }
    for (const int32_t operand : {op.a, op.b, op.c}) {
      if (operand >= 0) ++uses_[static_cast<size_t>(operand)];
    }
    if (!IsEffect(op.code)) continue;
    const bool whole = op.code == Code::kClear || op.code == Code::kExclusiveProducts;
    const int32_t array = whole ? op.aux : program.addresses[static_cast<size_t>(op.aux)].array;
    effects_[static_cast<size_t>(array)].push_back(index);
  }
}

std::string FormulaWriter::FreshName(const std::string& wish) {
  std::string name = wish;
  for (int i = 1; IsKeyword(name) || !taken_.insert(name).second; ++i) {
    name = absl::StrCat(wish, i);
  }
  return name;
}

Term FormulaWriter::GiveUp(const std::string& why) {
  if (failure_.empty()) failure_ = why;
  return {};
}

bool FormulaWriter::ShortEnough(const std::string& text) {
  if (text.size() > most_bytes_) GiveUp(kTooLong);
  return failure_.empty();
}

// --- single operations --------------------------------------------------------------------------

/// Numbers that no loop changes and several places need get a line of their own.
Term FormulaWriter::Write(int32_t index) {
  const Op& op = program_.At(index);
  if (op.code == Code::kConstant) return {.factor = op.value};
  const auto known = lines_of_.find(index);
  if (known != lines_of_.end()) return {.body = known->second};
  if (++steps_ > kMostSteps) return GiveUp(kTooLong);
  if (++depth_ > kMostDepth) return GiveUp(kTooDeep);
  Term term;
  if (failure_.empty()) term = WriteNew(op);
  --depth_;
  if (!ShortEnough(term.body)) return {};
  const bool shared = op.region == 0 && uses_[static_cast<size_t>(index)] > 1;
  if (!shared || term.body.size() + term.guard.size() < kWorthAName) return term;
  const std::string name = FreshName("t");
  lines_.push_back(absl::StrCat(name, " = ", Spelled(term, Binding::kSum)));
  lines_of_[index] = name;
  return {.body = name};
}

Term FormulaWriter::WriteNew(const Op& op) {
  switch (op.code) {
    case Code::kCounter: {
      const Whole& turn = *turn_[static_cast<size_t>(op.aux)];
      const bool name = turn.base == 0 && turn.terms.size() == 1 && turn.terms.begin()->second == 1;
      return {.body = Spelled(turn), .binding = name ? Binding::kAtom : Binding::kSum};
    }
    case Code::kLoad:
      return WriteLoad(op);
    case Code::kGather:
      return WriteGather(op);
    case Code::kResult:
      return WriteResult(op);
    case Code::kAdd:
    case Code::kSubtract:
      return WriteSum(static_cast<int32_t>(&op - program_.ops.data()));
    case Code::kNegate:
      return Negated(Write(op.a));
    case Code::kDetach:
      return Write(op.a);
    case Code::kMultiply:
    case Code::kMaskedMultiply:
      return Product(Write(op.a), Write(op.b));
    case Code::kDivide:
      return Quotient(Write(op.a), Write(op.b));
    case Code::kSelect:
      return WriteChoice(op);
    case Code::kLess:
    case Code::kLessEqual:
    case Code::kEqual:
    case Code::kNotEqual:
    case Code::kAnd:
    case Code::kOr:
    case Code::kFloorDivide:
    case Code::kModulo:
      return {.body = absl::StrCat("(", Text(op.a, Binding::kPower), " ", SymbolOf(op.code), " ",
                                   Text(op.b, Binding::kPower), ")")};
    case Code::kNot:
      return {.body = absl::StrCat("(not ", Text(op.a, Binding::kAtom), ")")};
    default:
      return IsArithmetic(op.code) ? WriteCall(op) : GiveUp(kNoText);
  }
}

/// Chains of sums may be long: their left sides are followed by a loop.
Term FormulaWriter::WriteSum(int32_t index) {
  std::vector<std::pair<int32_t, double>> operands;  // with their factors; last first
  while (true) {
    const Op& op = program_.At(index);
    const bool sum = op.code == Code::kAdd || op.code == Code::kSubtract;
    const bool twice = op.code == Code::kAdd && op.a == op.b;
    if (!sum || lines_of_.count(index) > 0) break;
    if (!twice) operands.emplace_back(op.b, op.code == Code::kSubtract ? -1 : 1);
    index = op.a;
    if (!twice) continue;
    operands.emplace_back(index, 2);
    index = -1;
    break;
  }
  if (index >= 0) operands.emplace_back(index, 1);
  Sum sum;
  for (size_t i = operands.size(); i-- > 0 && failure_.empty();) {
    Term term = Write(operands[i].first);
    term.factor *= operands[i].second;
    sum.Add(std::move(term));
  }
  return sum.Total();
}

Term FormulaWriter::WriteChoice(const Op& op) {
  const std::string condition = Text(op.a, Binding::kAtom);
  const Term chosen = Write(op.b);
  const Term otherwise = Write(op.c);
  // Choices of zero become guards, so that products of them stay where they have a meaning.
  if (otherwise.number() && otherwise.factor == 0) {
    Term guarded = chosen;
    guarded.guard = Both(condition, chosen.guard);
    return guarded;
  }
  if (chosen.number() && chosen.factor == 0) {
    Term guarded = otherwise;
    guarded.guard = Both(absl::StrCat("not ", condition), otherwise.guard);
    return guarded;
  }
  return {.body = absl::StrCat("(", Spelled(chosen, Binding::kSum), " if ", condition, " else ",
                               Spelled(otherwise, Binding::kSum), ")")};
}

Term FormulaWriter::WriteCall(const Op& op) {
  const Function& row = RowOf(op);
  if (row.name == "pow") {
    return {.body = absl::StrCat(Text(op.a, Binding::kAtom), "**", Text(op.b, Binding::kAtom)),
            .binding = Binding::kPower};
  }
  std::string text = absl::StrCat(std::string(row.name), "(", Text(op.a, Binding::kSum));
  if (row.arity > 1) absl::StrAppend(&text, ", ", Text(op.b, Binding::kSum));
  return {.body = text + ")"};
}

// --- loops --------------------------------------------------------------------------------------

/// "for i in range(9)"; the loop's counter is i from now on.
std::string FormulaWriter::BindLoop(int32_t loop) {
  static constexpr const char* kNames[] = {"i", "j", "l", "m", "p", "q"};
  const std::string range = CountText(program_.LoopAt(loop).count);
  const auto* const free = std::find_if(std::begin(kNames), std::end(kNames) - 1,
                                        [this](const char* of) { return taken_.count(of) == 0; });
  const std::string name = FreshName(*free);
  turn_[static_cast<size_t>(loop)] = Whole{0, {{name, 1}}};
  turns_[name] = program_.LoopAt(loop).most;
  return absl::StrCat(" for ", name, " in range(", range, ")");
}

Term FormulaWriter::WriteResult(const Op& op) {
  const Accumulator& of = program_.LoopAt(op.aux).accumulators[static_cast<size_t>(op.b)];
  const auto before = turn_[static_cast<size_t>(op.aux)];
  const auto taken = taken_;
  const std::string loop = BindLoop(op.aux);
  const Op& value = program_.At(of.value);
  // A turn that an `if` leaves out gives the neutral element.
  const bool conditional = value.code == Code::kSelect &&
                           program_.At(value.c).code == Code::kConstant &&
                           program_.At(value.c).value == Neutral(of.fold);
  Term term = Write(conditional ? value.b : of.value);
  std::string guard = conditional ? Text(value.a, Binding::kAtom) : "";
  if (of.fold == Fold::kSum) guard = Both(guard, std::exchange(term.guard, ""));
  const double factor = of.fold == Fold::kSum ? std::exchange(term.factor, 1) : 1;
  if (term.body.empty()) {
    const int64_t turns = FixedTurns(program_, op.aux);
    if (of.fold == Fold::kSum && guard.empty() && turns >= 0) {
      turn_[static_cast<size_t>(op.aux)] = before;
      taken_ = taken;
      return {.factor = factor * static_cast<double>(turns)};
    }
    term = {.body = "1"};
  }
  turn_[static_cast<size_t>(op.aux)] = before;
  taken_ = taken;
  for (const std::string& line : lines_) taken_.insert(line.substr(0, line.find(' ')));
  return {.factor = factor,
          .body = absl::StrCat(NameOf(of.fold), "(", Spelled(term, Binding::kSum), loop,
                               guard.empty() ? "" : absl::StrCat(" if ", guard), ")")};
}

/// A range's argument, which the language wants to be made of integers: no ceil, no /.
std::string FormulaWriter::CountText(int32_t count) {
  const Op& op = program_.At(count);
  if (op.code == Code::kConstant) {
    return absl::StrCat(static_cast<int64_t>(std::max(0.0, op.value)));
  }
  if (op.code != Code::kCeil) return Text(count, Binding::kSum);
  const Op& of = program_.At(op.a);
  if (of.code != Code::kDivide) return Text(op.a, Binding::kSum);
  const Op& by = program_.At(of.b);
  if (by.code != Code::kConstant) return Text(op.a, Binding::kSum);
  const auto step = static_cast<int64_t>(by.value);
  if (step < 0) return absl::StrCat("-((", Text(of.a, Binding::kSum), ")//", -step, ")");
  return absl::StrCat("-((-(", Text(of.a, Binding::kSum), "))//", step, ")");
}

// --- arrays -------------------------------------------------------------------------------------

Whole FormulaWriter::PlaceOf(const Address& address) const {
  Whole place{address.base, {}};
  for (const auto& [loop, coefficient] : address.terms) {
    const auto& turn = turn_[static_cast<size_t>(loop)];
    if (turn) place.Gain(*turn, coefficient);
  }
  return place;
}

size_t FormulaWriter::VariableAt(int64_t place) const {
  size_t v = 0;
  const Layout& layout = machinery_.layout;
  while (v + 1 < layout.variables().size() && layout.OffsetOf(v + 1) <= place) ++v;
  return v;
}

std::string FormulaWriter::NameOfParameter(const Array& array) const {
  const auto& values = program_.parameters[static_cast<size_t>(array.parameter)];
  for (const auto& [name, parameter] : machinery_.source.parameters) {
    if (!parameter.scalar && parameter.values == values) {
      return absl::StrCat(name, parameter.columns > 0 ? kInOneRow : "");
    }
  }
  return "";
}

Term FormulaWriter::WriteLoad(const Op& op) {
  const Address& address = program_.addresses[static_cast<size_t>(op.aux)];
  const Array& array = program_.ArrayOf(op);
  Whole place = PlaceOf(address);
  if (array.kind == ArrayKind::kInput) {
    const size_t v = VariableAt(address.base);
    const Variable& variable = machinery_.layout.variables()[v];
    if (variable.scalar) return {.body = variable.name};
    place.base -= machinery_.layout.OffsetOf(v);
    return {.body = absl::StrCat(variable.name, variable.columns > 0 ? kInOneRow : "", "[",
                                 Spelled(place), "]")};
  }
  if (array.kind == ArrayKind::kParameter) {
    const std::string name = NameOfParameter(array);
    if (name.empty()) return GiveUp(kNoText);
    return {.body = absl::StrCat(name, "[", Spelled(place), "]")};
  }
  return OfTemporary(static_cast<size_t>(address.array), place);
}

Term FormulaWriter::WriteGather(const Op& op) {
  const Address& address = program_.addresses[static_cast<size_t>(op.aux)];
  const Array& array = program_.ArrayOf(op);
  if (!address.terms.empty()) return GiveUp(kNoText);
  if (array.kind == ArrayKind::kInput) {
    const size_t v = VariableAt(address.base);
    const Variable& variable = machinery_.layout.variables()[v];
    const int64_t offset = address.base - machinery_.layout.OffsetOf(v);
    return {.body = absl::StrCat(variable.name, variable.columns > 0 ? kInOneRow : "", "[",
                                 Index(op.a, variable.length, offset), "]")};
  }
  if (array.kind != ArrayKind::kParameter) return GiveUp(kNoText);
  const std::string name = NameOfParameter(array);
  if (name.empty()) return GiveUp(kNoText);
  return {.body = absl::StrCat(name, "[", Index(op.a, array.length, address.base), "]")};
}

/// The index behind the operations that keep it inside. Where it is not needed it may be outside,
/// and it is not seen here where that is: the remainder keeps it inside as well.
std::string FormulaWriter::Index(int32_t index, int64_t length, int64_t offset) {
  int32_t wanted = index;
  for (const Code code : {Code::kMinimum, Code::kMaximum}) {
    const Op& of = program_.At(wanted);
    if (of.code != code) continue;
    wanted = program_.At(of.a).code == Code::kConstant ? of.b : of.a;
  }
  const Op& op = program_.At(wanted);
  const std::string by = offset == 0 ? "" : absl::StrCat(" + ", offset);
  if (op.code == Code::kModulo && program_.At(op.b).code == Code::kConstant &&
      program_.At(op.b).value == static_cast<double>(length)) {
    return Text(wanted, Binding::kSum) + by;
  }
  return absl::StrCat("(", Text(wanted, Binding::kSum), by, ") % ", length);
}

/// An element of a temporary: what is stored there, or added up there after a clear.
Term FormulaWriter::OfTemporary(size_t array, const Whole& place) {
  const std::vector<int32_t>& effects = effects_[array];
  std::vector<int32_t> adding;
  bool stored = false;
  bool cleared = false;
  for (const int32_t effect : effects) {
    const Code code = program_.At(effect).code;
    if (code == Code::kExclusiveProducts) return Products(array, place);
    // Of a kept matrix the text would search for the row and column, and be no easier to read.
    const bool whole = ActsOnWholeArray(code);
    const size_t address = whole ? 0 : static_cast<size_t>(program_.At(effect).aux);
    const bool matrix = !whole && program_.addresses[address].terms.size() > 1;
    if (matrix || IsRunningSum(code)) return GiveUp(kNoText);
    cleared |= code == Code::kClear;
    stored |= code == Code::kStore;
    if (code != Code::kClear) adding.push_back(effect);
  }
  if (stored ? cleared || adding.size() != 1 : !cleared) return GiveUp(kNoText);
  return Added(adding, place);
}

/// The product of all factors but one.
Term FormulaWriter::Products(size_t array, const Whole& place) {
  const std::vector<int32_t>& effects = effects_[array];
  const Op& factor = program_.At(effects.front());
  if (effects.size() != 2 || factor.code != Code::kStore) return GiveUp(kNoText);
  const int32_t loop = program_.RegionAt(factor.region).loop;
  const auto before = turn_[static_cast<size_t>(loop)];
  const auto taken = taken_;
  const std::string turns = BindLoop(loop);
  const std::string own = Spelled(*turn_[static_cast<size_t>(loop)]);
  const std::string value = Text(factor.a, Binding::kSum);
  turn_[static_cast<size_t>(loop)] = before;
  taken_ = taken;
  return {.body = absl::StrCat("prod(", value, turns, " if ", own, " != ", Spelled(place), ")")};
}

Term FormulaWriter::Added(const std::vector<int32_t>& effects, const Whole& place) {
  Sum sum;
  for (const int32_t effect : effects) {
    if (!failure_.empty()) break;
    sum.Add(AddedBy(program_.At(effect), place));
  }
  return sum.Total();
}

/// "0 <= k - 1 < 9", or what of it is not plain.
std::string FormulaWriter::InsideText(const Whole& turn, int32_t loop) {
  int64_t low = turn.base;
  int64_t high = turn.base;
  for (const auto& [name, coefficient] : turn.terms) {
    (coefficient > 0 ? high : low) += coefficient * (turns_[name] - 1);
  }
  const int64_t fixed = FixedTurns(program_, loop);
  const bool above = low >= 0;
  const bool below = fixed >= 0 && high < fixed;
  if (above && below) return "";
  const std::string text = Spelled(turn);
  const std::string count =
      fixed >= 0 ? absl::StrCat(fixed) : CountText(program_.LoopAt(loop).count);
  if (above) return absl::StrCat(text, " < ", count);
  if (below) return absl::StrCat(text, " >= 0");
  return absl::StrCat("0 <= ", text, " < ", count);
}

/// The sum over the turns of the loops around `effect` at which it meets `place`. Where the
/// innermost loop that moves it moves it by one, there is one such turn, and the loop is gone.
Term FormulaWriter::AddedBy(const Op& effect, const Whole& place) {
  const Address& address = program_.addresses[static_cast<size_t>(effect.aux)];
  const bool gathered = effect.code == Code::kScatterAt;
  const int32_t value = gathered ? effect.b : effect.a;
  std::vector<int32_t> loops;
  for (const int32_t loop : LoopsAround(program_, effect.region)) {
    if (!turn_[static_cast<size_t>(loop)]) loops.push_back(loop);
  }
  const auto taken = taken_;
  int32_t solved = -1;
  int64_t by = 0;
  for (const auto& [loop, coefficient] : address.terms) {
    if (std::find(loops.begin(), loops.end(), loop) == loops.end()) continue;
    by = coefficient;  // terms come outermost first
    solved = loop;
  }
  if (gathered || std::abs(by) != 1) solved = -1;
  std::string turns;
  std::string condition;
  for (const int32_t loop : loops) {
    if (loop != solved) {
      absl::StrAppend(&turns, BindLoop(loop));
      continue;
    }
    Whole turn;
    turn.Gain(place, by);
    turn.Gain(PlaceOf(address), -by);
    condition = InsideText(turn, loop);
    turn_[static_cast<size_t>(loop)] = turn;
  }
  // Both sides without what they have in common: where the array's own numbering begins.
  Whole wanted = place;
  wanted.base = 0;
  Whole met{address.base - place.base, {}};
  if (gathered) {
    const std::string by_base = met.base == 0 ? "" : absl::StrCat(" + ", met.base);
    condition = absl::StrCat(Text(effect.a, Binding::kSum), by_base, " == ", Spelled(wanted));
  } else if (solved < 0) {
    met = PlaceOf(address);
    met.base -= place.base;
    if (met.terms.empty()) std::swap(met, wanted);  // k == 2, but i + 1 == k
    if (!(met == wanted)) condition = absl::StrCat(Spelled(met), " == ", Spelled(wanted));
  }
  Term term = Write(value);
  for (const int32_t loop : loops) turn_[static_cast<size_t>(loop)].reset();
  taken_ = taken;
  for (const std::string& line : lines_) taken_.insert(line.substr(0, line.find(' ')));
  term.guard = Both(condition, term.guard);
  if (turns.empty()) return term;
  const std::string guard = std::exchange(term.guard, "");
  const double factor = term.body.empty() ? 1 : std::exchange(term.factor, 1);
  return {.factor = factor,
          .body = absl::StrCat("sum(", Spelled(term, Binding::kSum), turns,
                               guard.empty() ? "" : absl::StrCat(" if ", guard), ")")};
}

}  // namespace thalweg::expression
