// thalweg evaluate: a value, and a gradient, at a point.
#include <memory>
#include <ostream>
#include <span>
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
  std::vector<std::string> at;         // as written
  std::vector<std::string> direction;  // likewise
  bool gradient = false;
  bool residuals = false;
  bool jacobian = false;
};

/// A list of rows, one for each residual.
void WriteJacobian(const v1::Evaluation& evaluation, Json& json) {
  const int columns = evaluation.jacobian_size() / evaluation.residuals_size();
  json.Key("jacobian").Array();
  for (int row = 0; row < evaluation.residuals_size(); ++row) {
    json.Array();
    for (int i = 0; i < columns; ++i) json.Number(evaluation.jacobian(row * columns + i));
    json.EndArray();
  }
  json.EndArray();
}

std::span<const double> Numbers(const google::protobuf::RepeatedField<double>& field) {
  return {field.data(), static_cast<size_t>(field.size())};
}

void PrintPoint(const std::string& before, const v1::Point& point, std::ostream& out) {
  for (const v1::Variable& variable : VariablesOf(point)) {
    out << before << variable.name() << "      "
        << ArrayText(point.values().at(variable.name()), /*digits=*/17) << "\n";
  }
}

void PrintJson(const v1::Evaluation& evaluation, bool gradient, std::ostream& out) {
  Json json;
  json.Object().Key("value").Number(evaluation.value());
  if (gradient) {
    json.Key("gradient");
    WriteX(json, VariablesOf(evaluation.gradient()), evaluation.gradient());
  }
  if (evaluation.has_hessian_direction()) {
    json.Key("hessian_direction");
    WriteX(json, VariablesOf(evaluation.hessian_direction()), evaluation.hessian_direction());
  }
  if (!evaluation.residuals().empty()) {
    json.Key("residuals").Array();
    for (const double residual : evaluation.residuals()) json.Number(residual);
    json.EndArray();
  }
  if (!evaluation.jacobian().empty()) WriteJacobian(evaluation, json);
  if (!evaluation.non_finite().empty()) json.Key("non_finite").Text(evaluation.non_finite());
  out << json.EndObject().text() << "\n";
}

void PrintText(const v1::Evaluation& evaluation, bool gradient, std::ostream& out) {
  out << "value     " << NumberText(evaluation.value()) << "\n";
  if (gradient) PrintPoint("d/d", evaluation.gradient(), out);
  if (evaluation.has_hessian_direction()) PrintPoint("Hv ", evaluation.hessian_direction(), out);
  if (!evaluation.residuals().empty()) {
    out << "residuals " << VectorText(Numbers(evaluation.residuals()), /*digits=*/17) << "\n";
  }
  const int columns =
      evaluation.jacobian().empty() ? 0 : evaluation.jacobian_size() / evaluation.residuals_size();
  for (int row = 0; columns > 0 && row < evaluation.residuals_size(); ++row) {
    const auto begin = static_cast<size_t>(row) * static_cast<size_t>(columns);
    out << (row == 0 ? "jacobian  " : "          ")
        << VectorText(Numbers(evaluation.jacobian()).subspan(begin, static_cast<size_t>(columns)),
                      /*digits=*/6)
        << "\n";
  }
  if (!evaluation.non_finite().empty()) out << "not finite: " << evaluation.non_finite() << "\n";
}

int Execute(const Options& options, Context& context) {
  v1::EvaluateObjectiveRequest request;
  *request.mutable_objective() = ObjectiveOf(options.objective);
  *request.add_points() = PointOf("--at", options.at);
  request.set_gradient(options.gradient);
  if (!options.direction.empty()) {
    *request.mutable_direction() = PointOf("--direction", options.direction);
  }
  request.set_residuals(options.residuals);
  request.set_jacobian(options.jacobian);
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
  AddRepeated(app, "--direction", options->direction, "NAME=VALUE",
              "The Hessian times this too; may be repeated");
  app.add_flag("--residuals", options->residuals, "The residuals of a sum of squares too");
  app.add_flag("--jacobian", options->jacobian, "Their derivatives as well");
  AddCommonOptions(app, options->common);
  app.footer(R"(
Examples:
  thalweg evaluate 'sum(x**2)' --at x=1,2 --gradient
  thalweg evaluate 'x**3*y' --at x=1 --at y=2 --direction x=1 --direction y=0
  thalweg evaluate 'a*x + y' --param a=3 --at x=1 --at y=2 --json)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
