#include "server/core/layout.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;

Layout Of(std::vector<Variable> variables) { return Layout::Of(std::move(variables)).value(); }

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const Violation& violation : ViolationsOf(status)) fields.push_back(violation.field);
  return fields;
}

TEST(Layout, PutsVariablesOneAfterTheOther) {
  const Layout layout = Of({{"b", true, 1}, {"x", false, 3}, {"c", true, 1}});

  EXPECT_EQ(layout.size(), 5);
  EXPECT_EQ(layout.OffsetOf(1), 1);
  EXPECT_EQ(layout.OffsetOf(2), 4);
  EXPECT_EQ(layout.CoordinateName(0), "b");
  EXPECT_EQ(layout.CoordinateName(3), "x[2]");
  EXPECT_EQ(layout.CoordinateName(4), "c");
}

TEST(Layout, FlattensAndUnflattens) {
  const Layout layout = Of({{"b", true, 1}, {"x", false, 2}});
  const NamedValues values = {{"x", {2, 3}}, {"b", {1}}};

  const auto flat = layout.Flatten(values);

  ASSERT_TRUE(flat.ok()) << flat.status();
  EXPECT_THAT(*flat, ElementsAre(1, 2, 3));
  EXPECT_EQ(layout.Unflatten(*flat), values);
}

TEST(Layout, NamesAllThatIsWrongWithValuesAtOnce) {
  const Layout layout = Of({{"b", true, 1}, {"x", false, 2}, {"y", false, 2}});

  const auto flat = layout.Flatten({{"x", {1}}, {"y", {1, std::nan("")}}, {"z", {1}}});

  EXPECT_THAT(FieldsOf(flat.status()), ElementsAre("b", "x", "y[1]", "z"));
}

TEST(Layout, RefusesNamesThatAreNoneOrTwice) {
  for (const std::string name : {"", "1x", "x-y", "x y", "\xC3\xA9"}) {
    EXPECT_FALSE(Layout::Of({{name, true, 1}}).ok()) << name;
  }
  EXPECT_FALSE(Layout::Of({{std::string(65, 'x'), true, 1}}).ok());
  EXPECT_FALSE(Layout::Of({{"x", true, 1}, {"x", true, 1}}).ok());
  EXPECT_TRUE(Layout::Of({{"_x1", true, 1}}).ok());
}

TEST(Layout, RefusesLengthsThatCannotBe) {
  EXPECT_FALSE(Layout::Of({{"x", false, 0}}).ok());
  EXPECT_FALSE(Layout::Of({{"x", false, -1}}).ok());
  EXPECT_FALSE(Layout::Of({{"x", true, 2}}).ok());
}

}  // namespace
}  // namespace thalweg
