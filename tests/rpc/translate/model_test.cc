#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/core/violation.h"
#include "server/rpc/translate/objective.h"

namespace thalweg::rpc {
namespace {

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const Violation& violation : ViolationsOf(status)) fields.push_back(violation.field);
  return fields;
}

v1::Model Full() {
  v1::Model wire;
  wire.set_dataset("datasets/s0123");
  wire.set_target("y");
  wire.add_features("a");
  wire.set_weights("w");
  wire.mutable_model()->set_kind("linear");
  (*wire.mutable_model()->mutable_settings())["degree"].set_number(2);
  wire.mutable_loss()->set_kind("huber");
  wire.mutable_penalty()->set_kind("l2");
  wire.set_scaling(v1::FEATURE_SCALING_ROBUST);
  wire.set_missing(v1::MISSING_VALUES_FILL);
  wire.mutable_split()->set_validation(0.25);
  wire.mutable_split()->set_folds(5);
  wire.mutable_split()->set_fold(4);
  wire.mutable_split()->set_in_order(true);
  wire.set_sum(true);
  return wire;
}

TEST(Model, ComesBackAsItWent) {
  const auto spec = FromWire(Full());
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->dataset, "s0123");

  v1::Model back;
  ToWire(*spec, back);

  EXPECT_EQ(back.SerializeAsString(), Full().SerializeAsString());
}

TEST(Model, NamesEveryFieldThatIsWrong) {
  v1::Model wire = Full();
  wire.set_dataset("runs/x");
  wire.mutable_split()->set_validation(0.95);
  wire.mutable_split()->set_fold(5);
  wire.set_scaling(static_cast<v1::FeatureScaling>(99));

  EXPECT_EQ(FieldsOf(FromWire(wire).status()),
            (std::vector<std::string>{"dataset", "scaling", "split.validation", "split.fold"}));
}

TEST(Model, OfAnObjectiveHasItsPathUnderIt) {
  v1::Objective objective;
  *objective.mutable_model() = Full();
  objective.mutable_model()->clear_dataset();

  EXPECT_EQ(FieldsOf(FromWire(objective, ShapedPoint()).status()),
            (std::vector<std::string>{"model.dataset"}));
}

}  // namespace
}  // namespace thalweg::rpc
