// What every optimizer of the catalogue must do, whatever its method.

#include <cmath>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/descent.h"
#include "server/core/schedule.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::Begun;
using testing::Fault;
using testing::Faulty;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Point;
using testing::Recorded;
using testing::Recorder;
using testing::RunOf;
using ::testing::SizeIs;

constexpr int64_t kSteps = 50;

const Part kCosine{"cosine", {{"initial", 0.1}, {"final", 0.001}, {"steps", 40.0}}};

class EveryOptimizer : public ::testing::TestWithParam<OptimizerEntry> {
 protected:
  Part With(std::map<std::string, Setting> settings) const {
    return {GetParam().name, std::move(settings)};
  }

  // Several settings, so that all that a method may remember is remembered.
  std::vector<Part> Variants() const {
    std::vector<Part> variants = {
        With({{"learning_rate", 0.01}}),
        With({{"learning_rate", std::vector<Part>{kCosine}}}),
        With({{"learning_rate", 0.01}, {"weight_decay", 0.1}, {"clip_norm", 5.0}}),
    };
    for (const OptionInfo& option : GetParam().options) {
      if (option.type == OptionType::kFlag) {
        variants.push_back(With({{"learning_rate", 0.01}, {option.name, true}}));
      }
      if (option.name == "momentum") {
        variants.push_back(With({{"learning_rate", 0.001}, {option.name, 0.5}}));
      }
      for (const std::string& choice : option.choices) {
        variants.push_back(With({{"learning_rate", 0.01}, {option.name, choice}}));
      }
    }
    return variants;
  }

  static DescentSettings On(const Part& optimizer, int64_t steps = kSteps) {
    return {.optimizer = optimizer, .stopping = {After(steps)}, .start = Point({-0.6, 1.3})};
  }
};

TEST_P(EveryOptimizer, SolvesABowl) {
  const Part falling{"cosine", {{"initial", 0.3}, {"steps", 20'000.0}}};
  const Outcome outcome = RunOf(
      testing::Bowl(3),
      {.optimizer = With({{"learning_rate", std::vector<Part>{falling}}, {"weight_decay", 0.0}}),
       .stopping = {After(20'000), {"gradient_norm", {{"threshold", 1e-9}}}},
       .start = Point({3, -4, 5})});

  EXPECT_LT(outcome.best.value, 1e-6);
}

TEST_P(EveryOptimizer, GoesDownhillFromItsDefaults) {
  const Outcome outcome = RunOf(testing::Bowl(2), On(With({})));

  EXPECT_LT(outcome.best.value, outcome.iterates.front().value);
}

TEST_P(EveryOptimizer, GivesTheSameBitsForTheSameSettings) {
  for (const Part& variant : Variants()) {
    EXPECT_EQ(RunOf(testing::Quadratic2(), On(variant)).iterates,
              RunOf(testing::Quadratic2(), On(variant)).iterates);
  }
}

TEST_P(EveryOptimizer, ContinuesBitForBitFromAnyIteration) {
  for (const Part& variant : Variants()) {
    const std::vector<Recorded> whole = RunOf(testing::Quadratic2(), On(variant)).iterates;
    for (int64_t k = 0; k < kSteps; ++k) {
      const auto first = Begun(testing::Quadratic2(), On(variant));
      Recorder recorder;
      ASSERT_FALSE(first->Advance(k, 0, nullptr, recorder));
      State writer = State::Writer();
      first->Remember(writer);

      auto second = Descent::Create(testing::Quadratic2(), On(variant));
      ASSERT_TRUE(second.ok());
      State reader = State::Reader(writer.TakeBytes());
      (*second)->Remember(reader);
      ASSERT_TRUE(reader.Finish().ok()) << reader.Finish();
      ASSERT_TRUE((*second)->Advance(kSteps, 0, nullptr, recorder));

      ASSERT_EQ(recorder.iterates, whole) << "left at iteration " << k;
    }
  }
}

TEST_P(EveryOptimizer, RemembersTheBeginningBeforeItIsRecorded) {
  const DescentSettings settings = On(With({}));
  State writer = State::Writer();
  Begun(testing::Quadratic2(), settings)->Remember(writer);
  auto restored = Descent::Create(testing::Quadratic2(), settings);
  ASSERT_TRUE(restored.ok());
  State reader = State::Reader(writer.TakeBytes());
  (*restored)->Remember(reader);

  EXPECT_EQ(RunOf(**restored).iterates, RunOf(testing::Quadratic2(), settings).iterates);
}

TEST_P(EveryOptimizer, FollowsASchedule) {
  const Outcome outcome =
      RunOf(testing::Quadratic2(), On(With({{"learning_rate", std::vector<Part>{kCosine}}})));
  const auto schedule = Schedule::From(std::vector<Part>{kCosine});

  ASSERT_TRUE(schedule.ok());
  for (size_t k = 1; k < outcome.iterates.size(); ++k) {
    EXPECT_EQ(outcome.iterates[k].learning_rate, schedule->At(static_cast<int64_t>(k) - 1));
  }
}

TEST_P(EveryOptimizer, MaximisesAsItMinimises) {
  for (const Part& variant : Variants()) {
    DescentSettings settings = On(variant);
    const auto down = RunOf(testing::Quadratic2(), settings).iterates;
    settings.direction = Direction::kMaximize;
    auto up = RunOf(testing::Negated(testing::Quadratic2()), settings).iterates;
    for (Recorded& iterate : up) {
      iterate.value = -iterate.value;
      iterate.best_value = -iterate.best_value;
    }

    EXPECT_EQ(up, down);
  }
}

TEST_P(EveryOptimizer, ReportsWhatIsNotFiniteAndNeverReturnsIt) {
  for (const Fault fault : {Fault::kNanValue, Fault::kNanGradient, Fault::kInfiniteValue}) {
    for (int k = 1; k <= kSteps; ++k) {
      const Outcome outcome =
          RunOf(std::make_unique<Faulty>(testing::Bowl(2), k, fault), On(With({}), 10 * kSteps));

      ASSERT_EQ(outcome.reason.termination, Termination::kNonFinite);
      ASSERT_EQ(outcome.iterates.back().iteration, k);
      ASSERT_THAT(outcome.reason.detail, HasSubstr("injected"));
      ASSERT_TRUE(std::isfinite(outcome.best.value));
      ASSERT_TRUE(outcome.best.x.allFinite());
      ASSERT_LT(outcome.best.iteration, k);
    }
  }
}

TEST_P(EveryOptimizer, EndsFailedWhereAnEvaluationIsRefused) {
  for (int k = 1; k <= 5; ++k) {
    const Outcome outcome =
        RunOf(std::make_unique<Faulty>(testing::Bowl(2), k, Fault::kStatus), On(With({})));

    EXPECT_EQ(outcome.reason.termination, Termination::kFailed);
    EXPECT_EQ(outcome.iterates.back().iteration, k - 1);
  }
}

TEST_P(EveryOptimizer, StopsWhenToldAndGoesOnAfterwards) {
  const auto whole = RunOf(testing::Quadratic2(), On(With({}))).iterates;
  const auto descent = Begun(testing::Quadratic2(), On(With({})));
  Recorder recorder;
  bool stop = false;
  std::optional<StopReason> reason;
  while (!reason)
    reason = descent->Advance(
        kSteps, 0, [&] { return std::exchange(stop, !stop); }, recorder);

  EXPECT_EQ(recorder.iterates, whole);
}

TEST_P(EveryOptimizer, StaysWhereTheGradientIsZero) {
  const auto flat = [](const Vector&, Vector* g) {
    if (g != nullptr) g->setZero();
    return 1.0;
  };
  DescentSettings settings = On(With({{"weight_decay", 0.0}}), 5);
  const Outcome outcome = RunOf(testing::Make(2, flat), settings);

  EXPECT_EQ(outcome.iterates.back().iteration, 5);
  EXPECT_EQ(outcome.iterates.back().x, settings.start);
}

TEST_P(EveryOptimizer, TakesAsManyCoordinatesAsThereAre) {
  // Across the blocks that updates are made in: every coordinate as if it were alone.
  const auto apart = [](const Vector& x, Vector* g) {
    if (g != nullptr) *g = x - Vector::Ones(x.size());
    return 0.0;
  };
  for (const Index n : {1, 2, 3, 7, 8, 9, 511, 512, 513, 1025}) {
    for (const Part& variant : Variants()) {
      if (variant.settings.count("clip_norm") > 0) continue;  // joins the coordinates
      DescentSettings settings{.optimizer = variant, .stopping = {After(3)}, .start = Vector(n)};
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
}

TEST_P(EveryOptimizer, NamesTheOptionItDoesNotKnow) {
  const auto optimizer = GetParam().make(With({{"learning_rat", 0.9}}));

  const auto violations = ViolationsOf(optimizer.status());
  ASSERT_THAT(violations, SizeIs(1));
  EXPECT_EQ(violations[0].field, "settings[learning_rat]");
  EXPECT_EQ(violations[0].reason, Reason::kUnknownName);
  EXPECT_THAT(violations[0].description, HasSubstr("did you mean 'learning_rate'?"));
}

TEST_P(EveryOptimizer, NamesEachOptionWhoseValueIsWrong) {
  for (const OptionInfo& option : GetParam().options) {
    std::vector<Setting> wrong = {std::vector<Part>{}, std::string("nonsense")};
    if (option.type == OptionType::kNumber || option.type == OptionType::kSchedule) {
      wrong.insert(wrong.end(), {-1.0, std::nan(""), true});
    }
    for (const Setting& setting : wrong) {
      const auto violations =
          ViolationsOf(GetParam().make(With({{option.name, setting}})).status());
      ASSERT_THAT(violations, SizeIs(1)) << option.name;
      EXPECT_EQ(violations[0].field, "settings[" + option.name + "]");
      EXPECT_THAT(violations[0].description, HasSubstr(option.name));
    }
  }
}

TEST_P(EveryOptimizer, RefusesARateThatIsNotPositive) {
  for (const double rate : {0.0, -0.1, std::nan(""), kInfinity}) {
    EXPECT_FALSE(GetParam().make(With({{"learning_rate", rate}})).ok()) << rate;
  }
}

TEST_P(EveryOptimizer, IsDescribed) {
  const OptimizerEntry& entry = GetParam();

  EXPECT_FALSE(entry.title.empty());
  EXPECT_FALSE(entry.summary.empty());
  EXPECT_FALSE(entry.formula.empty());
  EXPECT_FALSE(entry.source.empty());
  for (const OptionInfo& option : entry.options) {
    EXPECT_FALSE(option.meaning.empty()) << option.name;
    EXPECT_FALSE(option.default_text.empty()) << option.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryOptimizer,
                         ::testing::ValuesIn(Optimizers().begin(), Optimizers().end()),
                         [](const auto& entry) { return entry.param.name; });

TEST(Catalogue, HasEachOptimizerOnce) {
  std::set<std::string> names;
  for (const OptimizerEntry& entry : Optimizers()) EXPECT_TRUE(names.insert(entry.name).second);
  EXPECT_THAT(names, SizeIs(11));
}

}  // namespace
}  // namespace thalweg
