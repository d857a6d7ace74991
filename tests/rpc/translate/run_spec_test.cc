#include "server/rpc/translate/run_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "server/rpc/translate/objective.h"
#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::Run Parabola() {
  v1::Run run;
  run.mutable_objective()->set_expression("(x-2.5)**2-1");
  (*run.mutable_start()->mutable_values())["x"].add_values(4);
  return run;
}

TEST(RunSpec, HasWhatTheMessageSays) {
  v1::Run run = Parabola();
  run.set_display_name("first");
  (*run.mutable_labels())["team"] = "blue";
  run.mutable_objective()->set_direction(v1::DIRECTION_MAXIMIZE);
  run.mutable_optimizer()->set_kind("adam");
  (*run.mutable_optimizer()->mutable_settings())["learning_rate"].set_number(0.5);
  run.add_stopping()->set_kind("iterations");
  run.set_seed(0);
  run.set_traced_coordinates(0);

  const auto spec = FromWire(run);

  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->display_name, "first");
  EXPECT_EQ(spec->labels.at("team"), "blue");
  EXPECT_EQ(spec->objective.expression, "(x-2.5)**2-1");
  EXPECT_EQ(spec->direction, Direction::kMaximize);
  EXPECT_THAT(spec->start.at("x"), ElementsAre(4));
  EXPECT_EQ(spec->optimizer, (Part{"adam", {{"learning_rate", 0.5}}}));
  EXPECT_EQ(spec->stopping, std::vector<Part>{(Part{"iterations", {}})});
  EXPECT_EQ(spec->seed, 0);
  EXPECT_EQ(spec->traced_coordinates, 0);
}

TEST(RunSpec, LeavesOpenWhatTheMessageDoesNotSay) {
  const auto spec = FromWire(Parabola());
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->optimizer.kind, "gradient_descent");
  EXPECT_THAT(spec->objective.variables, IsEmpty());
  EXPECT_EQ(spec->seed, std::nullopt);
  EXPECT_LT(spec->traced_coordinates, 0);
}

TEST(RunSpec, DeclaresAVectorThatTheStartGivesOneNumber) {
  v1::Run run = Parabola();
  (*run.mutable_start()->mutable_values())["x"].add_shape(1);
  const auto spec = FromWire(run);
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_THAT(spec->objective.variables, ElementsAre(Variable{"x", false, 1}));
}

TEST(RunSpec, KeepsDeclaredVariablesAndParameters) {
  v1::Run run = Parabola();
  v1::Variable& variable = *run.mutable_objective()->add_variables();
  variable.set_name("x");
  (*run.mutable_objective()->mutable_parameters())["a"].add_values(2);
  const auto spec = FromWire(run);
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_THAT(spec->objective.variables, ElementsAre(Variable{"x", true, 1}));
  EXPECT_TRUE(spec->objective.parameters.at("a").scalar);
}

TEST(RunSpec, TellsEverythingThatIsWrongAtOnce) {
  v1::Run run;
  run.set_display_name(std::string(129, 'x'));
  (*run.mutable_labels())["Team"] = "blue";
  (*run.mutable_labels())["team"] = std::string(64, 'x');
  (*run.mutable_start()->mutable_values())["x"];
  (*run.mutable_optimizer()->mutable_settings())["a"];
  run.add_stopping()->set_kind("iterations");
  run.add_stopping();
  run.set_traced_coordinates(-1);

  const absl::Status status = FromWire(run).status();

  EXPECT_THAT(status, ViolatesAt("display_name", Reason::kInvalidValue));
  EXPECT_THAT(status, ViolatesAt("labels[Team]", Reason::kInvalidValue));
  EXPECT_THAT(status, ViolatesAt("labels[team]", Reason::kInvalidValue));
  EXPECT_THAT(status, ViolatesAt("start.values[x].values", Reason::kMissingField));
  EXPECT_THAT(status, ViolatesAt("objective", Reason::kMissingField));
  EXPECT_THAT(status, ViolatesAt("optimizer.kind", Reason::kMissingField));
  EXPECT_THAT(status, ViolatesAt("stopping[1].kind", Reason::kMissingField));
  EXPECT_THAT(status, ViolatesAt("traced_coordinates", Reason::kInvalidValue));
}

TEST(RunSpec, HasAtMost32LabelsAnd32Rules) {
  v1::Run run = Parabola();
  for (int i = 0; i < 33; ++i) {
    (*run.mutable_labels())["l" + std::to_string(i)] = "";
    run.add_stopping()->set_kind("time");
  }
  EXPECT_THAT(FromWire(run).status(), ViolatesAt("labels", Reason::kInvalidValue));
  EXPECT_THAT(FromWire(run).status(), ViolatesAt("stopping", Reason::kInvalidValue));
}

TEST(RunSpec, RefusesAnObjectiveThatSaysNothingAndADirectionThatIsNone) {
  v1::Run run;
  run.mutable_objective()->set_function("");
  run.mutable_objective()->set_direction(static_cast<v1::Direction>(7));
  EXPECT_THAT(FromWire(run).status(), ViolatesAt("objective", Reason::kMissingField));
  EXPECT_THAT(FromWire(run).status(), ViolatesAt("objective.direction", Reason::kInvalidValue));
}

TEST(InWireTerms, SpellsTheCoordinatesOfAStart) {
  const auto status = InWireTerms(Refuse({{"start.y[3]", Reason::kInvalidValue, "is nan"},
                                          {"start", Reason::kMissingField, "none"},
                                          {"optimizer.kind", Reason::kUnknownName, "no"}}));
  EXPECT_THAT(status, ViolatesAt("start.values[y].values[3]", Reason::kInvalidValue));
  EXPECT_THAT(status, ViolatesAt("start", Reason::kMissingField));
  EXPECT_THAT(status, ViolatesAt("optimizer.kind", Reason::kUnknownName));
}

TEST(RunSpec, KeepsBoundsWhichMayBeInfiniteAndGivesThemBack) {
  v1::Run run = Parabola();
  (*run.mutable_objective()->mutable_lower()->mutable_values())["x"].add_values(-INFINITY);
  (*run.mutable_objective()->mutable_upper()->mutable_values())["x"].add_values(3);

  const auto spec = FromWire(run);

  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_THAT(spec->objective.lower.at("x"), ElementsAre(-INFINITY));
  EXPECT_THAT(spec->objective.upper.at("x"), ElementsAre(3));
  v1::Objective back;
  ToWire(spec->objective, spec->direction, back);
  EXPECT_THAT(back.upper().values().at("x").values(), ElementsAre(3));
  EXPECT_THAT(back.upper().values().at("x").shape(), IsEmpty());
}

TEST(RunSpec, RefusesBoundsThatAreNoNumber) {
  v1::Run run = Parabola();
  (*run.mutable_objective()->mutable_lower()->mutable_values())["x"].add_values(NAN);
  EXPECT_THAT(FromWire(run).status(),
              ViolatesAt("objective.lower.values[x].values[0]", Reason::kInvalidValue));
}

TEST(RunSpec, SpellsThePathsOfBoundsAsTheWireDoes) {
  const auto status =
      InWireTerms(Refuse("objective.lower.x[3]", Reason::kInvalidValue, "too high"));
  EXPECT_THAT(status, ViolatesAt("objective.lower.values[x].values[3]", Reason::kInvalidValue));
}

TEST(RunSpec, KeepsConstraintsAndGivesThemBack) {
  v1::Run run = Parabola();
  v1::Objective& objective = *run.mutable_objective();
  objective.add_constraints()->set_expression("x <= 1");
  v1::Constraint& band = *objective.add_constraints();
  band.set_name("band");
  band.set_expression("x**2");
  band.set_lower(1);
  objective.set_feasibility_tolerance(1e-4);

  const auto spec = FromWire(run);

  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_THAT(spec->objective.constraints, ElementsAre(ConstraintSpec{"", "x <= 1", {}, {}},
                                                       ConstraintSpec{"band", "x**2", 1, {}}));
  EXPECT_EQ(spec->objective.feasibility_tolerance, 1e-4);
  v1::Objective back;
  ToWire(spec->objective, spec->direction, back);
  ASSERT_EQ(back.constraints_size(), 2);
  EXPECT_EQ(back.constraints(1).name(), "band");
  EXPECT_TRUE(back.constraints(1).has_lower());
  EXPECT_FALSE(back.constraints(1).has_upper());
  EXPECT_EQ(back.feasibility_tolerance(), 1e-4);
}

TEST(RunSpec, RefusesAToleranceBelowZero) {
  v1::Run run = Parabola();
  run.mutable_objective()->set_feasibility_tolerance(-1);
  EXPECT_THAT(FromWire(run).status(),
              ViolatesAt("objective.feasibility_tolerance", Reason::kInvalidValue));
}

}  // namespace
}  // namespace thalweg::rpc
