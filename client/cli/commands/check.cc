// thalweg check: a gradient against finite differences.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"

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
  double tolerance = 0;         // 0: the server's
  int64_t coordinates = 0;      // likewise
  bool sweep = false;
};

void WriteSweep(const v1::CoordinateCheck& check, Json& json) {
  json.Key("sweep").Array();
  for (const v1::StepDifference& at : check.sweep()) {
    json.Object().Key("step").Number(at.step()).Key("below").Number(at.below());
    json.Key("above").Number(at.above()).Key("central").Number(at.central()).EndObject();
  }
  json.EndArray();
}

void PrintSweep(const v1::CoordinateCheck& check, std::ostream& out) {
  for (const v1::StepDifference& at : check.sweep()) {
    out << absl::StrFormat("  step %-8s below %22s above %22s central %22s\n",
                           ShortText(at.step(), 3), NumberText(at.below()), NumberText(at.above()),
                           NumberText(at.central()));
  }
}

void PrintJson(const v1::CheckGradientResponse& response, std::ostream& out) {
  Json json;
  json.Object().Key("passed").Flag(response.passed()).Key("value").Number(response.value());
  json.Key("coordinates").Array();
  for (const v1::CoordinateCheck& check : response.coordinates()) {
    json.Object().Key("coordinate").Text(check.coordinate());
    json.Key("gradient").Number(check.gradient()).Key("difference").Number(check.difference());
    json.Key("step").Number(check.step());
    json.Key("absolute_error").Number(check.absolute_error());
    json.Key("relative_error").Number(check.relative_error());
    json.Key("resolution").Number(check.resolution());
    json.Key("passed").Flag(check.passed());
    if (!check.sweep().empty()) WriteSweep(check, json);
    json.EndObject();
  }
  json.EndArray().Key("worst").Integer(response.worst());
  json.Key("suspicion").Text(response.suspicion());
  json.Key("evaluations").Integer(response.evaluations()).EndObject();
  out << json.text() << "\n";
}

void PrintText(const v1::CheckGradientResponse& response, Context& context) {
  context.out << absl::StrFormat("%-12s %22s %22s %10s %10s %10s\n", "coordinate", "gradient",
                                 "difference", "step", "absolute", "relative");
  for (const v1::CoordinateCheck& check : response.coordinates()) {
    const std::string line =
        absl::StrFormat("%-12s %22s %22s %10s %10s %10s%s", check.coordinate(),
                        NumberText(check.gradient()), NumberText(check.difference()),
                        ShortText(check.step(), 3), ShortText(check.absolute_error(), 3),
                        ShortText(check.relative_error(), 3), check.passed() ? "" : "  <- differs");
    context.out << (check.passed() ? line : Coloured(context.terminal, line, "31")) << "\n";
    PrintSweep(check, context.out);
  }
  context.out << (response.passed() ? Coloured(context.terminal, "passed", "1;32")
                                    : Coloured(context.terminal, "did not pass", "1;31"))
              << " at value " << NumberText(response.value()) << ", "
              << CountText(response.evaluations()) << " evaluations\n";
  if (!response.suspicion().empty()) context.out << response.suspicion() << "\n";
}

int Execute(const Options& options, Context& context) {
  v1::CheckGradientRequest request;
  *request.mutable_objective() = ObjectiveOf(options.objective);
  if (!options.at.empty()) *request.mutable_point() = PointOf("--at", options.at);
  request.set_tolerance(options.tolerance);
  request.set_max_coordinates(options.coordinates);
  request.set_sweeps(options.sweep);
  const auto response =
      ValueOf(ConnectTo(options.common).CheckGradient(request, CallOf(options.common, context)));
  if (options.common.json) {
    PrintJson(response, context.out);
  } else {
    PrintText(response, context);
  }
  return response.passed() ? kEndedWell : kEndedBadly;
}

}  // namespace

Action AddCheck(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  AddObjectiveOptions(app, options->objective);
  AddRepeated(app, "--at", options->at, "NAME=VALUE", "Where, by variable; may be repeated");
  app.add_option("--tolerance", options->tolerance, "Relative error up to which it passes")
      ->type_name("T");
  app.add_option("--coordinates", options->coordinates, "How many coordinates to look at")
      ->type_name("N");
  app.add_flag("--sweep", options->sweep, "The differences at every step too");
  AddCommonOptions(app, options->common);
  app.footer(R"(
Exit code 2 where the gradient does not pass.

Examples:
  thalweg check 'sin(x)*exp(-x**2)' --at x=0.3
  thalweg check --function rosenbrock --dimension 10)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
