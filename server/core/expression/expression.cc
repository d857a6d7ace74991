#include "server/core/expression/expression.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/expression/calls.h"
#include "server/core/expression/compiled.h"
#include "server/core/expression/derivative.h"
#include "server/core/expression/forms.h"
#include "server/core/expression/lower.h"
#include "server/core/violation.h"

namespace thalweg::expression {
namespace {

/// Tokens to tree to facts. The first stage that finds errors ends it.
absl::Status Understand(Machinery& made, Analysis& analysis) {
  const Limits& limits = made.limits;
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
  made.tree = Instantiate(text, std::move(made.tree), limits, complaints);
  if (!complaints.empty()) return complaints.ToStatus();
  Resolve(made.source, made.layout, made.tree, complaints, analysis);
  InferShapes(made.source, made.layout, made.tree, limits, complaints, analysis);
  if (!complaints.empty()) return complaints.ToStatus();
  CheckIndices(made.source, made.tree, limits, complaints, analysis);
  if (!complaints.empty()) return complaints.ToStatus();
  PlanKeeping(made.tree, analysis);
  return absl::OkStatus();
}

absl::Status WritePrograms(const Analysis& analysis, Machinery& made) {
  Complaints complaints(made.source.text);
  Builder written(made.limits.program_operations);
  Lower(made.source, made.layout, made.tree, analysis, made.limits, complaints, written);
  if (!written.full() && !complaints.empty()) return complaints.ToStatus();
  auto value = Finish(made, "value", /*fits=*/true, written);
  if (!value.ok()) return value.status();
  made.value = std::move(value->program);
  made.value_code = std::move(value->code);
  made.residuals = FindResiduals(made.value);

  Builder reversed(made.limits.program_operations);
  const bool fits = Differentiate(made.value, made.limits.scratch_bytes, reversed);
  auto gradient = Finish(made, "gradient", fits, reversed);
  if (!gradient.ok()) return gradient.status();
  made.gradient = std::move(gradient->program);
  made.gradient_code = std::move(gradient->code);
  return absl::OkStatus();
}

/// Parameters, locals and functions that no name in the formula refers to.
void ReviewNames(const Analysis& analysis, Machinery& made) {
  std::set<const Parameter*> parameters;
  std::set<int32_t> locals;  // by the root of what they stand for
  for (size_t i = 0; i < made.tree.nodes.size(); ++i) {
    if (made.tree.nodes[i].kind != NodeKind::kName) continue;
    const Meaning& meaning = analysis.facts[i].meaning;
    if (meaning.kind == SymbolKind::kParameter) parameters.insert(meaning.parameter);
    if (meaning.kind == SymbolKind::kLocal) locals.insert(meaning.index);
  }
  for (const auto& [name, parameter] : made.source.parameters) {
    if (parameters.count(&parameter) > 0) continue;
    made.findings.push_back(absl::StrCat("parameter '", name, "' is not used"));
  }
  const auto unused = [&](const char* what, uint32_t begin, uint32_t end) {
    made.findings.push_back(absl::StrCat(PlaceOf(made.source.text, begin), ": ", what, " '",
                                         made.source.text.substr(begin, end - begin),
                                         "' is not used"));
  };
  for (size_t i = 0; i + 1 < made.tree.statements.size(); ++i) {
    const Statement& of = made.tree.statements[i];
    if (locals.count(of.root) == 0) unused("local", of.name_begin, of.name_end);
  }
  for (const LocalFunction& of : made.tree.functions) {
    if (!of.used) unused("function", of.name.begin, of.name.end);
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
int64_t Compiled::residual_count() const { return machinery_->residuals.count; }
const std::vector<std::string>& Compiled::findings() const { return machinery_->findings; }

absl::StatusOr<std::shared_ptr<const Compiled>> Compile(const Source& source,
                                                        const Limits& limits) {
  auto made = std::make_unique<Machinery>();
  made->source = source;
  made->limits = limits;
  auto layout = Layout::Of(source.variables);
  if (!layout.ok()) return layout.status();
  made->layout = *std::move(layout);
  if (made->layout.size() > limits.coordinates) {
    return Refuse("", Reason::kExpressionTooLarge,
                  absl::StrFormat("the variables have %d coordinates; the limit is %d",
                                  made->layout.size(), limits.coordinates));
  }
  if (absl::Status status = Understand(*made, made->analysis); !status.ok()) return status;
  if (absl::Status status = WritePrograms(made->analysis, *made); !status.ok()) return status;
  Review(made->analysis, *made);
  return std::make_shared<const Compiled>(std::move(made));
}

namespace {

std::string TraitsText(const SpecialCall& call) {
  std::vector<std::string> traits;
  if (call.Has(SpecialCall::kGenerators)) traits.push_back("ranges");
  if (call.Has(SpecialCall::kAxis)) traits.push_back("axis");
  if (call.Has(SpecialCall::kMethod)) traits.push_back("method");
  return absl::StrJoin(traits, ", ");
}

}  // namespace

std::vector<FunctionInfo> Functions() {
  std::vector<FunctionInfo> infos;
  for (const Function& row : Table()) {
    if (!absl::ascii_isalpha(static_cast<unsigned char>(row.name[0]))) continue;
    if (IsKeyword(row.name)) continue;
    infos.push_back({std::string(row.name), row.arity, std::string(row.meaning),
                     std::string(row.derivative_text), std::string(row.domain),
                     /*elementwise=*/true, std::string(row.other_name)});
  }
  for (const SpecialCall& call : SpecialCalls()) {
    infos.push_back({std::string(call.name), call.most, std::string(call.meaning),
                     std::string(call.derivative), std::string(call.domain),
                     /*elementwise=*/call.compose != nullptr, "", TraitsText(call)});
  }
  return infos;
}

}  // namespace thalweg::expression
