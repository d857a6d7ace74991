// thalweg compile: what a formula is understood as.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/objective_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/json.h"
#include "client/cli/output/number_text.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  ObjectiveOptions objective;
  std::vector<std::string> at;  // as written
  bool derivatives = false;
};

const char* DegreeText(v1::Degree degree) {
  switch (degree) {
    case v1::DEGREE_CONSTANT:
      return "constant";
    case v1::DEGREE_LINEAR:
      return "linear";
    case v1::DEGREE_QUADRATIC:
      return "quadratic";
    default:
      return "unknown";
  }
}

void WriteDerivatives(const v1::CompileObjectiveResponse& response, Json& json) {
  json.Key("derivatives").Array();
  for (const v1::Derivative& derivative : response.derivatives()) {
    json.Object().Key("variable").Text(derivative.variable());
    json.Key("index").Text(derivative.index()).Key("formula").Text(derivative.formula());
    if (!derivative.why_not().empty()) json.Key("why_not").Text(derivative.why_not());
    json.EndObject();
  }
  json.EndArray();
}

void PrintJson(const v1::CompileObjectiveResponse& response, std::ostream& out) {
  Json json;
  json.Object().Key("variables").Array();
  for (const v1::Variable& variable : response.variables()) {
    json.Object().Key("name").Text(variable.name()).Key("shape").Array();
    for (const int64_t side : variable.shape()) json.Integer(side);
    json.EndArray().EndObject();
  }
  json.EndArray().Key("size").Integer(response.size());
  json.Key("operations").Integer(response.operations());
  json.Key("gradient_operations").Integer(response.gradient_operations());
  json.Key("structure").Object().Key("degree").Text(DegreeText(response.structure().degree()));
  json.Key("kinks").Array();
  for (const std::string& kink : response.structure().kinks()) json.Text(kink);
  json.EndArray().Key("groups").Integer(response.structure().group_count());
  json.Key("residuals").Integer(response.structure().residuals()).EndObject();
  json.Key("footprint").Object();
  json.Key("value_program").Integer(response.footprint().value_program());
  json.Key("gradient_program").Integer(response.footprint().gradient_program());
  json.Key("memory_bytes").Integer(response.footprint().memory_bytes()).EndObject();
  json.Key("findings").Array();
  for (const std::string& finding : response.findings()) json.Text(finding);
  json.EndArray();
  if (!response.derivatives().empty()) WriteDerivatives(response, json);
  out << json.EndObject().text() << "\n";
}

std::string VariableText(const v1::Variable& variable) {
  if (variable.shape().empty()) return variable.name();
  return absl::StrCat(variable.name(), "[", absl::StrJoin(variable.shape(), ", "), "]");
}

/// "quadratic; smooth; a sum over 3 groups: {x, y} {z} ..."
std::string StructureText(const v1::Structure& structure) {
  std::vector<std::string> claims;
  if (structure.degree() != v1::DEGREE_UNSPECIFIED) {
    claims.push_back(DegreeText(structure.degree()));
  }
  claims.push_back(structure.kinks().empty()
                       ? "smooth"
                       : absl::StrCat("not smooth: ", absl::StrJoin(structure.kinks(), ", ")));
  if (structure.residuals() > 0) {
    claims.push_back(
        absl::StrCat("a sum of ", CountText(structure.residuals()), " squared residuals"));
  }
  if (structure.group_count() > 1) {
    std::string groups =
        absl::StrCat("a sum over ", CountText(structure.group_count()), " groups:");
    for (const v1::CoordinateGroup& group : structure.groups()) {
      absl::StrAppend(&groups, " {", absl::StrJoin(group.coordinates(), ", "),
                      group.size() > group.coordinates_size() ? ", ..." : "", "}");
    }
    if (structure.group_count() > structure.groups_size()) absl::StrAppend(&groups, " ...");
    claims.push_back(groups);
  }
  return absl::StrJoin(claims, "; ");
}

/// A formula of several lines begins below its name.
std::string Indented(const std::string& formula) {
  if (formula.find('\n') == std::string::npos) return formula;
  return absl::StrCat("\n    ", absl::StrReplaceAll(formula, {{"\n", "\n    "}}));
}

void PrintText(const v1::CompileObjectiveResponse& response, std::ostream& out) {
  out << "variables   "
      << absl::StrJoin(response.variables(), ", ",
                       [](std::string* text, const v1::Variable& variable) {
                         absl::StrAppend(text, VariableText(variable));
                       })
      << " (" << CountText(response.size()) << " coordinates)\n"
      << "operations  " << CountText(response.operations()) << " for a value, "
      << CountText(response.gradient_operations()) << " with its gradient\n";
  const v1::Footprint& footprint = response.footprint();
  out << "program     " << CountText(footprint.value_program()) << " operations for a value, "
      << CountText(footprint.gradient_program()) << " with its gradient; "
      << CountText(footprint.memory_bytes()) << " bytes to work in\n"
      << "structure   " << StructureText(response.structure()) << "\n";
  for (const std::string& finding : response.findings()) out << "noticed: " << finding << "\n";
  for (const v1::Derivative& derivative : response.derivatives()) {
    out << "d/d" << derivative.variable()
        << (derivative.index().empty() ? "" : absl::StrCat("[", derivative.index(), "]")) << " = "
        << (derivative.why_not().empty() ? Indented(derivative.formula())
                                         : absl::StrCat("(not shown: ", derivative.why_not(), ")"))
        << "\n";
  }
}

int Execute(const Options& options, Context& context) {
  v1::CompileObjectiveRequest request;
  *request.mutable_objective() = ObjectiveOf(options.objective);
  if (!options.at.empty()) *request.mutable_point() = PointOf("--at", options.at);
  request.set_derivatives(options.derivatives);
  const auto response =
      ValueOf(ConnectTo(options.common).CompileObjective(request, CallOf(options.common, context)));
  const auto print = options.common.json ? PrintJson : PrintText;
  print(response, context.out);
  return kEndedWell;
}

}  // namespace

Action AddCompile(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  AddObjectiveOptions(app, options->objective);
  AddRepeated(app, "--at", options->at, "NAME=VALUE",
              "Any point, for the names and shapes of the variables; may be repeated");
  app.add_flag("--derivatives", options->derivatives, "The derivatives as formulas too");
  AddCommonOptions(app, options->common);
  app.footer(R"(
Examples:
  thalweg compile 'sum((x - a)**2)' --param a=1,2 --at x=0,0 --derivatives
  thalweg compile 'log(x - 1)' --at x=3 --lower x=2)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
