// What is said at the end of runs that learn from data.

#include <algorithm>
#include <cmath>
#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/models/model_objective.h"
#include "server/core/random.h"
#include "tests/support/descending.h"
#include "tests/support/tables.h"

namespace thalweg::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kRows = 60;

struct Data {
  int columns = 2;
  double scale = 1;  // of the first column
  double noise = 0.5;
};

std::shared_ptr<const data::Table> TableWith(const Data& data) {
  std::vector<std::pair<std::string, std::vector<double>>> columns;
  Random random(6, 0, 0);
  std::vector<double> y(kRows);
  for (double& cell : y) cell = data.noise * random.Normal();
  for (int c = 0; c < data.columns; ++c) {
    std::vector<double> cells(kRows);
    for (size_t i = 0; i < cells.size(); ++i) {
      cells[i] = random.Normal();
      if (c == 0) y[i] += 2 * cells[i];
      if (c == 0) cells[i] *= data.scale;
    }
    columns.emplace_back("x" + std::to_string(c), cells);
  }
  columns.emplace_back("y", y);
  return NumbersTable(columns);
}

Outcome Learnt(const Data& data, models::ModelSpec spec, DescentSettings settings) {
  Tables tables(TableWith(data));
  spec.dataset = "data";
  spec.target = "y";
  auto objective = models::MakeModelObjective(spec, {.tables = &tables});
  EXPECT_TRUE(objective.ok()) << objective.status();
  settings.start = (*objective)->Start(1);
  return RunOf(*std::move(objective), std::move(settings));
}

std::optional<Finding> Find(const Outcome& outcome, const std::string& code) {
  const auto& findings = outcome.reason.findings;
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&code](const Finding& one) { return one.code == code; });
  return found == findings.end() ? std::nullopt : std::optional(*found);
}

DescentSettings Rate(double rate, double epochs, double size) {
  DescentSettings settings;
  settings.optimizer = {"gradient_descent", {{"learning_rate", rate}}};
  settings.stopping = {{"epochs", {{"threshold", epochs}}}};
  if (size > 0) settings.batches = {"shuffled", {{"size", size}}};
  settings.seed = 3;
  return settings;
}

TEST(NoiseFloor, IsToldWhereBatchesThrowTheValueAbout) {
  const Outcome outcome = Learnt({}, {}, Rate(0.2, 40, 2));

  const auto finding = Find(outcome, "noise_floor");
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->text, HasSubstr("batches of 8 rows in place of 2"));
  EXPECT_NEAR(std::get<double>(finding->suggested_settings.at("learning_rate")), 0.06, 1e-12);
}

TEST(NoiseFloor, IsNotToldOfARunThatStillFalls) {
  EXPECT_FALSE(Find(Learnt({}, {}, Rate(0.001, 8, 10)), "noise_floor"));
  EXPECT_FALSE(Find(Learnt({}, {}, Rate(0.1, 40, 0)), "noise_floor"));
}

TEST(OverFitting, NamesTheBestEpoch) {
  models::ModelSpec spec;
  spec.split.validation = 0.5;
  const Data noise{.columns = 25, .noise = 3};

  const Outcome outcome = Learnt(noise, spec, Rate(0.02, 400, 5));

  const auto finding = Find(outcome, "over_fitting");
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->text, HasSubstr("the best epoch was "));
  EXPECT_THAT(finding->evidence, HasSubstr("while the training value fell"));
}

TEST(OverFitting, IsNotToldWhereValidationStillFalls) {
  models::ModelSpec spec;
  spec.split.validation = 0.3;
  EXPECT_FALSE(Find(Learnt({}, spec, Rate(0.002, 10, 10)), "over_fitting"));
}

TEST(UnscaledFeatures, AreToldByTheCurvaturesAlongThem) {
  models::ModelSpec spec;
  spec.scaling = models::Scaling::kNone;
  const Data tall{.scale = 5000};
  DescentSettings settings = Rate(1e-8, 50, 0);

  const auto finding = Find(Learnt(tall, spec, settings), "unscaled_features");
  spec.scaling = models::Scaling::kStandard;
  const Outcome scaled = Learnt(tall, spec, settings);

  ASSERT_TRUE(finding);
  EXPECT_FALSE(Find(scaled, "unscaled_features"));
}

TEST(VanishingGradient, IsToldOfADeepSigmoidNetwork) {
  models::ModelSpec spec;
  spec.model = {"mlp",
                {{"layers", std::vector<double>{4, 4, 4, 4, 4, 4, 4, 4}},
                 {"activation", std::string("sigmoid")}}};

  const auto finding = Find(Learnt({}, spec, Rate(0.01, 5, 10)), "vanishing_gradient");

  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->text, HasSubstr("The first layer, W1,"));
  spec.model.settings["activation"] = std::string("relu");
  spec.model.settings["layers"] = std::vector<double>{8};
  EXPECT_FALSE(Find(Learnt({}, spec, Rate(0.01, 5, 10)), "vanishing_gradient"));
}

}  // namespace
}  // namespace thalweg::testing
