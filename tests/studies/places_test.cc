#include "server/studies/places.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace thalweg::studies {
namespace {

using ::testing::HasSubstr;

runs::RunSpec Fit() {
  runs::RunSpec spec;
  spec.objective.model.emplace();
  spec.objective.model->dataset = "s0";
  spec.objective.model->split.folds = 5;
  spec.objective.model->penalty = {"l2", {{"strength", 1.0}}};
  spec.batches = {"shuffled", {{"size", 32.0}}};
  return spec;
}

std::string Refusal(const std::string& place, const Setting& value, runs::RunSpec spec = Fit()) {
  return std::string(Put(place, value, spec).message());
}

TEST(Places, ReachBatches) {
  runs::RunSpec spec = Fit();

  ASSERT_TRUE(Put("batches.settings[size]", Setting(8.0), spec).ok());
  EXPECT_EQ(spec.batches.settings.at("size"), Setting(8.0));
  ASSERT_TRUE(Put("batches", Setting(std::string("full")), spec).ok());
  EXPECT_EQ(spec.batches, (Part{"full", {}}));
}

TEST(Places, ReachWhatAModelIsMadeOf) {
  runs::RunSpec spec = Fit();

  ASSERT_TRUE(Put("objective.model.penalty.settings[strength]", Setting(0.25), spec).ok());
  ASSERT_TRUE(Put("objective.model.loss", Setting(std::string("huber")), spec).ok());
  ASSERT_TRUE(Put("objective.model.scaling", Setting(std::string("none")), spec).ok());
  ASSERT_TRUE(Put("objective.model.split.fold", Setting(4.0), spec).ok());

  EXPECT_EQ(spec.objective.model->penalty.settings.at("strength"), Setting(0.25));
  EXPECT_EQ(spec.objective.model->loss.kind, "huber");
  EXPECT_EQ(spec.objective.model->scaling, models::Scaling::kNone);
  EXPECT_EQ(spec.objective.model->split.fold, 4);
}

TEST(Places, RefuseWhatAModelCannotBe) {
  EXPECT_THAT(Refusal("objective.model.scaling", Setting(std::string("big"))),
              HasSubstr("wants one of none, standard, min_max, robust"));
  EXPECT_THAT(Refusal("objective.model.split.fold", Setting(5.0)), HasSubstr("which is 5"));
  EXPECT_THAT(Refusal("objective.model.split.validation", Setting(0.95)), HasSubstr("0 to 0.9"));
  EXPECT_THAT(Refusal("objective.model.colour", Setting(1.0)), HasSubstr("is no place in a run"));
  EXPECT_THAT(Refusal("objective.model.loss", Setting(std::string("huber")), runs::RunSpec()),
              HasSubstr("the run's objective is none"));
}

}  // namespace
}  // namespace thalweg::studies
