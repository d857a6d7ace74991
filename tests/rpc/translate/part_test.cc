#include "server/rpc/translate/part.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

v1::Part Nested(int depth) {
  v1::Part part;
  part.set_kind("warmup");
  if (depth > 1) *(*part.mutable_settings())["after"].mutable_part() = Nested(depth - 1);
  return part;
}

TEST(Part, ComesBackAsItWent) {
  const Part part{"adam",
                  {{"beta1", 0.5},
                   {"amsgrad", true},
                   {"mode", std::string("slow")},
                   {"rates", std::vector<double>{1, 2}},
                   {"learning_rate", std::vector<Part>{Part{"cosine", {{"steps", 10.0}}}}},
                   {"parts", std::vector<Part>{Part{"a", {}}, Part{"b", {}}}},
                   {"none", std::vector<Part>{}}}};
  v1::Part wire;
  ToWire(part, wire);

  const auto back = FromWire(wire);

  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, part);
}

TEST(Part, MayNestSixteenDeepAndNoDeeper) {
  EXPECT_TRUE(FromWire(Nested(kMostPartDepth)).ok());
  const auto status = FromWire(Nested(kMostPartDepth + 1)).status();
  ASSERT_EQ(ViolationsOf(status).size(), 1);
  EXPECT_TRUE(ViolationsOf(status)[0].field.starts_with("settings[after].settings[after]"));
}

TEST(Part, NamesTheSettingThatHasNoValue) {
  v1::Part wire;
  wire.set_kind("adam");
  (*wire.mutable_settings())["learning_rate"];
  EXPECT_THAT(FromWire(wire).status(),
              ViolatesAt("settings[learning_rate]", Reason::kMissingField));
}

TEST(Part, NeedsAKindAlsoInsideOfAnother) {
  EXPECT_THAT(FromWire(v1::Part()).status(), ViolatesAt("kind", Reason::kMissingField));
  v1::Part wire;
  wire.set_kind("adam");
  (*wire.mutable_settings())["learning_rate"].mutable_part();
  EXPECT_THAT(FromWire(wire).status(),
              ViolatesAt("settings[learning_rate].kind", Reason::kMissingField));
  (*wire.mutable_settings())["learning_rate"].mutable_parts()->add_parts();
  EXPECT_THAT(FromWire(wire).status(),
              ViolatesAt("settings[learning_rate].parts[0].kind", Reason::kMissingField));
}

TEST(Part, HasAtMost64SettingsAndTextsOf4KiB) {
  v1::Part wire;
  wire.set_kind("adam");
  (*wire.mutable_settings())["mode"].set_text(std::string(5000, 'x'));
  EXPECT_THAT(FromWire(wire).status(), ViolatesAt("settings[mode].text", Reason::kInvalidValue));
  for (int i = 0; i < 65; ++i) (*wire.mutable_settings())["s" + std::to_string(i)].set_flag(true);
  EXPECT_THAT(FromWire(wire).status(), ViolatesAt("settings", Reason::kInvalidValue));
}

}  // namespace
}  // namespace thalweg::rpc
