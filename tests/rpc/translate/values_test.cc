#include "server/rpc/translate/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

using testing::ElementsAre;

v1::Array Numbers(std::vector<double> values, std::vector<int64_t> shape = {}) {
  v1::Array array;
  array.mutable_values()->Add(values.begin(), values.end());
  array.mutable_shape()->Add(shape.begin(), shape.end());
  return array;
}

v1::Point PointOf(const std::string& name, const v1::Array& array) {
  v1::Point point;
  (*point.mutable_values())[name] = array;
  return point;
}

TEST(Array, IsAScalarWhenItHasOneNumberAndNoShape) {
  EXPECT_TRUE(FromWire(Numbers({3}))->scalar);
  EXPECT_FALSE(FromWire(Numbers({3}, {1}))->scalar);
  EXPECT_FALSE(FromWire(Numbers({3, 4}))->scalar);
}

TEST(Array, RefusesAShapeThatItsNumbersDoNotFill) {
  EXPECT_THAT(FromWire(Numbers({1, 2}, {3})).status(), ViolatesAt("shape", Reason::kWrongShape));
  EXPECT_THAT(FromWire(Numbers({1, 2}, {-2})).status(), ViolatesAt("shape", Reason::kWrongShape));
  EXPECT_THAT(FromWire(Numbers({1}, {0})).status(), ViolatesAt("shape", Reason::kWrongShape));
  EXPECT_THAT(FromWire(Numbers({1, 2, 3, 4}, {2, 3})).status(),
              ViolatesAt("shape", Reason::kWrongShape));
  EXPECT_THAT(FromWire(Numbers({1, 2, 3, 4}, {1LL << 62, 4})).status(),
              ViolatesAt("shape", Reason::kWrongShape));
  EXPECT_THAT(FromWire(Numbers({1, 2, 3, 4}, {2, 2, 1})).status(),
              ViolatesAt("shape", Reason::kWrongShape));
}

TEST(Array, OfTwoAxesIsAMatrixRowAfterRow) {
  const auto matrix = FromWire(Numbers({1, 2, 3, 4, 5, 6}, {2, 3}));

  ASSERT_TRUE(matrix.ok()) << matrix.status();
  EXPECT_FALSE(matrix->scalar);
  EXPECT_EQ(matrix->columns, 3);
  EXPECT_THAT(matrix->values, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Array, RefusesNoNumbersAndNamesTheFirstThatIsNotFinite) {
  EXPECT_THAT(FromWire(Numbers({})).status(), ViolatesAt("values", Reason::kMissingField));
  EXPECT_THAT(FromWire(Numbers({1, std::nan(""), INFINITY})).status(),
              ViolatesAt("values[1]", Reason::kInvalidValue));
}

TEST(Point, SpeaksOfItsVariablesInAlphabeticalOrder) {
  v1::Point point = PointOf("b", Numbers({1}));
  (*point.mutable_values())["a"] = Numbers({1, 2});

  const auto shaped = FromWire(point);

  ASSERT_TRUE(shaped.ok()) << shaped.status();
  EXPECT_THAT(shaped->variables, ElementsAre(Variable{"a", false, 2}, Variable{"b", true, 1}));
  EXPECT_FALSE(shaped->has_shapes);
}

TEST(Point, TellsAVectorOfOneFromAScalar) {
  EXPECT_TRUE(FromWire(PointOf("x", Numbers({1}, {1})))->has_shapes);
  EXPECT_FALSE(FromWire(PointOf("x", Numbers({1})))->has_shapes);
}

TEST(Point, TellsAMatrixFromAVector) {
  const auto shaped = FromWire(PointOf("x", Numbers({1, 2, 3, 4}, {2, 2})));

  ASSERT_TRUE(shaped.ok()) << shaped.status();
  EXPECT_TRUE(shaped->has_shapes);
  EXPECT_THAT(shaped->variables, ElementsAre(Variable{"x", false, 4, 2}));
}

TEST(Point, NamesTheVariableThatIsWrong) {
  EXPECT_THAT(FromWire(PointOf("x", Numbers({}))).status(),
              ViolatesAt("values[x].values", Reason::kMissingField));
}

TEST(Point, EscapesNamesThatAreNotFitForAMessage) {
  const std::string name("a\x1f\x1e\n]", 5);
  const auto status = FromWire(PointOf(name, Numbers({}))).status();

  ASSERT_EQ(ViolationsOf(status).size(), 1);
  EXPECT_EQ(ViolationsOf(status)[0].field.find('\n'), std::string::npos);
}

TEST(Point, ComesBackAsItWentWithTheShapesOfItsVariables) {
  v1::Point wire;
  ToWire(NamedValues{{"b", {1}}, {"x", {2}}, {"y", {3, 4}}, {"z", {5, 6}}},
         {{"b", true, 1}, {"x", false, 1}, {"y", false, 2}, {"z", false, 2, 1}}, wire);

  EXPECT_EQ(wire.values().at("b").shape_size(), 0);
  EXPECT_THAT(wire.values().at("x").shape(), ElementsAre(1));
  EXPECT_THAT(wire.values().at("z").shape(), ElementsAre(2, 1));
  const auto back = FromWire(wire);
  ASSERT_TRUE(back.ok());
  EXPECT_THAT(back->values.at("y"), ElementsAre(3, 4));
}

TEST(CoordinatePath, SpellsACoordinateAsTheWireDoes) {
  EXPECT_EQ(CoordinatePath("x"), "values[x]");
  EXPECT_EQ(CoordinatePath("y[3]"), "values[y].values[3]");
  EXPECT_EQ(CoordinatePath("values[x]"), "values[x]");
  EXPECT_EQ(CoordinatePath(""), "");
}

TEST(Variable, RefusesLengthsBelowOneAndMoreThanTwoAxes) {
  v1::Variable wire;
  wire.set_name("x");
  EXPECT_TRUE(FromWire(wire)->scalar);
  wire.add_shape(0);
  EXPECT_THAT(FromWire(wire).status(), ViolatesAt("shape", Reason::kWrongShape));
  wire.set_shape(0, 2);
  EXPECT_EQ(FromWire(wire)->length, 2);
  wire.add_shape(3);
  EXPECT_EQ(FromWire(wire)->length, 6);
  EXPECT_EQ(FromWire(wire)->columns, 3);
  wire.set_shape(0, 1LL << 62);
  EXPECT_THAT(FromWire(wire).status(), ViolatesAt("shape", Reason::kWrongShape));
  wire.set_shape(0, 2);
  wire.add_shape(1);
  EXPECT_THAT(FromWire(wire).status(), ViolatesAt("shape", Reason::kWrongShape));
}

}  // namespace
}  // namespace thalweg::rpc
