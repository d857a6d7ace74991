// thalweg landscape: a function over a plane or along a line, as a picture in the terminal.
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/objective_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/json.h"
#include "client/cli/output/landscape_text.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"

namespace thalweg::cli {
namespace {

using Request = v1::SampleLandscapeRequest;
using Response = v1::SampleLandscapeResponse;

struct Options {
  CommonOptions common;
  ObjectiveOptions objective;
  std::string run;
  std::vector<std::string> at;  // as written
  std::string plane;            // likewise
  std::vector<double> from;     // of u, or of u and v
  std::vector<double> to;
  std::vector<int64_t> count;
};

void SetPlane(const std::string& text, Request& request) {
  if (text.empty()) return;
  if (text == "path") {
    request.mutable_path();
    return;
  }
  if (text == "gradient") {
    request.mutable_gradient();
    return;
  }
  const std::vector<std::string> places = absl::StrSplit(text, ',');
  int64_t u = 0;
  int64_t v = 0;
  if (places.size() > 2 || !absl::SimpleAtoi(places.front(), &u) ||
      (places.size() == 2 && !absl::SimpleAtoi(places.back(), &v))) {
    throw Failure(kRefused, absl::StrCat("--plane: '", text,
                                         "' is none of path, gradient, I,J (two coordinates, from "
                                         "0) and I (a line along one)"));
  }
  request.mutable_coordinates()->set_u(u);
  if (places.size() == 2) request.mutable_coordinates()->set_v(v);
}

void SetRanges(const Options& options, const Terminal& terminal, Request& request) {
  if (options.from.empty() != options.to.empty()) {
    throw Failure(kRefused, "--from and --to go together");
  }
  // One number counts for both axes.
  if (!options.from.empty()) {
    request.mutable_u()->set_from(options.from.front());
    request.mutable_u()->set_to(options.to.front());
    request.mutable_v()->set_from(options.from.back());
    request.mutable_v()->set_to(options.to.back());
  }
  if (!options.count.empty()) {
    request.mutable_u()->set_count(options.count.front());
    request.mutable_v()->set_count(options.count.back());
  } else if (!options.common.json) {
    // A character is about twice as high as wide; odd counts have a middle.
    const Terminal::Size size = terminal.size();
    const auto odd = [](int count) { return count - 1 + count % 2; };
    const int columns = odd(std::clamp(size.columns - 14, 21, 100));
    request.mutable_u()->set_count(columns);
    request.mutable_v()->set_count(odd(std::clamp(size.rows - 6, 9, columns / 2)));
  }
}

/// The point at `place` as "x[0] = 1, x[1] = 2".
std::string PlaceText(const Response& response, int64_t place) {
  const int64_t columns = response.u().count();
  const auto axis = [](const std::string& name, double at) {
    return absl::StrCat(Printable(name.substr(0, name.find(" ("))), " = ", ShortText(at));
  };
  const std::string u = axis(response.u_name(), At(response.u(), place % columns));
  if (!response.has_v()) return u;
  return absl::StrCat(u, ", ", axis(response.v_name(), At(response.v(), place / columns)));
}

void PrintText(const Response& response, std::ostream& out) {
  for (const std::string& line : Picture(response)) out << line << "\n";
  for (const auto& [name, place] :
       {std::pair("least     ", response.least()), std::pair("greatest  ", response.greatest())}) {
    if (place < 0) continue;
    out << name << ShortText(response.values(static_cast<int>(place))) << " at "
        << PlaceText(response, place) << "\n";
  }
  if (response.non_finite() > 0) {
    out << CountText(response.non_finite()) << " of " << CountText(response.values_size())
        << " values are not finite\n";
  }
}

void WriteRange(const char* key, const std::string& name, const v1::LandscapeRange& range,
                Json& json) {
  json.Key(key).Object().Key("name").Text(name).Key("from").Number(range.from());
  json.Key("to").Number(range.to()).Key("count").Integer(range.count()).EndObject();
}

void PrintJson(const Response& response, std::ostream& out) {
  Json json;
  const int64_t columns = response.u().count();
  for (int place = 0; place < response.values_size(); ++place) {
    json.Clear();
    json.Object().Key("u").Number(At(response.u(), place % columns));
    if (response.has_v()) json.Key("v").Number(At(response.v(), place / columns));
    json.Key("value").Number(response.values(place)).EndObject();
    out << json.text() << "\n";
  }
  json.Clear();
  json.Object().Key("result").Flag(true);
  WriteRange("u", response.u_name(), response.u(), json);
  if (response.has_v()) WriteRange("v", response.v_name(), response.v(), json);
  json.Key("least").Integer(response.least()).Key("greatest").Integer(response.greatest());
  json.Key("non_finite").Integer(response.non_finite()).EndObject();
  out << json.text() << "\n";
}

int Execute(const Options& options, Context& context) {
  Request request;
  if (options.run.empty()) {
    *request.mutable_objective() = ObjectiveOf(options.objective);
  } else if (!options.objective.formula.empty() || !options.objective.function.empty()) {
    throw Failure(kRefused, "give --run or a function, not both");
  } else {
    request.set_run(client::RunName(options.run));
  }
  if (!options.at.empty()) *request.mutable_origin() = PointOf("--at", options.at);
  SetPlane(options.plane, request);
  SetRanges(options, context.terminal, request);
  const auto response =
      ValueOf(ConnectTo(options.common).SampleLandscape(request, CallOf(options.common, context)));
  if (options.common.json) {
    PrintJson(response, context.out);
  } else {
    PrintText(response, context.out);
  }
  return kEndedWell;
}

}  // namespace

Action AddLandscape(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  AddObjectiveOptions(app, options->objective);
  app.add_option("--run", options->run, "The function of this run, through its best point")
      ->type_name("RUN");
  AddRepeated(app, "--at", options->at, "NAME=VALUE",
              "A point of the plane, by variable; may be repeated");
  app.add_option("--plane", options->plane,
                 "I,J: two coordinates, from 0; I: a line; gradient; path: a run's principal "
                 "directions")
      ->type_name("PLANE");
  app.add_option("--from", options->from, "Where to begin: along both axes, or U,V")
      ->type_name("U[,V]")
      ->delimiter(',')
      ->expected(1, 2);
  app.add_option("--to", options->to, "Where to end, likewise")
      ->type_name("U[,V]")
      ->delimiter(',')
      ->expected(1, 2);
  app.add_option("--count", options->count, "How many samples, likewise: 2 to 1024")
      ->type_name("U[,V]")
      ->delimiter(',')
      ->expected(1, 2);
  AddCommonOptions(app, options->common);
  app.footer(R"(
Dark is high; the least value is marked.

Examples:
  thalweg landscape 'x**2 + 10*y**2' --at x=0 --at y=0 --from -2 --to 2
  thalweg landscape --function himmelblau
  thalweg landscape --run runs/... --plane path)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
