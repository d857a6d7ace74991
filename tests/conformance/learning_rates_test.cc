// What every optimizer must do that moves by a learning rate and one gradient a step.

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/descent.h"
#include "server/core/schedule.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"
#include "tests/support/optimizer_names.h"

namespace thalweg {
namespace {

using testing::After;
using testing::Fault;
using testing::Faulty;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Point;
using testing::RunOf;

constexpr int64_t kSteps = 50;

const Part kCosine{"cosine", {{"initial", 0.1}, {"final", 0.001}, {"steps", 40.0}}};

std::vector<std::string> WithLearningRate() {
  std::vector<std::string> names;
  for (const std::string& name : testing::OptimizersOfAnyObjective()) {
    for (const OptionInfo& option : FindEntry(Optimizers(), name)->options) {
      if (option.name == "learning_rate") names.push_back(name);
    }
  }
  return names;
}

class EveryLearningRate : public ::testing::TestWithParam<std::string> {
 protected:
  Part With(std::map<std::string, Setting> settings) const {
    return {GetParam(), std::move(settings)};
  }
  static DescentSettings On(const Part& optimizer, int64_t steps = kSteps) {
    return {.optimizer = optimizer, .stopping = {After(steps)}, .start = Point({-0.6, 1.3})};
  }
};

TEST_P(EveryLearningRate, FollowsASchedule) {
  const Outcome outcome =
      RunOf(testing::Quadratic2(), On(With({{"learning_rate", std::vector<Part>{kCosine}}})));
  const auto schedule = Schedule::From(std::vector<Part>{kCosine});

  ASSERT_TRUE(schedule.ok());
  for (size_t k = 1; k < outcome.iterates.size(); ++k) {
    EXPECT_EQ(outcome.iterates[k].learning_rate, schedule->At(static_cast<int64_t>(k) - 1));
  }
}

TEST_P(EveryLearningRate, EndsAtTheFirstIterateThatIsNotFinite) {
  for (const Fault fault : {Fault::kNanValue, Fault::kNanGradient, Fault::kInfiniteValue}) {
    for (int k = 1; k <= kSteps; ++k) {
      const Outcome outcome =
          RunOf(std::make_unique<Faulty>(testing::Bowl(2), k, fault), On(With({}), 10 * kSteps));

      ASSERT_EQ(outcome.reason.termination, Termination::kNonFinite);
      ASSERT_EQ(outcome.iterates.back().iteration, k);
      ASSERT_THAT(outcome.reason.detail, HasSubstr("injected"));
      ASSERT_LT(outcome.best.iteration, k);
    }
  }
}

TEST_P(EveryLearningRate, StaysWhereTheGradientIsZero) {
  const auto flat = [](const Vector&, Vector* g) {
    if (g != nullptr) g->setZero();
    return 1.0;
  };
  DescentSettings settings = On(With({{"weight_decay", 0.0}}), 5);
  const Outcome outcome = RunOf(testing::Make(2, flat), settings);

  EXPECT_EQ(outcome.iterates.back().iteration, 5);
  EXPECT_EQ(outcome.iterates.back().x, settings.start);
}

TEST_P(EveryLearningRate, RefusesARateThatIsNotPositive) {
  for (const double rate : {0.0, -0.1, std::nan(""), kInfinity}) {
    EXPECT_FALSE(FindEntry(Optimizers(), GetParam())->make(With({{"learning_rate", rate}})).ok())
        << rate;
  }
}

// Across the blocks that updates are made in: every coordinate as if it were alone.
TEST_P(EveryLearningRate, MovesEachCoordinateAsIfItWereAlone) {
  if (GetParam() == "swats") GTEST_SKIP() << "it joins the coordinates in one rate";
  const auto apart = [](const Vector& x, Vector* g) {
    if (g != nullptr) *g = x - Vector::Ones(x.size());
    return 0.0;
  };
  for (const Index n : {1, 2, 3, 7, 8, 9, 511, 512, 513, 1025}) {
    DescentSettings settings{
        .optimizer = With({{"learning_rate", 0.01}}), .stopping = {After(3)}, .start = Vector(n)};
    settings.start.setLinSpaced(n, -2, 5);
    const Outcome together = RunOf(testing::Make(n, apart), settings);
    for (const Index i : {Index{0}, n / 2, n - 1}) {
      DescentSettings alone = settings;
      alone.start = Point({settings.start[i]});
      const Outcome single = RunOf(testing::Make(1, apart), alone);
      ASSERT_EQ(together.iterates.back().x[i], single.iterates.back().x[0]) << n << ", " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryLearningRate, ::testing::ValuesIn(WithLearningRate()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace thalweg
