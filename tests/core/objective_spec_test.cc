#include "server/core/objective_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "server/core/functions/catalogue.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// The one violation that building `spec` must meet.
Violation RefusalOf(const ObjectiveSpec& spec, const NamedValues& point = {}) {
  const absl::Status status = BuildObjective(spec, point).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  const auto violations = ViolationsOf(status);
  EXPECT_EQ(violations.size(), 1U) << status;
  return violations.empty() ? Violation{} : violations.front();
}

MATCHER_P3(Refuses, field, reason, description, "") {
  *result_listener << arg.field << ": " << ReasonName(arg.reason) << ": " << arg.description;
  return arg.field == field && arg.reason == reason &&
         arg.description.find(description) != std::string::npos;
}

std::vector<Variable> VariablesOf(const ObjectiveSpec& spec, const NamedValues& point = {}) {
  const auto objective = BuildObjective(spec, point);
  EXPECT_TRUE(objective.ok()) << objective.status();
  return objective.ok() ? (*objective)->layout().variables() : std::vector<Variable>();
}

const Variable kScalarX{.name = "x"};
Variable VectorX(Index length) { return {.name = "x", .scalar = false, .length = length}; }

TEST(BuildObjective, NeedsAnExpressionOrAFunction) {
  EXPECT_THAT(RefusalOf({}), Refuses("expression", Reason::kMissingField, "'function'"));
}

TEST(BuildObjective, RefusesAnExpressionBesideAFunction) {
  EXPECT_THAT(RefusalOf({.expression = "x", .function = "sphere"}),
              Refuses("function", Reason::kInvalidValue, "one of them"));
}

// ---- Test functions

TEST(BuildObjective, BuildsAFunctionInItsUsualDimension) {
  EXPECT_THAT(VariablesOf({.function = "rosenbrock"}), ElementsAre(VectorX(2)));
  EXPECT_THAT(VariablesOf({.function = "parabola_1d"}), ElementsAre(kScalarX));
  EXPECT_THAT(VariablesOf({.function = "booth"}), ElementsAre(kScalarX, Variable{.name = "y"}));
}

TEST(BuildObjective, BuildsAFunctionInTheDimensionAskedFor) {
  EXPECT_THAT(VariablesOf({.function = "rosenbrock", .dimension = 7}), ElementsAre(VectorX(7)));
}

TEST(BuildObjective, BuildsAFunctionInTheDimensionOfThePoint) {
  EXPECT_THAT(VariablesOf({.function = "rosenbrock"}, {{"x", {1, 2, 3}}}), ElementsAre(VectorX(3)));
}

TEST(BuildObjective, EvaluatesTheFunction) {
  const auto objective = BuildObjective({.function = "rosenbrock"}, {});
  ASSERT_TRUE(objective.ok());
  double value = 0;
  Vector gradient(2);

  ASSERT_TRUE((*objective)->ValueAndGradient(Vector{{-1.2, 1.0}}, value, gradient).ok());

  // By hand: f = 100 (1 - 1.44)^2 + 2.2^2; df/dx0 = 480 (1 - 1.44) - 4.4, df/dx1 = 200 (1 - 1.44).
  EXPECT_NEAR(value, 24.2, 1e-13);
  EXPECT_NEAR(gradient[0], -215.6, 1e-12);
  EXPECT_NEAR(gradient[1], -88, 1e-12);
}

TEST(BuildObjective, NamesTheNearestFunctionToAnUnknownOne) {
  EXPECT_THAT(RefusalOf({.function = "rosenbrok"}),
              Refuses("function", Reason::kUnknownName, "did you mean 'rosenbrock'"));
}

TEST(BuildObjective, RefusesADimensionThatTheFunctionDoesNotHave) {
  EXPECT_THAT(RefusalOf({.function = "rosenbrock", .dimension = 1}),
              Refuses("dimension", Reason::kInvalidValue, "1; rosenbrock takes 2 to 1000000"));
  EXPECT_THAT(RefusalOf({.function = "booth", .dimension = 3}),
              Refuses("dimension", Reason::kInvalidValue, "3; booth has 2"));
  EXPECT_THAT(RefusalOf({.function = "sphere", .dimension = -1}),
              Refuses("dimension", Reason::kInvalidValue, "-1; sphere takes 1 to"));
  EXPECT_THAT(RefusalOf({.function = "rosenbrock"}, {{"x", {1}}}),
              Refuses("dimension", Reason::kInvalidValue, "1; rosenbrock"));
}

TEST(BuildObjective, RefusesAPointThatIsNotOfTheFunction) {
  EXPECT_THAT(RefusalOf({.function = "sphere", .dimension = 3}, {{"x", {1, 2}}}),
              Refuses("variables[x]", Reason::kWrongShape, "2 values, but its length is 3"));
  EXPECT_THAT(RefusalOf({.function = "booth"}, {{"x", {1}}}),
              Refuses("variables[y]", Reason::kMissingField, "0 values"));
  EXPECT_THAT(RefusalOf({.function = "booth"}, {{"x", {1}}, {"y", {1}}, {"z", {1}}}),
              Refuses("variables[z]", Reason::kUnknownName, "known: x, y"));
}

TEST(BuildObjective, RefusesWhatOnlyAnExpressionHas) {
  EXPECT_THAT(RefusalOf({.function = "sphere", .variables = {VectorX(2)}}),
              Refuses("variables", Reason::kInvalidValue, "sphere"));
  EXPECT_THAT(RefusalOf({.function = "sphere", .parameters = {{"a", {true, {1}}}}}),
              Refuses("parameters", Reason::kInvalidValue, "expression"));
}

// ---- Expressions

TEST(BuildObjective, TakesTheUnknownsOfAnExpressionFromThePoint) {
  EXPECT_THAT(VariablesOf({.expression = "b*sum(x**2)"}, {{"x", {1, 2, 3}}, {"b", {4}}}),
              ElementsAre(Variable{.name = "b"}, VectorX(3)));
}

TEST(BuildObjective, KeepsToTheDeclaredUnknownsAndTheirOrder) {
  const ObjectiveSpec spec{.expression = "b*sum(x**2)", .variables = {VectorX(1), {.name = "b"}}};

  EXPECT_THAT(VariablesOf(spec), ElementsAre(VectorX(1), Variable{.name = "b"}));
  EXPECT_THAT(VariablesOf(spec, {{"x", {1}}, {"b", {4}}}),
              ElementsAre(VectorX(1), Variable{.name = "b"}));
}

TEST(BuildObjective, HandsParametersToTheExpression) {
  const auto objective = BuildObjective(
      {.expression = "sum((x - c)**2)", .parameters = {{"c", {false, {1, 2}}}}}, {{"x", {0, 0}}});
  ASSERT_TRUE(objective.ok()) << objective.status();
  double value = 0;

  ASSERT_TRUE((*objective)->Value(Vector{{3.0, 5.0}}, value).ok());

  EXPECT_EQ(value, 13);
}

TEST(BuildObjective, AsksForUnknownsWhereNothingNamesThem) {
  EXPECT_THAT(RefusalOf({.expression = "x**2"}),
              Refuses("variables", Reason::kMissingField, "declare"));
}

TEST(BuildObjective, SuggestsADeclarationWhereALoneNumberIsIndexed) {
  const Violation violation = RefusalOf({.expression = "x[0]**2"}, {{"x", {1}}});

  EXPECT_EQ(violation.field, "expression");
  EXPECT_THAT(violation.description,
              AllOf(HasSubstr("x is taken for a scalar"), HasSubstr("'variables'")));
}

TEST(BuildObjective, SuggestsNoDeclarationForOtherMistakes) {
  EXPECT_THAT(RefusalOf({.expression = "x**2 +"}, {{"x", {1}}}).description,
              Not(HasSubstr("taken for a scalar")));
  EXPECT_THAT(RefusalOf({.expression = "x + z"}, {{"x", {1}}}).description,
              Not(HasSubstr("taken for a scalar")));
  EXPECT_THAT(RefusalOf({.expression = "x[0]**2", .variables = {kScalarX}}).description,
              Not(HasSubstr("taken for a scalar")));
}

TEST(BuildObjective, PutsTheFormulasErrorsUnderExpression) {
  EXPECT_THAT(RefusalOf({.expression = "1 + foo(x)"}, {{"x", {1}}}),
              Refuses("expression", Reason::kUnknownSymbol, "foo"));
}

TEST(BuildObjective, RefusesAPointThatIsNotOfTheDeclaredUnknowns) {
  const ObjectiveSpec spec{.expression = "sum(x)", .variables = {VectorX(3)}};

  EXPECT_THAT(RefusalOf(spec, {{"x", {1, 2}}}),
              Refuses("variables[x]", Reason::kWrongShape, "2 values, but its length is 3"));
  EXPECT_THAT(RefusalOf(spec, {{"x", {1, 2, 3}}, {"y", {1}}}),
              Refuses("variables[y]", Reason::kUnknownName, "unknown variable 'y'"));
}

TEST(BuildObjective, RefusesIllFormedUnknowns) {
  EXPECT_THAT(RefusalOf({.expression = "x", .variables = {kScalarX, kScalarX}}),
              Refuses("variables[x]", Reason::kInvalidValue, "declared twice"));
  EXPECT_THAT(RefusalOf({.expression = "x", .variables = {VectorX(0)}}),
              Refuses("variables[x]", Reason::kWrongShape, "length 0"));
  EXPECT_THAT(RefusalOf({.expression = "sum(x)"}, {{"x", {}}}),
              Refuses("variables[x]", Reason::kWrongShape, "length 0"));
}

TEST(BuildObjective, RefusesADimensionForAnExpression) {
  EXPECT_THAT(RefusalOf({.expression = "x", .variables = {kScalarX}, .dimension = 1}),
              Refuses("dimension", Reason::kInvalidValue, "only a test function"));
}

// ---- Starts

TEST(DefaultStart, IsTheUsualOneOfAFunction) {
  const auto plane = DefaultStart({.function = "freudenstein_roth"});
  const auto space = DefaultStart({.function = "rosenbrock", .dimension = 3});

  ASSERT_TRUE(plane.ok());
  ASSERT_TRUE(space.ok());
  EXPECT_EQ(*plane, (NamedValues{{"x", {0.5}}, {"y", {-2}}}));
  EXPECT_EQ(*space, (NamedValues{{"x", {-1.2, 1, -1.2}}}));
}

TEST(DefaultStart, IsAPointThatItsFunctionAccepts) {
  for (const TestFunction& function : TestFunctions()) {
    const ObjectiveSpec spec{.function = function.name};
    const auto start = DefaultStart(spec);
    ASSERT_TRUE(start.ok()) << start.status();
    EXPECT_TRUE(BuildObjective(spec, *start).ok()) << function.name;
  }
}

TEST(DefaultStart, AsksForOneOfAnExpressionByTheNamesOfItsUnknowns) {
  const absl::Status status =
      DefaultStart({.expression = "b*sum(x)", .variables = {VectorX(3), {.name = "b"}}}).status();

  ASSERT_EQ(ViolationsOf(status).size(), 1U);
  EXPECT_EQ(ViolationsOf(status)[0].reason, Reason::kMissingField);
  EXPECT_THAT(std::string(status.message()), HasSubstr("x (3 numbers), b (one number)"));
}

TEST(DefaultStart, HasTheSameErrorsAsBuilding) {
  EXPECT_EQ(DefaultStart({}).status(), BuildObjective({}, {}).status());
  EXPECT_EQ(DefaultStart({.function = "no_such"}).status(),
            BuildObjective({.function = "no_such"}, {}).status());
  EXPECT_EQ(DefaultStart({.function = "booth", .dimension = 9}).status(),
            BuildObjective({.function = "booth", .dimension = 9}, {}).status());
}

}  // namespace
}  // namespace thalweg
