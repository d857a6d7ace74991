#include "server/core/expression/expression.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/expression/calls.h"
#include "server/core/expression/compiled.h"
#include "server/core/expression/derivative.h"
#include "server/core/expression/lower.h"
#include "server/core/expression/schedule.h"
#include "server/core/violation.h"

namespace thalweg::expression {
namespace {

absl::Status TooLarge(std::string_view what, const Limits& limits) {
  return Refuse("", Reason::kExpressionTooLarge,
                absl::StrFormat("%s has more than %d operations, the limit", what,
                                limits.program_operations));
}

/// Tokens to tree to facts. The first stage that finds errors ends it.
absl::Status Understand(const Limits& limits, Machinery& made, Analysis& analysis) {
  const std::string& text = made.source.text;
  if (static_cast<int64_t>(text.size()) > limits.text_bytes) {
    return Refuse("", Reason::kExpressionTooLong,
                  absl::StrFormat("the formula has %d bytes; the limit is %d", text.size(),
                                  limits.text_bytes));
  }
  Complaints complaints(text);
  const std::vector<Token> tokens = Tokenize(text, limits, complaints);
  if (!complaints.empty()) return complaints.ToStatus();
  made.tree = Parse(text, tokens, limits, complaints);
  if (!complaints.empty()) return complaints.ToStatus();
  Resolve(made.source, made.layout, made.tree, complaints, analysis);
  InferShapes(made.source, made.layout, made.tree, complaints, analysis);
  if (!complaints.empty()) return complaints.ToStatus();
  CheckIndices(made.source, made.tree, limits, complaints, analysis);
  return complaints.ToStatus();
}

/// "1000 x 20 turns": of the loops around and of `loop` itself, outermost first.
std::string TurnsText(const Program& program, int32_t loop) {
  std::vector<std::string> turns;
  for (; loop >= 0;
       loop = program.RegionAt(program.RegionAt(program.LoopAt(loop).body).parent).loop) {
    turns.push_back(absl::StrCat(program.LoopAt(loop).most));
  }
  std::reverse(turns.begin(), turns.end());
  return absl::StrCat(absl::StrJoin(turns, " x "), " turns");
}

absl::Status CheckCost(const Machinery& made, const Program& program, const MachineCode& code,
                       const char* what, const Limits& limits) {
  if (code.memory * static_cast<int64_t>(sizeof(double)) > limits.scratch_bytes) {
    return Refuse(
        "", Reason::kExpressionTooLarge,
        absl::StrFormat("one evaluation of the %s needs %d bytes of memory; the limit is %d", what,
                        code.memory * static_cast<int64_t>(sizeof(double)), limits.scratch_bytes));
  }
  if (code.operations <= static_cast<double>(limits.evaluation_operations)) {
    return absl::OkStatus();
  }
  Complaints complaints(made.source.text);
  const int32_t loop = code.costliest_loop;
  const Node& node =
      made.tree.At(loop < 0 ? made.tree.statements.back().root : program.LoopAt(loop).origin);
  const std::string part = Quoted(Excerpt(made.source.text, node.begin, node.end));
  complaints.Add(
      Reason::kEvaluationTooCostly, node.begin,
      absl::StrFormat("one evaluation of the %s takes up to %.4g operations; the limit is %.4g, "
                      "and %s alone has %s",
                      what, code.operations, static_cast<double>(limits.evaluation_operations),
                      part, loop < 0 ? "all of them" : TurnsText(program, loop)));
  return complaints.ToStatus();
}

absl::Status WritePrograms(const Limits& limits, const Analysis& analysis, Machinery& made) {
  Complaints complaints(made.source.text);
  Builder value(limits.program_operations);
  Lower(made.source, made.layout, made.tree, analysis, limits, complaints, value);
  if (value.full()) return TooLarge("the formula's program", limits);
  if (!complaints.empty()) return complaints.ToStatus();
  made.value = std::move(value.program());
  Schedule(made.value);
  made.value_code = Assemble(made.value);
  if (absl::Status status = CheckCost(made, made.value, made.value_code, "value", limits);
      !status.ok()) {
    return status;
  }
  Builder gradient(limits.program_operations);
  const bool fits = Differentiate(made.value, limits.scratch_bytes, gradient);
  if (gradient.full()) return TooLarge("the formula's derivative", limits);
  if (!fits) {
    return Refuse("", Reason::kExpressionTooLarge,
                  absl::StrFormat("the derivative needs more than %d bytes of memory, the limit",
                                  limits.scratch_bytes));
  }
  made.gradient = std::move(gradient.program());
  Schedule(made.gradient);
  made.gradient_code = Assemble(made.gradient);
  return CheckCost(made, made.gradient, made.gradient_code, "gradient", limits);
}

/// Parameters and locals that no name in the formula refers to.
void ReviewNames(const Analysis& analysis, Machinery& made) {
  std::set<const Parameter*> parameters;
  std::vector<bool> locals(made.tree.statements.size(), false);
  for (size_t i = 0; i < made.tree.nodes.size(); ++i) {
    if (made.tree.nodes[i].kind != NodeKind::kName) continue;
    const Meaning& meaning = analysis.facts[i].meaning;
    if (meaning.kind == SymbolKind::kParameter) parameters.insert(meaning.parameter);
    if (meaning.kind == SymbolKind::kLocal) locals[static_cast<size_t>(meaning.index)] = true;
  }
  for (const auto& [name, parameter] : made.source.parameters) {
    if (parameters.count(&parameter) > 0) continue;
    made.findings.push_back(absl::StrCat("parameter '", name, "' is not used"));
  }
  for (size_t i = 0; i + 1 < locals.size(); ++i) {
    const Statement& of = made.tree.statements[i];
    if (locals[i]) continue;
    const std::string name = made.source.text.substr(of.name_begin, of.name_end - of.name_begin);
    made.findings.push_back(
        absl::StrCat(PlaceOf(made.source.text, of.name_begin), ": local '", name, "' is not used"));
  }
}

void Review(const Analysis& analysis, Machinery& made) {
  for (size_t v = 0; v < made.layout.variables().size(); ++v) {
    if (analysis.variable_used[v]) continue;
    made.findings.push_back(
        absl::StrCat("variable '", made.layout.variables()[v].name, "' is not used"));
  }
  ReviewNames(analysis, made);
  if (made.value.At(made.value.result).code == Code::kConstant) {
    made.findings.push_back("the objective is constant: it depends on no variable");
  }
}

class ExpressionObjective final : public Objective {
 public:
  explicit ExpressionObjective(std::shared_ptr<const Compiled> compiled)
      : compiled_(std::move(compiled)),
        machinery_(compiled_->machinery()),
        value_(machinery_.value, machinery_.value_code),
        gradient_(machinery_.gradient, machinery_.gradient_code) {}

  const Layout& layout() const override { return machinery_.layout; }

  absl::Status Value(const Vector& x, double& value) override {
    if (x.size() != machinery_.layout.size()) return WrongSize(x);
    value = value_.Run({.x = x.data()});
    return absl::OkStatus();
  }

  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    if (x.size() != machinery_.layout.size() || gradient.size() != x.size()) return WrongSize(x);
    gradient.setZero();
    value = gradient_.Run({.x = x.data(), .gradient = gradient.data()});
    return absl::OkStatus();
  }

  std::string ExplainNonFinite(const Vector& x) override {
    if (x.size() != machinery_.layout.size()) return "";
    if (!std::isfinite(value_.Run({.x = x.data()}))) {
      return Explain(machinery_, machinery_.value, machinery_.value_code, value_,
                     {machinery_.value.result});
    }
    Vector gradient = Vector::Zero(x.size());
    gradient_.Run({.x = x.data(), .gradient = gradient.data()});
    if (gradient.allFinite()) return "";
    return Explain(machinery_, machinery_.gradient, machinery_.gradient_code, gradient_,
                   Scattered());
  }

 private:
  absl::Status WrongSize(const Vector& x) const {
    return absl::InternalError(absl::StrFormat("a point of %d coordinates for a formula of %d",
                                               x.size(), machinery_.layout.size()));
  }

  /// Operations whose values enter the gradient, in order.
  std::vector<int32_t> Scattered() const {
    std::vector<int32_t> effects;
    for (size_t i = 0; i < machinery_.gradient.ops.size(); ++i) {
      if (IsEffect(machinery_.gradient.ops[i].code)) effects.push_back(static_cast<int32_t>(i));
    }
    return effects;
  }

  std::shared_ptr<const Compiled> compiled_;
  const Machinery& machinery_;
  Machine value_;
  Machine gradient_;
};

}  // namespace

Compiled::Compiled(std::unique_ptr<const Machinery> machinery) : machinery_(std::move(machinery)) {}
Compiled::~Compiled() = default;

const Layout& Compiled::layout() const { return machinery_->layout; }
int64_t Compiled::operations() const {
  return static_cast<int64_t>(machinery_->value_code.operations);
}
int64_t Compiled::gradient_operations() const {
  return static_cast<int64_t>(machinery_->gradient_code.operations);
}
const std::vector<std::string>& Compiled::findings() const { return machinery_->findings; }

absl::StatusOr<std::shared_ptr<const Compiled>> Compile(const Source& source,
                                                        const Limits& limits) {
  auto made = std::make_unique<Machinery>();
  made->source = source;
  auto layout = Layout::Of(source.variables);
  if (!layout.ok()) return layout.status();
  made->layout = *std::move(layout);
  if (made->layout.size() > limits.coordinates) {
    return Refuse("", Reason::kExpressionTooLarge,
                  absl::StrFormat("the variables have %d coordinates; the limit is %d",
                                  made->layout.size(), limits.coordinates));
  }
  Analysis analysis;
  if (absl::Status status = Understand(limits, *made, analysis); !status.ok()) return status;
  if (absl::Status status = WritePrograms(limits, analysis, *made); !status.ok()) return status;
  Review(analysis, *made);
  return std::make_shared<const Compiled>(std::move(made));
}

std::unique_ptr<Objective> MakeObjective(std::shared_ptr<const Compiled> compiled) {
  return std::make_unique<ExpressionObjective>(std::move(compiled));
}

std::vector<FunctionInfo> Functions() {
  std::vector<FunctionInfo> infos;
  for (const Function& row : Table()) {
    if (!absl::ascii_isalpha(static_cast<unsigned char>(row.name[0]))) continue;
    if (IsKeyword(row.name)) continue;
    infos.push_back({std::string(row.name), row.arity, std::string(row.meaning),
                     std::string(row.derivative_text), std::string(row.domain)});
  }
  for (const SpecialCall& call : SpecialCalls()) {
    infos.push_back({std::string(call.name), call.most, std::string(call.meaning),
                     std::string(call.derivative), std::string(call.domain)});
  }
  return infos;
}

}  // namespace thalweg::expression
