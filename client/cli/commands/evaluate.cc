// thalweg evaluate: a value, and a gradient, at a point.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/objective_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/point_text.h"
#include "client/cli/output/run_json.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  ObjectiveOptions objective;
  std::vector<std::string> at;  // as written
  bool gradient = false;
};

void PrintJson(const v1::Evaluation& evaluation, bool gradient, std::ostream& out) {
  Json json;
  json.Object().Key("value").Number(evaluation.value());
  if (gradient) {
    json.Key("gradient");
    WriteX(json, VariablesOf(evaluation.gradient()), evaluation.gradient());
  }
  if (!evaluation.non_finite().empty()) json.Key("non_finite").Text(evaluation.non_finite());
  out << json.EndObject().text() << "\n";
}

void PrintText(const v1::Evaluation& evaluation, bool gradient, std::ostream& out) {
  out << "value     " << NumberText(evaluation.value()) << "\n";
  for (const v1::Variable& variable : VariablesOf(evaluation.gradient())) {
    if (!gradient) break;
    out << "d/d" << variable.name() << "      "
        << ArrayText(evaluation.gradient().values().at(variable.name()), /*digits=*/17) << "\n";
  }
  if (!evaluation.non_finite().empty()) out << "not finite: " << evaluation.non_finite() << "\n";
}

int Execute(const Options& options, Context& context) {
  v1::EvaluateObjectiveRequest request;
  *request.mutable_objective() = ObjectiveOf(options.objective);
  *request.add_points() = PointOf("--at", options.at);
  request.set_gradient(options.gradient);
  const auto response = ValueOf(
      ConnectTo(options.common).EvaluateObjective(request, CallOf(options.common, context)));
  if (response.evaluations().empty()) throw Failure(kEndedBadly, "the server gave no value");

  const auto print = options.common.json ? PrintJson : PrintText;
  print(response.evaluations(0), options.gradient, context.out);
  return kEndedWell;
}

}  // namespace

Action AddEvaluate(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  AddObjectiveOptions(app, options->objective);
  AddRepeated(app, "--at", options->at, "NAME=VALUE", "Where, by variable; may be repeated");
  app.add_flag("--gradient", options->gradient, "The gradient too");
  AddCommonOptions(app, options->common);
  app.footer(R"(
Examples:
  thalweg evaluate 'sum(x**2)' --at x=1,2 --gradient
  thalweg evaluate 'a*x + y' --param a=3 --at x=1 --at y=2 --json)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
