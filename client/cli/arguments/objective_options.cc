#include "client/cli/arguments/objective_options.h"

#include "absl/strings/str_cat.h"

#include "client/cli/arguments/array_argument.h"
#include "client/cli/arguments/common_options.h"
#include "client/cli/failure.h"

namespace thalweg::cli {
namespace {

using Arrays = google::protobuf::Map<std::string, v1::Array>;

void ReadInto(Arrays& arrays, const std::string& flag, const std::vector<std::string>& texts,
              bool infinite = false) {
  for (const std::string& text : texts) {
    const NamedArray read = ValueOf(ParseArray(flag, text, infinite));
    if (arrays.contains(read.name)) {
      throw Failure(kRefused, absl::StrCat(flag, ": '", read.name, "' is given twice"));
    }
    arrays[read.name] = read.array;
  }
}

}  // namespace

void AddObjectiveOptions(CLI::App& app, ObjectiveOptions& options) {
  app.add_option("FORMULA", options.formula, "Formula, such as '(x-2.5)**2-1'")->type_name("");
  app.add_option("--function", options.function,
                 "A test function in place of a formula (thalweg catalog functions)")
      ->type_name("NAME");
  app.add_option("--dimension", options.dimension, "Coordinates of the test function")
      ->type_name("N")
      ->check(Unnamed(CLI::PositiveNumber));
  AddRepeated(app, "--param", options.parameters, "NAME=VALUE",
              "A constant of the formula: a=1 or a=1,2,3; may be repeated");
  AddRepeated(app, "--lower", options.lower, "NAME=VALUE",
              "Lower bounds: x=0 for all of x, or x=0,-inf one by one; may be repeated");
  AddRepeated(app, "--upper", options.upper, "NAME=VALUE", "Upper bounds, likewise");
  AddRepeated(app, "--constraint", options.constraints, "TEXT",
              "What must hold: 'x**2 + y**2 <= 1', 'x == y'; may be repeated");
}

v1::Objective ObjectiveOf(const ObjectiveOptions& options) {
  if (options.formula.empty() == options.function.empty()) {
    throw Failure(kRefused, options.formula.empty()
                                ? "a formula is wanted, such as '(x-2.5)**2-1', or --function NAME"
                                : "give a formula or --function, not both");
  }
  v1::Objective objective;
  if (options.formula.empty()) {
    objective.set_function(options.function);
    objective.set_dimension(options.dimension);
  } else if (options.dimension != 0) {
    throw Failure(kRefused, "--dimension: goes with --function; a formula has it from --start");
  } else {
    objective.set_expression(options.formula);
  }
  ReadInto(*objective.mutable_parameters(), "--param", options.parameters);
  if (!options.lower.empty()) {
    ReadInto(*objective.mutable_lower()->mutable_values(), "--lower", options.lower,
             /*infinite=*/true);
  }
  if (!options.upper.empty()) {
    ReadInto(*objective.mutable_upper()->mutable_values(), "--upper", options.upper,
             /*infinite=*/true);
  }
  for (const std::string& text : options.constraints) {
    objective.add_constraints()->set_expression(text);
  }
  return objective;
}

v1::Point PointOf(const std::string& flag, const std::vector<std::string>& texts) {
  v1::Point point;
  ReadInto(*point.mutable_values(), flag, texts);
  return point;
}

}  // namespace thalweg::cli
