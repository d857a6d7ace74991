#include "server/rpc/handlers/check_gradient.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/core/diagnosis/gradient_check.h"
#include "server/core/number_text.h"
#include "server/core/objective_spec.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/understand.h"
#include "server/rpc/translate/objective.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

constexpr int64_t kMostCoordinates = 10'000;
constexpr double kValuesPerCoordinate = 48;  // see gradient_check.h

absl::StatusOr<GradientCheckOptions> OptionsOf(const v1::CheckGradientRequest& request) {
  Refusals refusals;
  GradientCheckOptions options;
  if (request.tolerance() != 0) options.tolerance = request.tolerance();
  // Written so that NaN is refused too.
  if (!(options.tolerance > 0 && options.tolerance < 1)) {
    refusals.Add("tolerance", Reason::kInvalidValue,
                 absl::StrCat("is ", NumberText(request.tolerance()),
                              "; must be in (0, 1), or 0 for 1e-05"));
  }
  if (request.max_coordinates() < 0 || request.max_coordinates() > kMostCoordinates) {
    refusals.Add("max_coordinates", Reason::kInvalidValue,
                 absl::StrCat("is ", request.max_coordinates(), "; must be in [1, ",
                              kMostCoordinates, "], or 0 for 100"));
  }
  if (request.max_coordinates() != 0) {
    options.most_coordinates = static_cast<Index>(request.max_coordinates());
  }
  if (!refusals.empty()) return refusals.ToStatus();
  return options;
}

/// The point asked for, or where none was given, the usual start of a test function.
absl::StatusOr<Vector> PointOf(const v1::CheckGradientRequest& request, const Layout& layout) {
  if (request.point().values_size() > 0) return FlatPoint(layout, request.point(), "point");
  const auto spec = FromWire(request.objective(), ShapedPoint());
  if (!spec.ok()) return Under("objective", spec.status());
  const auto start = DefaultStart(*spec);
  if (!start.ok()) return Under("point", start.status());
  return layout.Flatten(*start);
}

void ToWire(const CoordinateCheck& check, const Layout& layout, bool sweeps,
            v1::CoordinateCheck& wire) {
  wire.set_coordinate(layout.CoordinateName(check.coordinate));
  wire.set_gradient(check.gradient);
  wire.set_difference(check.difference);
  wire.set_step(check.step);
  wire.set_absolute_error(check.absolute_error);
  wire.set_relative_error(check.relative_error);
  wire.set_passed(check.passed);
  wire.set_resolution(check.resolution);
  if (!sweeps) return;
  for (const StepDifference& difference : check.sweep) {
    v1::StepDifference& to = *wire.add_sweep();
    to.set_step(difference.step);
    to.set_below(difference.below);
    to.set_above(difference.above);
    to.set_central(difference.central);
  }
}

v1::CheckGradientResponse ToWire(const GradientCheck& check, const Layout& layout, bool sweeps) {
  v1::CheckGradientResponse wire;
  wire.set_passed(check.passed);
  wire.set_value(check.value);
  for (const CoordinateCheck& coordinate : check.coordinates) {
    ToWire(coordinate, layout, sweeps, *wire.add_coordinates());
  }
  wire.set_worst(static_cast<int64_t>(check.worst));
  wire.set_suspicion(check.suspicion);
  wire.set_evaluations(check.evaluations.values);
  return wire;
}

}  // namespace

absl::StatusOr<v1::CheckGradientResponse> CheckGradient(
    EventSink& events, const v1::CheckGradientRequest& request, const Interruption& interruption,
    const expression::Limits& limits, expression::CodeMaker* maker, const models::Means& means) {
  const auto options = OptionsOf(request);
  if (!options.ok()) return options.status();
  const auto understood = Understand(request.objective(), request.point(), "point", events,
                                     interruption, limits, maker, means);
  if (!understood.ok()) return understood.status();
  Objective& objective = *understood->objective;

  const auto looked_at = std::min(options->most_coordinates, objective.layout().size());
  const absl::Status cost =
      CheckCost("max_coordinates", kValuesPerCoordinate * static_cast<double>(looked_at),
                understood->operations);
  if (!cost.ok()) return cost;
  const auto x = PointOf(request, objective.layout());
  if (!x.ok()) return x.status();
  const auto check = thalweg::CheckGradient(objective, *x, *options);
  if (!check.ok()) return check.status();
  return ToWire(*check, objective.layout(), request.sweeps());
}

}  // namespace thalweg::rpc
