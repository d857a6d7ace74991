// thalweg compile: what a formula is understood as.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

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
};

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
  json.Key("findings").Array();
  for (const std::string& finding : response.findings()) json.Text(finding);
  json.EndArray().EndObject();
  out << json.text() << "\n";
}

std::string VariableText(const v1::Variable& variable) {
  if (variable.shape().empty()) return variable.name();
  return absl::StrCat(variable.name(), "[", absl::StrJoin(variable.shape(), ", "), "]");
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
  for (const std::string& finding : response.findings()) out << "noticed: " << finding << "\n";
}

int Execute(const Options& options, Context& context) {
  v1::CompileObjectiveRequest request;
  *request.mutable_objective() = ObjectiveOf(options.objective);
  if (!options.at.empty()) *request.mutable_point() = PointOf("--at", options.at);
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
  AddCommonOptions(app, options->common);
  app.footer("\nExample:\n  thalweg compile 'sum((x - a)**2)' --param a=1,2 --at x=0,0");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
