#include "server/rpc/handlers/sample_landscape.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/bounds_spec.h"
#include "server/core/landscape/grid.h"
#include "server/core/landscape/path.h"
#include "server/core/landscape/plane.h"
#include "server/core/landscape/window.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"
#include "server/rpc/handlers/run_path.h"
#include "server/rpc/handlers/understand.h"
#include "server/rpc/translate/objective.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run_name.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

using landscape::Plane;
using Request = v1::SampleLandscapeRequest;

constexpr int64_t kMostCount = 1024;
constexpr int64_t kMostPoints = 262'144;
constexpr double kUsualCount = 101;
constexpr double kUsualCountOfLine = 401;
constexpr double kFewestUsual = 21;
constexpr double kUsualOperations = kMostOperationsPerCall / 40;  // about a second

// ---- What is asked for

void CheckRange(const v1::LandscapeRange& range, const std::string& field, Refusals& refusals) {
  const auto check = [&](double end, const char* name) {
    if (std::isfinite(end)) return true;
    refusals.Add(absl::StrCat(field, ".", name), Reason::kInvalidValue,
                 absl::StrCat("is ", NumberText(end), "; must be finite"));
    return false;
  };
  const bool finite = check(range.from(), "from") & check(range.to(), "to");
  const bool open = range.from() == 0 && range.to() == 0;
  if (finite && !open && range.from() >= range.to()) {
    refusals.Add(field + ".to", Reason::kInvalidValue,
                 absl::StrCat("is ", NumberText(range.to()), "; must be more than from, which is ",
                              NumberText(range.from())));
  }
  if (range.count() != 0 && (range.count() < 2 || range.count() > kMostCount)) {
    refusals.Add(field + ".count", Reason::kInvalidValue,
                 absl::StrCat("is ", range.count(), "; must be 2 to ", kMostCount,
                              ", or 0 for the default"));
  }
}

absl::Status CheckRequest(const Request& request) {
  Refusals refusals;
  if (request.of_case() == Request::OF_NOT_SET) {
    refusals.Add("objective", Reason::kMissingField,
                 "is missing; give an objective, or a run in its place");
  }
  if (request.has_path() && !request.has_run()) {
    refusals.Add("path", Reason::kInvalidValue, "needs a run; an objective alone has no path");
  }
  CheckRange(request.u(), "u", refusals);
  CheckRange(request.v(), "v", refusals);
  return refusals.ToStatus();
}

/// What a picture is made of.
struct Scene {
  ObjectiveSpec spec;
  Understood understood;
  RunPath run;            // of an objective by itself: empty
  Bounds box;             // its own, else a test function's usual one, else none
  Vector point;           // n, that the plane goes through
  double operations = 0;  // of one point
};

absl::StatusOr<Scene> SceneOfRun(runs::RunBook& runs, EventSink& events, const Request& request,
                                 const Interruption& interruption, expression::CodeMaker* maker,
                                 const models::Means& means) {
  const auto name = RunName::Parse(request.run());
  if (!name.ok()) {
    return Refuse("run", Reason::kInvalidValue, ViolationsOf(name.status()).front().description);
  }
  auto run = runs.Get(name->id());
  if (!run.ok()) return run.status();
  Scene scene;
  scene.spec = std::move(run->spec.objective);
  auto understood = Understand(scene.spec, run->spec.start, events, interruption,
                               expression::kWidestLimits, maker, means);
  if (!understood.ok()) return understood.status();
  scene.understood = *std::move(understood);
  auto path = PathOf(runs, *run, scene.understood.objective->layout());
  if (!path.ok()) return path.status();
  scene.run = *std::move(path);
  return scene;
}

absl::StatusOr<Scene> SceneOfObjective(EventSink& events, const Request& request,
                                       const Interruption& interruption,
                                       const expression::Limits& limits,
                                       expression::CodeMaker* maker, const models::Means& means) {
  auto understood = Understand(request.objective(), request.origin(), "origin", events,
                               interruption, limits, maker, means);
  if (!understood.ok()) return understood.status();
  const auto shaped = FromWire(request.origin());
  if (!shaped.ok()) return Under("origin", shaped.status());
  auto spec = FromWire(request.objective(), *shaped);
  if (!spec.ok()) return Under("objective", spec.status());
  Scene scene;
  scene.spec = *std::move(spec);
  scene.understood = *std::move(understood);
  return scene;
}

/// The middle of the box, as far as there is one, else the point nearest to 0.
Vector MiddleOf(const Bounds& bounds, Index n) {
  Vector middle = Vector::Zero(n);
  bounds.Project(middle);
  for (Index i = 0; i < bounds.lower.size(); ++i) {
    const double half = bounds.lower[i] / 2 + bounds.upper[i] / 2;
    if (std::isfinite(half)) middle[i] = half;
  }
  return middle;
}

absl::StatusOr<Vector> PointOf(const Request& request, const Scene& scene) {
  const Layout& layout = scene.understood.objective->layout();
  if (request.origin().values_size() > 0) return FlatPoint(layout, request.origin(), "origin");
  if (request.has_run()) return scene.run.best;
  if (scene.spec.function.empty()) return MiddleOf(scene.understood.bounds, layout.size());
  const auto start = DefaultStart(scene.spec);
  if (!start.ok()) return Under("objective", start.status());
  return layout.Flatten(*start);
}

absl::Status Complete(const Request& request, Scene& scene) {
  const Objective& objective = *scene.understood.objective;
  scene.operations =
      std::max(scene.understood.operations, static_cast<double>(objective.layout().size()));
  auto point = PointOf(request, scene);
  if (!point.ok()) return point.status();
  scene.point = *std::move(point);
  scene.box = scene.understood.bounds;
  if (!scene.box.any()) {
    TakeUsualBox(objective.layout(), scene.spec);
    auto usual = BoundsOf(scene.spec, objective.layout());
    if (!usual.ok()) return usual.status();
    scene.box = *std::move(usual);
  }
  scene.run.iterates = landscape::NearPart(scene.run.iterates, scene.point, scene.box);
  return absl::OkStatus();
}

// ---- Where

/// The last step that led anywhere, of size n; empty where there is none.
Vector LastStep(const Matrix& iterates, Index n) {
  Vector step;
  for (Index k = iterates.cols() - 1; k > 0; --k) {
    const Vector moved = iterates.col(k) - iterates.col(k - 1);
    if (moved.isZero(0)) continue;
    step = Vector::Zero(n);
    step.head(moved.size()) = moved;
    break;
  }
  return step;
}

absl::StatusOr<Plane> PlaneOf(const Request& request, const Scene& scene) {
  Objective& objective = *scene.understood.objective;
  const Layout& layout = objective.layout();
  switch (request.plane_case()) {
    case Request::kCoordinates: {
      const v1::CoordinatePlane& asked = request.coordinates();
      const auto v = asked.has_v() ? std::optional<Index>(asked.v()) : std::nullopt;
      auto plane = landscape::CoordinatePlane(layout, scene.point, asked.u(), v);
      if (!plane.ok()) return Under("coordinates", plane.status());
      return plane;
    }
    case Request::kDirections: {
      const auto u = FlatPoint(layout, request.directions().u(), "directions.u");
      if (!u.ok()) return u.status();
      auto v = request.directions().has_v()
                   ? FlatPoint(layout, request.directions().v(), "directions.v")
                   : Vector();
      if (!v.ok()) return v.status();
      auto plane = landscape::DirectionPlane(scene.point, *u, *std::move(v));
      if (!plane.ok()) return Under("directions", plane.status());
      return plane;
    }
    case Request::kPath:
      return landscape::PathPlane(scene.run.iterates, scene.point);
    case Request::kGradient: {
      const Vector step = LastStep(scene.run.iterates, layout.size());
      auto plane = landscape::GradientPlane(objective, scene.point, step);
      if (!plane.ok()) return Under("gradient", plane.status());
      return plane;
    }
    case Request::PLANE_NOT_SET:
      break;
  }
  const auto v = layout.size() > 1 ? std::optional<Index>(1) : std::nullopt;
  return landscape::CoordinatePlane(layout, scene.point, 0, v);
}

struct Axes {
  landscape::Axis u;
  landscape::Axis v;
};

/// So many that the picture is there soon, where the objective allows that.
double UsualCount(const Plane& plane, const Request& request, double operations) {
  const double points = kUsualOperations / std::max(operations, 1.0);
  const auto given = static_cast<double>(std::max(request.u().count(), request.v().count()));
  const double count = plane.is_line() ? points : given > 0 ? points / given : std::sqrt(points);
  return std::clamp(std::floor(count), kFewestUsual,
                    plane.is_line() ? kUsualCountOfLine : kUsualCount);
}

absl::StatusOr<Axes> AxesOf(const Request& request, const Plane& plane, const Scene& scene) {
  // A plane through the path shows the path; that of an unknown shows its box.
  const bool path_alone = plane.orthonormal && scene.run.iterates.cols() > 0;
  const auto window =
      landscape::WindowOf(plane, scene.run.iterates, path_alone ? Bounds() : scene.box);
  const double usual = UsualCount(plane, request, scene.operations);
  const auto axis = [usual](const v1::LandscapeRange& asked, const landscape::Interval& shown) {
    const bool open = asked.from() == 0 && asked.to() == 0;
    return landscape::Axis{
        open ? shown : landscape::Interval{asked.from(), asked.to()},
        asked.count() == 0 ? static_cast<Index>(usual) : static_cast<Index>(asked.count())};
  };
  const Axes axes = {axis(request.u(), window.u), axis(request.v(), window.v)};
  const Index points = axes.u.count * (plane.is_line() ? 1 : axes.v.count);
  if (points > kMostPoints) {
    return Refuse("v.count", Reason::kInvalidValue,
                  absl::StrCat("is ", axes.v.count, ", which makes ", points, " points with the ",
                               axes.u.count, " of u; at most ", kMostPoints, " are allowed"));
  }
  const absl::Status cost = CheckCost("u.count", static_cast<double>(points), scene.operations);
  if (!cost.ok()) return cost;
  return axes;
}

// ---- The answer

void ToWire(const landscape::Axis& axis, v1::LandscapeRange& wire) {
  wire.set_from(axis.interval.from);
  wire.set_to(axis.interval.to);
  wire.set_count(axis.count);
}

v1::SampleLandscapeResponse ToWire(const landscape::Samples& samples, const Plane& plane,
                                   const Axes& axes, const Layout& layout) {
  const auto point = [&layout](const Vector& flat, v1::Point& wire) {
    rpc::ToWire(layout.Unflatten(flat), layout.variables(), wire);
  };
  v1::SampleLandscapeResponse wire;
  wire.mutable_values()->Assign(samples.values.begin(), samples.values.end());
  wire.set_least(samples.least);
  wire.set_greatest(samples.greatest);
  wire.set_non_finite(samples.non_finite);
  point(plane.origin, *wire.mutable_origin());
  ToWire(axes.u, *wire.mutable_u());
  wire.set_u_name(plane.u_name);
  point(plane.u, *wire.mutable_u_direction());
  if (plane.is_line()) return wire;
  ToWire(axes.v, *wire.mutable_v());
  wire.set_v_name(plane.v_name);
  point(plane.v, *wire.mutable_v_direction());
  return wire;
}

}  // namespace

absl::StatusOr<v1::SampleLandscapeResponse> SampleLandscape(
    runs::RunBook& runs, EventSink& events, const v1::SampleLandscapeRequest& request,
    const Interruption& interruption, const expression::Limits& limits,
    expression::CodeMaker* maker, const models::Means& means) {
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  auto scene = request.has_run()
                   ? SceneOfRun(runs, events, request, interruption, maker, means)
                   : SceneOfObjective(events, request, interruption, limits, maker, means);
  if (!scene.ok()) return scene.status();
  if (absl::Status status = Complete(request, *scene); !status.ok()) return status;
  const auto plane = PlaneOf(request, *scene);
  if (!plane.ok()) return plane.status();
  const auto axes = AxesOf(request, *plane, *scene);
  if (!axes.ok()) return axes.status();
  Objective& objective = *scene->understood.objective;
  const auto samples = landscape::Sample(objective, *plane, axes->u, axes->v,
                                         PointsAtOnce(objective, scene->operations));
  if (!samples.ok()) return samples.status();
  return ToWire(*samples, *plane, *axes, objective.layout());
}

}  // namespace thalweg::rpc
