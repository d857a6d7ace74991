#include "server/studies/arms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/core/violation.h"
#include "server/studies/codec.h"
#include "server/studies/places.h"

namespace thalweg::studies {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

StudySpec SpecVarying(std::vector<Axis> axes) {
  StudySpec spec;
  spec.base.objective.function = "beale";
  spec.base.optimizer = {"gradient_descent", {}};
  spec.base.seed = 5;
  spec.vary = std::move(axes);
  return spec;
}

std::vector<std::string> TitlesOf(const StudySpec& spec) {
  std::vector<std::string> titles;
  const auto arms = CountArms(spec, 1000);
  EXPECT_TRUE(arms.ok()) << arms.status();
  for (size_t arm = 0; arm < *arms; ++arm) titles.push_back(PlanArm(spec, arm)->title);
  return titles;
}

std::string FieldOf(const absl::Status& status) {
  const std::vector<Violation> violations = ViolationsOf(status);
  return violations.empty() ? "" : violations[0].field;
}

const Axis kRates{"optimizer.settings[learning_rate]", {Setting(0.1), Setting(0.2)}};
const Axis kSeeds{"seed", {Setting(1.0), Setting(2.0), Setting(3.0)}};

TEST(Arms, OfAGridAreAllCombinationsTheLastAxisTurningFastest) {
  EXPECT_THAT(TitlesOf(SpecVarying({kRates, {"seed", {Setting(1.0), Setting(2.0)}}})),
              ElementsAre("learning_rate=0.1, seed=1", "learning_rate=0.1, seed=2",
                          "learning_rate=0.2, seed=1", "learning_rate=0.2, seed=2"));
}

TEST(Arms, OfAListTakeOneOfEachAxis) {
  StudySpec spec = SpecVarying({kRates, {"seed", {Setting(1.0), Setting(2.0)}}});
  spec.combination = Combination::kList;
  EXPECT_THAT(TitlesOf(spec),
              ElementsAre("learning_rate=0.1, seed=1", "learning_rate=0.2, seed=2"));

  spec.vary[1] = kSeeds;
  EXPECT_EQ(FieldOf(CountArms(spec, 1000).status()), "vary[1]");
}

TEST(Arms, AreRefusedWhereTheyAreTooMany) {
  StudySpec spec = SpecVarying({kRates, kSeeds});
  EXPECT_TRUE(CountArms(spec, 6).ok());
  EXPECT_FALSE(CountArms(spec, 5).ok());
  spec.repetitions = 1'000'000'000'000;
  EXPECT_FALSE(CountArms(spec, 1000).ok());
  spec.repetitions = 0;
  EXPECT_EQ(FieldOf(CountArms(spec, 1000).status()), "repetitions");
  EXPECT_EQ(FieldOf(CountArms(SpecVarying({}), 1000).status()), "vary");
  EXPECT_EQ(FieldOf(CountArms(SpecVarying({{"seed", {}}}), 1000).status()), "vary[0]");
}

TEST(Arms, ReachEveryPlaceInARun) {
  StudySpec spec = SpecVarying({});
  spec.base.optimizer.settings["learning_rate"] = std::vector<Part>{{"cosine", {{"initial", 0.1}}}};
  spec.base.stopping = {{"gradient_norm", {}}};
  runs::RunSpec run = spec.base;

  EXPECT_TRUE(
      Put("optimizer.settings[learning_rate].part.settings[initial]", Setting(0.5), run).ok());
  EXPECT_TRUE(Put("optimizer.settings[weight_decay]", Setting(0.25), run).ok());
  EXPECT_TRUE(Put("stopping[0].settings[threshold]", Setting(1e-3), run).ok());
  EXPECT_TRUE(Put("start", NamedValues{{"x", {1, 2}}}, run).ok());
  EXPECT_TRUE(Put("start.values[y]", Setting(3.0), run).ok());
  EXPECT_TRUE(Put("seed", Setting(8.0), run).ok());
  EXPECT_TRUE(Put("objective.dimension", Setting(4.0), run).ok());
  EXPECT_TRUE(Put("objective.parameters[a]", Setting(std::vector<double>{1, 2}), run).ok());

  const auto& cosine = std::get<std::vector<Part>>(run.optimizer.settings["learning_rate"])[0];
  EXPECT_EQ(std::get<double>(cosine.settings.at("initial")), 0.5);
  EXPECT_EQ(std::get<double>(run.optimizer.settings["weight_decay"]), 0.25);
  EXPECT_EQ(std::get<double>(run.stopping[0].settings["threshold"]), 1e-3);
  EXPECT_EQ(run.start, (NamedValues{{"x", {1, 2}}, {"y", {3}}}));
  EXPECT_EQ(run.seed, 8U);
  EXPECT_EQ(run.objective.dimension, 4);
  EXPECT_EQ(run.objective.parameters["a"].values.size(), 2U);
  EXPECT_TRUE(Put("optimizer", Setting(std::string("adam")), run).ok());
  EXPECT_EQ(run.optimizer, (Part{"adam", {}}));
}

TEST(Arms, SayWhyAPlaceCannotBeTaken) {
  runs::RunSpec run = SpecVarying({}).base;
  const struct {
    std::string path;
    AxisValue value;
    std::string why;
  } cases[] = {
      {"learning_rate", Setting(1.0), "no place in a run; known: optimizer"},
      {"optimizers", Setting(1.0), "no place in a run"},
      {"optimizer.settings", Setting(1.0), "no place in a run"},
      {"optimizer.settings[]", Setting(1.0), "no place in a run"},
      {"optimizer", Setting(1.0), "wants parts, or their kinds"},
      {"optimizer.settings[a].part.settings[b]", Setting(1.0), "a setting that the run does not"},
      {"stopping[0]", Setting(std::string("stall")), "beyond the 0 stopping rules"},
      {"start", Setting(1.0), "wants points"},
      {"seed", Setting(-1.0), "whole numbers"},
      {"seed", NamedValues{}, "wants settings"},
  };
  for (const auto& one : cases) {
    const absl::Status status = Put(one.path, one.value, run);
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.why)) << one.path;
  }
  const auto arm = PlanArm(SpecVarying({{"nowhere", {Setting(1.0)}}}), 0);
  EXPECT_EQ(FieldOf(arm.status()), "vary[0].path");
}

TEST(Arms, TellTheirRunsWhereTheyBelong) {
  Study study;
  study.id = "s";
  study.spec = SpecVarying({kRates});
  study.spec.starts = {{{"x", {1, 2}}}, {{"x", {3, 4}}}};
  study.spec.repetitions = 3;
  study.rungs = {{2, 30}, {1, 120}};

  const runs::RunSpec run = SpecOfRun(study, *PlanArm(study.spec, 1), /*run=*/6 + 3 + 2);

  EXPECT_EQ(run.labels, (std::map<std::string, std::string>{
                            {"study", "s"}, {"arm", "1"}, {"start", "1"}, {"repetition", "2"}}));
  EXPECT_EQ(run.start, (NamedValues{{"x", {3, 4}}}));
  EXPECT_EQ(run.seed, 7U);
  EXPECT_EQ(run.display_name, "learning_rate=0.2");
  ASSERT_EQ(run.stopping.size(), 3U);  // a budget does not take the usual rule's place
  EXPECT_EQ(run.stopping[0].kind, "gradient_norm");
  EXPECT_EQ(run.stopping[1].kind, "pause");
  EXPECT_EQ(run.stopping[1].settings.at("threshold"), Setting(std::vector<double>{30}));
  EXPECT_EQ(run.stopping[2].kind, "evaluations");
  EXPECT_EQ(run.stopping[2].settings.at("threshold"), Setting(120.0));
}

TEST(Ranges, AreEvenOrOfEqualRatios) {
  EXPECT_THAT(*Spaced(0, 1, 5, false), ElementsAre(0, 0.25, 0.5, 0.75, 1));
  EXPECT_THAT(*Spaced(0.001, 10, 5, true), ElementsAre(0.001, 0.01, 0.1, 1, 10));
  EXPECT_THAT(*Spaced(3, 7, 1, true), ElementsAre(3));
  EXPECT_EQ(FieldOf(Spaced(0, 1, 5, true).status()), "from");
  EXPECT_EQ(FieldOf(Spaced(1, 2, 0, false).status()), "count");
}

TEST(StudyCodec, GivesBackWhatItWasGiven) {
  Study study;
  study.id = "s";
  study.spec = SpecVarying({kRates, {"start", {NamedValues{{"x", {1, 2}}}}}});
  study.spec.halving = Halving{4, 2};
  study.spec.budget = 77;
  study.spec.targets = {1e-3};
  study.arms = {{"a", 0}, {"b", std::nullopt}};
  study.rungs = {{2, 10}, {1, 20}};
  study.rung = 1;
  study.runs = {"r1", ""};
  study.state = StudyState::kCancelled;
  Attempt attempt{0, 0, 1, 0, {1, 2, 3}, "converged", {Cost{1, 2, 3}}};
  study.results = Tabulate({{0, 1}}, {attempt}, {"a", "b"}, 2);

  const std::string bytes = Encode(study);
  const auto decoded = DecodeStudy(bytes);

  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(Encode(*decoded), bytes);
  EXPECT_EQ(decoded->spec.vary[0].values, kRates.values);
  EXPECT_EQ(decoded->spec.vary[1].values[0], AxisValue(NamedValues{{"x", {1, 2}}}));
  EXPECT_EQ(decoded->arms[0].last_rung, 0);
  EXPECT_EQ(decoded->results->winner->sentence, study.results->winner->sentence);
  for (const size_t at : {size_t{3}, bytes.size() / 2, bytes.size() - 1}) {
    std::string damaged = bytes;
    damaged[at] ^= 1;
    EXPECT_TRUE(absl::IsDataLoss(DecodeStudy(damaged).status()));
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodeStudy("").status()));
}

}  // namespace
}  // namespace thalweg::studies
