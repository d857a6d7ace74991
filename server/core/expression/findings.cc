#include "server/core/expression/findings.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/expression/functions.h"
#include "server/core/expression/intervals.h"
#include "server/core/expression/order.h"

namespace thalweg::expression {
namespace {

constexpr size_t kMostFindings = 20;
constexpr double kLarge = 1e13;  // beside which changes of 1e-3 are lost

/// Where a function has a finite value.
struct Domain {
  std::string_view function;
  double low;
  double high;
  bool open;  // the ends do not belong to it
};
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr Domain kDomains[] = {
    {"log", 0, kInf, true},    {"log2", 0, kInf, true},   {"log10", 0, kInf, true},
    {"log1p", -1, kInf, true}, {"sqrt", 0, kInf, false},  {"asin", -1, 1, false},
    {"acos", -1, 1, false},    {"acosh", 1, kInf, false}, {"atanh", -1, 1, true},
};

class Reviewer {
 public:
  Reviewer(const Machinery& machinery, const Structure& structure, const Vector& lower,
           const Vector& upper)
      : machinery_(machinery),
        program_(machinery.value),
        structure_(structure),
        order_(RunOrder(program_)),
        degrees_(FindDegrees(program_, order_)),
        intervals_(FindIntervals(program_, order_, lower, upper)) {}

  std::vector<std::string> Find() {
    FindUnguarded();
    for (const int32_t index : order_) Review(index);
    std::vector<std::string> texts;
    for (const auto& [place, text] : found_) {
      if (texts.size() < kMostFindings) texts.push_back(text);
    }
    ReviewCoordinates(texts);
    return texts;
  }

 private:
  bool Active(int32_t op) const {
    return op >= 0 && degrees_[static_cast<size_t>(op)] != Degree::kConstant;
  }
  const Interval& At(int32_t op) const { return intervals_[static_cast<size_t>(op)]; }

  /// What is computed for its own sake, not only as one side of a choice.
  void FindUnguarded() {
    unguarded_.assign(program_.ops.size(), false);
    std::vector<std::vector<int32_t>> stores(program_.arrays.size());
    for (const int32_t index : order_) {
      const Op& op = program_.At(index);
      if (op.code == Code::kStore) stores[ArrayIndex(op)].push_back(op.a);
    }
    std::vector<int32_t> waiting = {program_.result};
    while (!waiting.empty()) {
      const int32_t index = waiting.back();
      waiting.pop_back();
      if (index < 0 || unguarded_[static_cast<size_t>(index)]) continue;
      unguarded_[static_cast<size_t>(index)] = true;
      const Op& op = program_.At(index);
      if (op.code == Code::kResult) {
        waiting.push_back(program_.LoopAt(op.aux).accumulators[static_cast<size_t>(op.b)].value);
      } else if (op.code == Code::kLoad || op.code == Code::kGather) {
        const auto& stored = stores[ArrayIndex(op)];
        waiting.insert(waiting.end(), stored.begin(), stored.end());
      } else if (op.code == Code::kSelect) {
        waiting.push_back(op.a);
      } else {
        waiting.insert(waiting.end(), {op.a, op.b, op.c});
      }
    }
  }
  size_t ArrayIndex(const Op& op) const {
    return static_cast<size_t>(program_.addresses[static_cast<size_t>(op.aux)].array);
  }

  void Review(int32_t index) {
    const Op& op = program_.At(index);
    switch (op.code) {
      case Code::kDivide:
      case Code::kFloorDivide:
      case Code::kModulo:
        return ReviewDivision(index, op);
      case Code::kSqrt:
      case Code::kCall1:
        return ReviewDomain(index, op);
      case Code::kCall2:
        return ReviewPower(index, op);
      case Code::kFloor:
      case Code::kCeil:
      case Code::kRound:
      case Code::kSign:
        if (!Active(op.a)) return;
        return Add(op.origin, absl::StrCat("is flat between its steps: its gradient is 0, so "
                                           "that a descent does not see it"));
      case Code::kSelect:
        return ReviewChoice(op);
      case Code::kAdd:
      case Code::kSubtract:
        return ReviewSum(op);
      default:
        return;
    }
  }

  void ReviewDivision(int32_t index, const Op& op) {
    const Interval& divisor = At(op.b);
    const bool always = divisor.low == 0 && divisor.high == 0;
    if (!unguarded_[static_cast<size_t>(index)] || !divisor.MayBeZero()) return;
    if (!Active(op.b) && !always) return;
    const std::string divisor_text = Text(program_.At(op.b).origin);
    const bool named = !always && program_.At(op.b).origin != op.origin;
    Add(op.origin,
        always  ? "divides by 0"
        : named ? absl::StrCat("divides by ", divisor_text, ", which may be 0", Lies(divisor))
                : absl::StrCat("divides by something that may be 0", Lies(divisor)));
  }

  void ReviewDomain(int32_t index, const Op& op) {
    if (!unguarded_[static_cast<size_t>(index)] || !Active(op.a)) return;
    const std::string_view name = RowOf(op).name;
    const auto* const domain =
        std::find_if(std::begin(kDomains), std::end(kDomains),
                     [name](const Domain& of) { return of.function == name; });
    if (domain == std::end(kDomains)) return;
    const Interval& a = At(op.a);
    const bool below = a.low < domain->low;
    const bool at_zero = domain->open && domain->low == 0 && a.MayBeZero();
    const bool at_end = domain->open && domain->low != 0 && a.low <= domain->low;
    const bool above = domain->open ? a.high >= domain->high : a.high > domain->high;
    if (!below && !at_zero && !at_end && (!above || domain->high == kInf)) return;
    const std::string inside =
        absl::StrFormat("%c%s, %s%c", domain->open ? '(' : '[', Number(domain->low),
                        Number(domain->high), domain->open || domain->high == kInf ? ')' : ']');
    const bool named = program_.At(op.a).origin != op.origin;
    Add(op.origin, absl::StrCat("needs its argument ",
                                named ? absl::StrCat(Text(program_.At(op.a).origin), " ") : "",
                                "in ", inside, ", but it may be outside", Lies(a)));
  }

  void ReviewPower(int32_t index, const Op& op) {
    if (RowOf(op).name != "pow" || !unguarded_[static_cast<size_t>(index)] || !Active(op.a)) return;
    const Interval& power = At(op.b);
    const bool whole = power.low == power.high && std::floor(power.low) == power.low;
    if (whole || At(op.a).low >= 0) return;
    Add(op.origin, absl::StrCat("raises ", Text(program_.At(op.a).origin),
                                ", which may be negative, to a power that is not whole: that is "
                                "nan",
                                Lies(At(op.a))));
  }

  /// where(x == 1, y, z); but where(x == 0, 1, sin(x)/x) only fills a hole.
  void ReviewChoice(const Op& op) {
    const Op& condition = program_.At(op.a);
    if (condition.code != Code::kEqual || !Active(op.a)) return;
    if (NodeOf(condition.origin).kind != NodeKind::kCompare || !Active(op.b)) return;
    Add(condition.origin,
        "compares numbers that vary for equality, which a descent hardly ever meets");
  }

  void ReviewSum(const Op& op) {
    for (const auto& [large, other] : {std::pair(op.a, op.b), std::pair(op.b, op.a)}) {
      const Op& of = program_.At(large);
      if (of.code != Code::kConstant || !(std::fabs(of.value) >= kLarge) || !Active(other))
        continue;
      if (std::isinf(of.value)) continue;
      const double ulp = std::nextafter(std::fabs(of.value), kInf) - std::fabs(of.value);
      Add(op.origin, absl::StrFormat("adds %.3g, beside which changes below %.3g are lost",
                                     of.value, ulp / 2));
    }
  }

  void ReviewCoordinates(std::vector<std::string>& texts) const {
    const Layout& layout = machinery_.layout;
    for (size_t v = 0; v < layout.variables().size(); ++v) {
      const auto begin = structure_.used.begin() + layout.OffsetOf(v);
      const auto end = begin + layout.variables()[v].length;
      const auto unused = std::count(begin, end, false);
      // Of a variable that is not used at all the compiler has spoken already.
      if (unused == 0 || unused == end - begin) continue;
      const auto first = std::find(begin, end, false) - structure_.used.begin();
      std::string what = layout.CoordinateName(static_cast<Index>(first));
      if (unused > 1)
        absl::StrAppend(&what, " and ", unused - 1, " more of '", layout.variables()[v].name, "'");
      texts.push_back(absl::StrCat("the objective does not depend on ", what));
    }
  }

  const Node& NodeOf(int32_t origin) const {
    return machinery_.tree.At(origin < 0 ? machinery_.tree.statements.back().root : origin);
  }
  std::string Text(int32_t origin) const {
    const Node& node = NodeOf(origin);
    return Quoted(Excerpt(machinery_.source.text, node.begin, node.end));
  }
  static std::string Number(double value) { return absl::StrFormat("%.6g", value); }
  static std::string Lies(const Interval& interval) {
    if (interval.low == -kInf && interval.high == kInf) return "";
    return absl::StrCat(" (it lies in [", Number(interval.low), ", ", Number(interval.high), "])");
  }

  /// Once for each piece of the formula, whatever number of operations it has become.
  void Add(int32_t origin, const std::string& what) {
    const Node& node = NodeOf(origin);
    found_.try_emplace(
        {node.begin, node.end},
        absl::StrCat(PlaceOf(machinery_.source.text, node.begin), ": ", Text(origin), " ", what));
  }

  const Machinery& machinery_;
  const Program& program_;
  const Structure& structure_;
  const std::vector<int32_t> order_;
  const std::vector<Degree> degrees_;
  const std::vector<Interval> intervals_;
  std::vector<bool> unguarded_;
  std::map<std::pair<uint32_t, uint32_t>, std::string> found_;  // by place in the text
};

}  // namespace

std::vector<std::string> FindSurprises(const Machinery& machinery, const Structure& structure,
                                       const Vector& lower, const Vector& upper) {
  return Reviewer(machinery, structure, lower, upper).Find();
}

}  // namespace thalweg::expression
