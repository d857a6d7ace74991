// CompileObjective, EvaluateObjective and CheckGradient, with the real language.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "server/rpc/handlers/check_gradient.h"
#include "server/rpc/handlers/compile_objective.h"
#include "server/rpc/handlers/evaluate_objective.h"
#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

using testing::Contains;
using testing::HasSubstr;

EventSink no_events;
const Interruption kNobodyInterrupts;

template <typename Request>
Request For(const std::string& expression) {
  Request request;
  request.mutable_objective()->set_expression(expression);
  return request;
}

v1::Point At(double x) {
  v1::Point point;
  (*point.mutable_values())["x"].add_values(x);
  return point;
}

TEST(CompileObjective, TellsWhatWasUnderstood) {
  auto request = For<v1::CompileObjectiveRequest>("(x-2.5)**2-1");
  *request.mutable_point() = At(4);
  const auto response = CompileObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->size(), 1);
  EXPECT_EQ(response->variables(0).name(), "x");
  EXPECT_GT(response->operations(), 0);
  EXPECT_GT(response->gradient_operations(), response->operations());
}

TEST(CompileObjective, PointsAtTheMistake) {
  auto request = For<v1::CompileObjectiveRequest>("(x-2.5)**2-z");
  *request.mutable_point() = At(4);
  const auto status = CompileObjective(no_events, request, kNobodyInterrupts).status();
  EXPECT_THAT(status, ViolatesAt("objective.expression", Reason::kUnknownSymbol));
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 1, column 12"));
}

TEST(CompileObjective, KnowsTestFunctionsAndTheirDimension) {
  v1::CompileObjectiveRequest request;
  request.mutable_objective()->set_function("rosenbrock");
  request.mutable_objective()->set_dimension(7);
  const auto response = CompileObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->size(), 7);

  request.mutable_objective()->set_function("rosenbrok");
  EXPECT_THAT(CompileObjective(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("objective.function", Reason::kUnknownName));
}

TEST(CompileObjective, TakesAShapeOfOneForAVector) {
  auto request = For<v1::CompileObjectiveRequest>("sum(x**2) + x[0]");
  *request.mutable_point() = At(4);
  (*request.mutable_point()->mutable_values())["x"].add_shape(1);
  const auto response = CompileObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->variables(0).shape_size(), 1);
}

TEST(CompileObjective, TellsStructureSizeAndFindings) {
  auto request = For<v1::CompileObjectiveRequest>("(x - 1)**2 + y*z + w");
  for (const char* name : {"w", "x", "y", "z"})
    request.mutable_objective()->add_variables()->set_name(name);
  const auto response = CompileObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->structure().degree(), v1::DEGREE_QUADRATIC);
  EXPECT_TRUE(response->structure().kinks().empty());
  EXPECT_EQ(response->structure().group_count(), 3);
  EXPECT_THAT(response->structure().groups(2).coordinates(), testing::ElementsAre("y", "z"));
  EXPECT_EQ(response->structure().groups(2).size(), 2);
  EXPECT_GT(response->footprint().value_program(), 3);
  EXPECT_GT(response->footprint().gradient_program(), response->footprint().value_program());
  EXPECT_GT(response->footprint().memory_bytes(), 0);
  EXPECT_EQ(response->derivatives_size(), 0);
}

TEST(CompileObjective, GivesDerivativesAsFormulasWhereAsked) {
  auto request = For<v1::CompileObjectiveRequest>("sum(x**2) + x[0]*y");
  (*request.mutable_point()->mutable_values())["x"].mutable_values()->Add(1);
  (*request.mutable_point()->mutable_values())["x"].mutable_values()->Add(2);
  (*request.mutable_point()->mutable_values())["y"].add_values(2);
  request.set_derivatives(true);
  const auto response = CompileObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->derivatives_size(), 2);
  EXPECT_EQ(response->derivatives(0).variable(), "x");
  EXPECT_EQ(response->derivatives(0).index(), "k");
  EXPECT_EQ(response->derivatives(0).formula(), "2*x[k] + (y if k == 0 else 0)");
  EXPECT_EQ(response->derivatives(1).index(), "");
  EXPECT_EQ(response->derivatives(1).formula(), "x[0]");
}

TEST(CompileObjective, WritesFormulasAsBooksDo) {
  auto request = For<v1::CompileObjectiveRequest>("x**2/2");
  *request.mutable_point() = At(4);
  request.set_derivatives(true);
  auto response = CompileObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->mathml(), HasSubstr("<mfrac><msup><mi>x</mi><mn>2</mn></msup><mn>2"));
  EXPECT_EQ(response->derivatives(0).formula(), "x");
  EXPECT_THAT(response->derivatives(0).mathml(), HasSubstr("<mi>x</mi></mrow></math>"));

  request.mutable_objective()->set_function("rosenbrock");
  request.clear_point();
  response = CompileObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->mathml(), HasSubstr("<mo>∑</mo>"));
}

TEST(CompileObjective, LooksForFindingsWithinTheBounds) {
  auto request = For<v1::CompileObjectiveRequest>("1/(x - 1)");
  *request.mutable_point() = At(4);
  EXPECT_EQ(CompileObjective(no_events, request, kNobodyInterrupts)->findings_size(), 1);
  *request.mutable_objective()->mutable_lower() = At(2);
  EXPECT_EQ(CompileObjective(no_events, request, kNobodyInterrupts)->findings_size(), 0);
  *request.mutable_objective()->mutable_upper() = At(1);
  EXPECT_THAT(CompileObjective(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("objective.upper.values[x]", Reason::kInvalidValue));
}

/// Counts what it is told of compilations.
class Compilations final : public EventSink {
 public:
  using EventSink::On;
  void On(const ObjectiveCompiled& event) override { ++(event.ok ? compiled : refused); }
  int compiled = 0, refused = 0;
};

TEST(CompileObjective, IsCountedOnceWhateverBecomesOfIt) {
  auto request = For<v1::CompileObjectiveRequest>("x**2");
  *request.mutable_point() = At(4);
  Compilations events;
  EXPECT_TRUE(CompileObjective(events, request, kNobodyInterrupts).ok());
  EXPECT_EQ(events.compiled, 1);
  request.mutable_objective()->set_expression("x**");
  EXPECT_FALSE(CompileObjective(events, request, kNobodyInterrupts).ok());
  EXPECT_EQ(events.compiled, 1);
  EXPECT_EQ(events.refused, 1);
}

TEST(CompileObjective, KeepsToTheServersLimitsAndNamesFigureLimitAndLoop) {
  auto request = For<v1::CompileObjectiveRequest>("sum(sin(i*x) for i in range(1000))");
  *request.mutable_point() = At(4);
  expression::Limits limits;
  limits.evaluation_operations = 1000;
  const auto status = CompileObjective(no_events, request, kNobodyInterrupts, limits).status();
  EXPECT_THAT(status, ViolatesAt("objective.expression", Reason::kEvaluationTooCostly));
  EXPECT_THAT(std::string(status.message()),
              testing::AllOf(HasSubstr("the limit is 1000"), HasSubstr("has 1000 turns")));
}

TEST(EvaluateObjective, GivesValuesAndGradientsInTheOrderOfThePoints) {
  auto request = For<v1::EvaluateObjectiveRequest>("(x-2.5)**2-1");
  *request.add_points() = At(4.5);
  *request.add_points() = At(2.5);
  request.set_gradient(true);
  const auto response = EvaluateObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->evaluations(0).value(), 3);
  EXPECT_EQ(response->evaluations(0).gradient().values().at("x").values(0), 4);
  EXPECT_EQ(response->evaluations(0).gradient().values().at("x").shape_size(), 0);
  EXPECT_EQ(response->evaluations(1).value(), -1);
}

TEST(EvaluateObjective, PassesOnWhatIsNotFiniteAndSaysWhere) {
  auto request = For<v1::EvaluateObjectiveRequest>("log(x)");
  *request.add_points() = At(-1);
  const auto response = EvaluateObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(std::isnan(response->evaluations(0).value()));
  EXPECT_THAT(response->evaluations(0).non_finite(), HasSubstr("log"));
}

TEST(EvaluateObjective, NamesThePointThatDoesNotFit) {
  auto request = For<v1::EvaluateObjectiveRequest>("x**2");
  *request.add_points() = At(1);
  *request.add_points() = At(1);
  (*request.mutable_points(1)->mutable_values())["x"].add_values(2);
  EXPECT_THAT(EvaluateObjective(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("points[1].values[x]", Reason::kWrongShape));
  (*request.mutable_points(0)->mutable_values())["x"].set_values(0, NAN);
  EXPECT_THAT(EvaluateObjective(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("points[0].values[x].values[0]", Reason::kInvalidValue));
}

TEST(EvaluateObjective, TakesOneToTenThousandPoints) {
  auto request = For<v1::EvaluateObjectiveRequest>("x**2");
  EXPECT_THAT(EvaluateObjective(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("points", Reason::kMissingField));
  for (int i = 0; i < 10'000; ++i) *request.add_points() = At(i);
  EXPECT_EQ(EvaluateObjective(no_events, request, kNobodyInterrupts)->evaluations_size(), 10'000);
  *request.add_points() = At(1);
  EXPECT_THAT(EvaluateObjective(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("points", Reason::kInvalidValue));
}

TEST(EvaluateObjective, RefusesMoreWorkThanOneCallMayHave) {
  auto request = For<v1::EvaluateObjectiveRequest>("x*sum(sin(x+i) for i in range(10000000))");
  for (int i = 0; i < 10'000; ++i) *request.add_points() = At(i);
  EXPECT_THAT(EvaluateObjective(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("points", Reason::kEvaluationTooCostly));
}

TEST(EvaluateObjective, MultipliesTheHessianByADirection) {
  auto request = For<v1::EvaluateObjectiveRequest>("x**4/12 + x*y");
  v1::Point at;
  (*at.mutable_values())["x"].add_values(2);
  (*at.mutable_values())["y"].add_values(3);
  *request.add_points() = at;
  *request.mutable_direction() = at;
  const auto response = EvaluateObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  const auto& product = response->evaluations(0).hessian_direction().values();
  EXPECT_DOUBLE_EQ(product.at("x").values(0), 2 * 2 * 2 + 3);  // [x**2, 1; 1, 0] times (2, 3)
  EXPECT_DOUBLE_EQ(product.at("y").values(0), 2);
  (*request.mutable_direction()->mutable_values())["z"].add_values(3);
  EXPECT_THAT(EvaluateObjective(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("direction.values[z]", Reason::kUnknownName));
}

TEST(EvaluateObjective, GivesResidualsOfSumsOfSquaresAlone) {
  auto request = For<v1::EvaluateObjectiveRequest>("sin(x)");
  *request.add_points() = At(1);
  request.set_residuals(true);
  EXPECT_THAT(EvaluateObjective(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("residuals", Reason::kInvalidValue));
}

TEST(EvaluateObjective, GivesResidualsAndTheirJacobianRowByRow) {
  auto request = For<v1::EvaluateObjectiveRequest>("(x**2 - y)**2 + (x - 4)**2");
  v1::Point at;
  (*at.mutable_values())["x"].add_values(2);
  (*at.mutable_values())["y"].add_values(3);
  *request.add_points() = at;
  request.set_jacobian(true);
  const auto response = EvaluateObjective(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  // Which residual comes first is the core's affair; rows follow them.
  const v1::Evaluation& evaluation = response->evaluations(0);
  const bool in_order = evaluation.residuals(0) == 1;
  EXPECT_THAT(evaluation.residuals(), testing::UnorderedElementsAre(1, -2));
  const std::vector<double> jacobian(evaluation.jacobian().begin(), evaluation.jacobian().end());
  EXPECT_EQ(jacobian,
            in_order ? std::vector<double>({4, -1, 1, 0}) : std::vector<double>({1, 0, 4, -1}));
}

TEST(EvaluateObjective, StopsForACallerWhoHasGone) {
  auto request = For<v1::EvaluateObjectiveRequest>("x**2");
  *request.add_points() = At(1);
  Interruption gone;
  gone.Cancel();
  EXPECT_EQ(EvaluateObjective(no_events, request, gone).status().code(),
            absl::StatusCode::kCancelled);
  const Interruption late(std::chrono::steady_clock::now());
  EXPECT_EQ(EvaluateObjective(no_events, request, late).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(CheckGradient, PassesAGradientThatIsRight) {
  auto request = For<v1::CheckGradientRequest>("(x-2.5)**2-1");
  *request.mutable_point() = At(4);
  const auto response = CheckGradient(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->passed());
  EXPECT_EQ(response->coordinates(0).coordinate(), "x");
  EXPECT_EQ(response->coordinates(0).gradient(), 3);
}

TEST(CheckGradient, ShowsItsSweepsWhereAsked) {
  auto request = For<v1::CheckGradientRequest>("(x-2.5)**2-1");
  *request.mutable_point() = At(4);
  EXPECT_EQ(CheckGradient(no_events, request, kNobodyInterrupts)->coordinates(0).sweep_size(), 0);
  request.set_sweeps(true);
  const auto response = CheckGradient(no_events, request, kNobodyInterrupts);
  ASSERT_EQ(response->coordinates(0).sweep_size(), 12);
  EXPECT_NEAR(response->coordinates(0).sweep(0).above(), 3.4, 1e-9);
  EXPECT_LT(response->coordinates(0).resolution(), 1e-6);
}

TEST(CheckGradient, TakesATestFunctionsUsualStartWhereNoPointIsGiven) {
  v1::CheckGradientRequest request;
  request.mutable_objective()->set_function("rosenbrock");
  const auto response = CheckGradient(no_events, request, kNobodyInterrupts);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->passed());
}

TEST(CheckGradient, NeedsAPointForAnExpression) {
  auto request = For<v1::CheckGradientRequest>("x**2");
  request.mutable_objective()->add_variables()->set_name("x");
  EXPECT_THAT(CheckGradient(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("point", Reason::kMissingField));
}

TEST(CheckGradient, RefusesTolerancesAndCountsOutsideTheirRange) {
  auto request = For<v1::CheckGradientRequest>("x**2");
  *request.mutable_point() = At(1);
  request.set_tolerance(NAN);
  request.set_max_coordinates(10'001);
  const auto status = CheckGradient(no_events, request, kNobodyInterrupts).status();
  EXPECT_THAT(status, ViolatesAt("tolerance", Reason::kInvalidValue));
  EXPECT_THAT(status, ViolatesAt("max_coordinates", Reason::kInvalidValue));
}

TEST(CompileObjective, ChecksTheConstraintsToo) {
  auto request = For<v1::CompileObjectiveRequest>("x**2");
  *request.mutable_point() = At(4);
  request.mutable_objective()->add_constraints()->set_expression("x <= 1");
  EXPECT_TRUE(CompileObjective(no_events, request, kNobodyInterrupts).ok());
  request.mutable_objective()->add_constraints()->set_expression("x <= z");
  EXPECT_THAT(CompileObjective(no_events, request, kNobodyInterrupts).status(),
              ViolatesAt("objective.constraints[1].expression", Reason::kUnknownSymbol));
}

}  // namespace
}  // namespace thalweg::rpc
