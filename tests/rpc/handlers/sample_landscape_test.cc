// SampleLandscape, with the real language and real runs.

#include "server/rpc/handlers/sample_landscape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/rpc/handlers/evaluate_objective.h"
#include "server/storage/memory_store.h"
#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Response = v1::SampleLandscapeResponse;

const Interruption kNobodyInterrupts;

class Landscape : public testing::Test {
 protected:
  absl::StatusOr<Response> Ask(const v1::SampleLandscapeRequest& request,
                               const Interruption& interruption = kNobodyInterrupts) {
    return SampleLandscape(*book_, events_, request, interruption);
  }

  /// A run of gradient descent that is over.
  std::string Over(runs::RunSpec spec, double rate, double iterations) {
    spec.optimizer = {"gradient_descent", {{"learning_rate", rate}}};
    spec.stopping = {{"iterations", {{"threshold", iterations}}}};
    const auto run = book_->Create(spec, "", /*validate_only=*/false);
    EXPECT_TRUE(run.ok()) << run.status();
    while (!runs::IsTerminal(book_->Get(run->id)->state)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return "runs/" + run->id;
  }

  EventSink events_;
  storage::MemoryStore store_;
  std::unique_ptr<runs::RunBook> book_ = *runs::RunBook::Open(store_, events_, {});
};

v1::Point At(const std::vector<double>& x) {
  v1::Point point;
  (*point.mutable_values())["x"].mutable_values()->Add(x.begin(), x.end());
  return point;
}

v1::SampleLandscapeRequest Of(const std::string& formula, const std::vector<double>& origin) {
  v1::SampleLandscapeRequest request;
  request.mutable_objective()->set_expression(formula);
  *request.mutable_origin() = At(origin);
  return request;
}

void Set(v1::LandscapeRange& range, double from, double to, int64_t count) {
  range.set_from(from);
  range.set_to(to);
  range.set_count(count);
}

std::vector<double> XOf(const v1::Point& point) {
  const auto& x = point.values().at("x").values();
  return {x.begin(), x.end()};
}

runs::RunSpec Ravine() {
  runs::RunSpec spec;
  spec.objective.expression = "x[0]**2 + 10*x[1]**2 + 0*x[2]";
  spec.start = {{"x", {8, 1, 5}}};
  return spec;
}

TEST_F(Landscape, HasTheValuesThatEvaluateObjectiveGives) {
  auto request = Of("sin(x[0])*exp(x[1]) + x[2]**2", {1, 2, 3});
  *request.mutable_directions()->mutable_u() = At({1, 0.5, -1});
  *request.mutable_directions()->mutable_v() = At({0, 1, 0.25});
  Set(*request.mutable_u(), -1, 2, 7);
  Set(*request.mutable_v(), -0.3, 0.7, 5);
  const auto response = Ask(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->values_size(), 35);

  v1::EvaluateObjectiveRequest same;
  *same.mutable_objective() = request.objective();
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 7; ++j) {
      const double v = std::lerp(-0.3, 0.7, i / 4.0);
      const double u = std::lerp(-1.0, 2.0, j / 6.0);
      *same.add_points() =
          At({(1 + v * 0) + u * 1, (2 + v * 1) + u * 0.5, (3 + v * 0.25) + u * -1});
    }
  }
  const auto evaluated = EvaluateObjective(events_, same, kNobodyInterrupts);
  ASSERT_TRUE(evaluated.ok()) << evaluated.status();
  int least = 0;
  for (int p = 0; p < 35; ++p) {
    EXPECT_EQ(response->values(p), evaluated->evaluations(p).value()) << p;
    if (response->values(p) < response->values(least)) least = p;
  }
  EXPECT_EQ(response->least(), least);
}

TEST_F(Landscape, ShowsTheFirstTwoCoordinatesWhereNothingElseIsSaid) {
  const auto response = Ask(Of("sum(x**2)", {1, 2, 3}));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->u_name(), "x[0]");
  EXPECT_EQ(response->v_name(), "x[1]");
  EXPECT_EQ(response->u().from(), -5);
  EXPECT_EQ(response->v().count(), 101);
  EXPECT_EQ(XOf(response->origin()), (std::vector<double>{0, 0, 3}));
  EXPECT_EQ(response->values(static_cast<int>(response->least())), 9);
}

TEST_F(Landscape, IsALineForOneUnknown) {
  auto request = Of("(x-2.5)**2-1", {4});
  Set(*request.mutable_v(), 0, 1, 5);  // says nothing of a line
  const auto response = Ask(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->values_size(), 401);
  EXPECT_FALSE(response->has_v());
  EXPECT_FALSE(response->has_v_direction());
  EXPECT_EQ(response->values(300), -1);  // at 2.5
  EXPECT_EQ(response->least(), 300);
}

TEST_F(Landscape, TakesATestFunctionsUsualBoxAndStart) {
  v1::SampleLandscapeRequest request;
  request.mutable_objective()->set_function("himmelblau");
  const auto response = Ask(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->u().from(), -5);
  EXPECT_EQ(response->u().to(), 5);
  EXPECT_EQ(response->non_finite(), 0);
}

TEST_F(Landscape, TakesTheBoundsAndTheirMiddle) {
  v1::SampleLandscapeRequest request;
  request.mutable_objective()->set_expression("sum(x**2)");
  v1::Variable& x = *request.mutable_objective()->add_variables();
  x.set_name("x");
  x.add_shape(3);
  *request.mutable_objective()->mutable_lower() = At({1, 2, 3});
  *request.mutable_objective()->mutable_upper() = At({2, 4, 4});
  const auto response = Ask(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->v().from(), 2);
  EXPECT_EQ(response->v().to(), 4);
  EXPECT_EQ(XOf(response->origin()), (std::vector<double>{0, 0, 3.5}));
}

TEST_F(Landscape, GoesThroughARunsBestPointAndCoversItsPath) {
  v1::SampleLandscapeRequest request;
  request.set_run(Over(Ravine(), 0.04, 100));
  const auto response = Ask(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(XOf(response->origin())[2], 5);
  EXPECT_LT(response->u().from(), 0);
  EXPECT_NEAR(response->u().to(), 8 * 1.15, 0.01);
}

TEST_F(Landscape, FindsThePlaneInWhichThePathLies) {
  v1::SampleLandscapeRequest request;
  request.set_run(Over(Ravine(), 0.04, 100));
  request.mutable_path();
  const auto response = Ask(request);
  ASSERT_TRUE(response.ok()) << response.status();
  const std::vector<double> u = XOf(response->u_direction());
  const std::vector<double> v = XOf(response->v_direction());
  EXPECT_EQ(u[2], 0);  // the third coordinate never moves
  EXPECT_EQ(v[2], 0);
  EXPECT_GT(u[0], 0.9);
  EXPECT_NEAR(u[0] * v[0] + u[1] * v[1], 0, 1e-14);
  EXPECT_THAT(response->u_name(), StartsWith("principal direction 1 (9"));
}

TEST_F(Landscape, GoesDownhillFromAPointOfTheRun) {
  v1::SampleLandscapeRequest request;
  request.set_run(Over(Ravine(), 0.01, 3));
  request.mutable_gradient();
  const auto response = Ask(request);
  ASSERT_TRUE(response.ok()) << response.status();
  const std::vector<double> u = XOf(response->u_direction());
  EXPECT_LT(u[0], 0);
  EXPECT_LT(u[1], 0);
  EXPECT_THAT(response->v_name(), HasSubstr("last step"));
}

TEST_F(Landscape, IsNotBlownUpByARunThatDiverges) {
  v1::SampleLandscapeRequest request;
  request.set_run(Over(Ravine(), 1, 1000));
  for (const bool path : {false, true}) {
    if (path) request.mutable_path();
    const auto response = Ask(request);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_LT(response->u().to() - response->u().from(), 1000);
    EXPECT_EQ(response->non_finite(), 0);
  }
}

TEST_F(Landscape, ShowsARunThatGoesOn) {
  runs::RunSpec spec = Ravine();
  spec.optimizer = {"gradient_descent", {{"learning_rate", 1e-9}}};
  spec.stopping = {{"iterations", {{"threshold", 1e12}}}};
  const auto run = book_->Create(spec, "", /*validate_only=*/false);
  ASSERT_TRUE(run.ok()) << run.status();
  v1::SampleLandscapeRequest request;
  request.set_run("runs/" + run->id);
  for (const char* plane : {"coordinates", "path"}) {
    if (std::string(plane) == "path") request.mutable_path();
    const auto response = Ask(request);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_LT(response->u().from(), response->u().to());
  }
  EXPECT_TRUE(book_->Cancel(run->id).ok());
}

TEST_F(Landscape, TakesAMillionUnknowns) {
  runs::RunSpec spec;
  spec.objective.expression = "sum(x**2)";
  spec.start = {{"x", std::vector<double>(1'000'000, 1.0)}};
  spec.traced_coordinates = 8;
  v1::SampleLandscapeRequest request;
  request.set_run(Over(spec, 0.1, 5));
  request.mutable_path();
  request.mutable_u()->set_count(3);
  request.mutable_v()->set_count(3);
  const auto response = Ask(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->u_direction().values().at("x").values_size(), 1'000'000);
  EXPECT_NEAR(XOf(response->u_direction())[7], std::sqrt(1.0 / 8), 1e-9);
  EXPECT_EQ(response->values_size(), 9);
}

TEST_F(Landscape, TakesFewerPointsOfAnObjectiveThatIsCostly) {
  auto request = Of("sum(x[0]*i for i in range(1000000)) + x[1]", {0, 0});
  const auto response = Ask(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->u().count(), 21);
  request.mutable_u()->set_count(1000);
  request.mutable_v()->set_count(200);
  EXPECT_THAT(Ask(request).status(), ViolatesAt("u.count", Reason::kEvaluationTooCostly));
}

TEST_F(Landscape, RefusesRangesThatAreNone) {
  const auto refused = [this](double from, double to, int64_t count, const char* field) {
    auto request = Of("sum(x**2)", {1, 2});
    Set(*request.mutable_v(), from, to, count);
    EXPECT_THAT(Ask(request).status(), ViolatesAt(field, Reason::kInvalidValue));
  };
  constexpr double kInf = std::numeric_limits<double>::infinity();
  refused(1, 1, 0, "v.to");
  refused(2, 1, 0, "v.to");
  refused(-kInf, 1, 0, "v.from");
  refused(0, std::nan(""), 0, "v.to");
  refused(0, 1, 1, "v.count");
  refused(0, 1, 1025, "v.count");
  refused(0, 1, -1, "v.count");
  auto request = Of("sum(x**2)", {1, 2});
  request.mutable_u()->set_count(1024);
  request.mutable_v()->set_count(257);
  EXPECT_THAT(Ask(request).status(), ViolatesAt("v.count", Reason::kInvalidValue));
  request.mutable_v()->set_count(256);
  EXPECT_TRUE(Ask(request).ok());
}

TEST_F(Landscape, RefusesPlanesThatAreNone) {
  auto request = Of("sum(x**2)", {1, 2});
  request.mutable_coordinates()->set_u(2);
  EXPECT_THAT(Ask(request).status(), ViolatesAt("coordinates.u", Reason::kIndexOutOfRange));
  request.mutable_coordinates()->set_u(1);
  request.mutable_coordinates()->set_v(1);
  EXPECT_THAT(Ask(request).status(), ViolatesAt("coordinates.v", Reason::kInvalidValue));
  *request.mutable_directions()->mutable_u() = At({1, 1});
  *request.mutable_directions()->mutable_v() = At({2, 2});
  EXPECT_THAT(Ask(request).status(), ViolatesAt("directions.v", Reason::kInvalidValue));
  *request.mutable_directions()->mutable_u() = At({0, 0});
  EXPECT_THAT(Ask(request).status(), ViolatesAt("directions.u", Reason::kInvalidValue));
  *request.mutable_directions()->mutable_u() = At({1, std::nan("")});
  EXPECT_THAT(Ask(request).status(),
              ViolatesAt("directions.u.values[x].values[1]", Reason::kInvalidValue));
  request.mutable_directions()->clear_u();
  EXPECT_THAT(Ask(request).status(), ViolatesAt("directions.u.values[x]", Reason::kMissingField));
  request.mutable_path();
  EXPECT_THAT(Ask(request).status(), ViolatesAt("path", Reason::kInvalidValue));
  *request.mutable_origin() = At({0, 0});
  request.mutable_gradient();
  EXPECT_THAT(Ask(request).status(), ViolatesAt("gradient", Reason::kInvalidValue));
}

TEST_F(Landscape, NeedsSomethingToShow) {
  EXPECT_THAT(Ask({}).status(), ViolatesAt("objective", Reason::kMissingField));
  v1::SampleLandscapeRequest request;
  request.set_run("runs/none");
  EXPECT_EQ(Ask(request).status().code(), absl::StatusCode::kNotFound);
  request.set_run("x");
  EXPECT_THAT(Ask(request).status(), ViolatesAt("run", Reason::kInvalidValue));
  request = Of("x[0] + z", {1, 2});
  EXPECT_THAT(Ask(request).status(), ViolatesAt("objective.expression", Reason::kUnknownSymbol));
  request = Of("sum(x**2)", {1, std::nan("")});
  EXPECT_THAT(Ask(request).status(),
              ViolatesAt("origin.values[x].values[1]", Reason::kInvalidValue));
}

TEST_F(Landscape, StopsForACallerWhoHasGone) {
  const auto request = Of("sum(x**2)", {1, 2});
  Interruption gone;
  gone.Cancel();
  EXPECT_EQ(Ask(request, gone).status().code(), absl::StatusCode::kCancelled);

  // 22 000 points of 5e5 operations: seconds of work, noticed in the middle.
  auto slow = Of("sum(sin(x[0]*i) for i in range(100000)) + x[1]", {1, 2});
  slow.mutable_u()->set_count(150);
  slow.mutable_v()->set_count(150);
  Interruption leaving;
  std::thread leaver([&leaving] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    leaving.Cancel();
  });
  EXPECT_EQ(Ask(slow, leaving).status().code(), absl::StatusCode::kCancelled);
  leaver.join();
}

}  // namespace
}  // namespace thalweg::rpc
