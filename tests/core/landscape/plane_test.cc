#include "server/core/landscape/plane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "server/core/objective_spec.h"
#include "server/core/violation.h"

namespace thalweg::landscape {
namespace {

using testing::HasSubstr;

std::unique_ptr<Objective> Formula(const std::string& text, Index n) {
  ObjectiveSpec spec;
  spec.expression = text;
  spec.variables = {{.name = "x", .scalar = false, .length = n}};
  return *BuildObjective(spec, {});
}

std::string FieldOf(const absl::Status& status) {
  const auto violations = ViolationsOf(status);
  return violations.empty() ? "(none)" : violations.front().field;
}

const Layout kThree = *Layout::Of({{.name = "x", .scalar = false, .length = 3}});

TEST(CoordinatePlane, CountsInTheUnknownsThemselves) {
  const auto plane = CoordinatePlane(kThree, Vector{{1, 2, 3}}, 2, 0);
  ASSERT_TRUE(plane.ok()) << plane.status();
  EXPECT_EQ(plane->origin, (Vector{{0, 2, 0}}));
  EXPECT_EQ(plane->origin + 7 * plane->u + 8 * plane->v, (Vector{{8, 2, 7}}));
  EXPECT_EQ(plane->centre_u, 3);
  EXPECT_EQ(plane->centre_v, 1);
  EXPECT_EQ(plane->u_name, "x[2]");
}

TEST(CoordinatePlane, IsALineWithoutASecondCoordinate) {
  const auto plane = CoordinatePlane(kThree, Vector{{1, 2, 3}}, 1, std::nullopt);
  ASSERT_TRUE(plane.ok()) << plane.status();
  EXPECT_TRUE(plane->is_line());
  EXPECT_EQ(plane->v_name, "");
}

TEST(CoordinatePlane, RefusesPlacesThatAreNotThereAndTwiceTheSame) {
  const Vector point = Vector::Zero(3);
  EXPECT_EQ(FieldOf(CoordinatePlane(kThree, point, 3, 0).status()), "u");
  EXPECT_EQ(FieldOf(CoordinatePlane(kThree, point, 0, -1).status()), "v");
  EXPECT_EQ(FieldOf(CoordinatePlane(kThree, point, 1, 1).status()), "v");
}

TEST(DirectionPlane, RefusesZeroAndParallelDirections) {
  const Vector o = Vector::Zero(2);
  EXPECT_EQ(FieldOf(DirectionPlane(o, Vector::Zero(2), Vector{{1, 0}}).status()), "u");
  EXPECT_EQ(FieldOf(DirectionPlane(o, Vector{{1, 0}}, Vector::Zero(2)).status()), "v");
  EXPECT_EQ(FieldOf(DirectionPlane(o, Vector{{1, 3}}, Vector{{-2, -6}}).status()), "v");
  EXPECT_TRUE(DirectionPlane(o, Vector{{1e300, 0}}, Vector{{1e300, 1e300}}).ok());
  EXPECT_TRUE(DirectionPlane(o, Vector{{1e-300, 0}}, {}).ok());
}

TEST(GradientPlane, GoesDownhillAlongUAndAtRightAnglesAlongV) {
  const auto objective = Formula("x[0]**2 + 10*x[1]**2 + exp(x[2])", 3);
  const Vector point{{1, 1, 0}};  // gradient (2, 20, 1)
  const Vector step{{1, 0, 0}};
  const auto plane = GradientPlane(*objective, point, step);
  ASSERT_TRUE(plane.ok()) << plane.status();
  EXPECT_TRUE(plane->u.isApprox(-Vector{{2, 20, 1}} / std::sqrt(405.0), 1e-14));
  EXPECT_NEAR(plane->v.dot(plane->u), 0, 1e-15);
  EXPECT_NEAR(plane->v.norm(), 1, 1e-15);
  EXPECT_GT(plane->v.dot(step), 0);
  double here = 0;
  double there = 0;
  ASSERT_TRUE(objective->Value(point, here).ok());
  ASSERT_TRUE(objective->Value(point + 1e-3 * plane->u, there).ok());
  EXPECT_LT(there, here);
}

TEST(GradientPlane, TurnsWithTheGradientWhereNoStepLeadsElsewhere) {
  const auto objective = Formula("x[0]**2 + 10*x[1]**2 + x[2]**2", 3);
  const Vector point{{1, 1, 0}};
  const Vector along_gradient{{-2, -20, 0}};
  const auto plane = GradientPlane(*objective, point, along_gradient);
  ASSERT_TRUE(plane.ok()) << plane.status();
  EXPECT_EQ(plane->v[2], 0);  // the Hessian keeps the first two coordinates to themselves
  EXPECT_NEAR(plane->v.dot(plane->u), 0, 1e-15);
  EXPECT_EQ(plane->v_name, "where the gradient turns");
  // A bowl's gradient never turns: any direction across does.
  const auto bowl = GradientPlane(*Formula("sum(x**2)", 3), point, {});
  ASSERT_TRUE(bowl.ok()) << bowl.status();
  EXPECT_NEAR(bowl->v.dot(bowl->u), 0, 1e-15);
  EXPECT_NEAR(bowl->v.norm(), 1, 1e-15);
}

TEST(GradientPlane, RefusesAPointWithoutADownhillDirection) {
  const auto flat = GradientPlane(*Formula("sum(x**2)", 2), Vector::Zero(2), {});
  EXPECT_THAT(std::string(flat.status().message()), HasSubstr("is 0 at the origin"));
  const auto hole = GradientPlane(*Formula("sqrt(x[0]) + x[1]", 2), Vector{{-1, 0}}, {});
  EXPECT_THAT(std::string(hole.status().message()), HasSubstr("not finite"));
}

}  // namespace
}  // namespace thalweg::landscape
