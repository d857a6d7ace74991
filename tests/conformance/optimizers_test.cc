// What every optimizer of the catalogue must do, whatever its method.

#include <cmath>
#include <set>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/descent.h"
#include "server/core/pairing.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"
#include "tests/support/optimizer_names.h"

namespace thalweg {
namespace {

using testing::After;
using testing::Begun;
using testing::Fault;
using testing::Faulty;
using testing::FromText;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Point;
using testing::Recorded;
using testing::Recorder;
using testing::RunOf;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::Watched;

constexpr int64_t kSteps = 30;

// Sums of squares, so that methods for those can take part: a bowl whose curvatures are 2, 4, ...
// around `centre`, and Rosenbrock's valley moved by `shift`.
std::unique_ptr<Objective> BowlAround(double centre, Index n) {
  return FromText(absl::StrFormat("sum((i+1)*(x[i]-(%g))**2 for i in range(%d))", centre, n), n);
}
std::unique_ptr<Objective> ValleyMovedBy(double shift) {
  return FromText(absl::StrFormat("100*((x[1]-(%g))-(x[0]-(%g))**2)**2 + (1-(x[0]-(%g)))**2", shift,
                                  shift, shift),
                  2);
}
std::unique_ptr<Objective> Valley() { return ValleyMovedBy(0); }

class EveryOptimizer : public ::testing::TestWithParam<std::string> {
 protected:
  static const OptimizerEntry& Entry() { return *FindEntry(Optimizers(), GetParam()); }
  Part With(std::map<std::string, Setting> settings) const {
    return {GetParam(), std::move(settings)};
  }
  bool Has(std::string_view option) const {
    for (const OptionInfo& info : Entry().options) {
      if (info.name == option) return true;
    }
    return false;
  }
  Capabilities Can() const {
    const auto optimizer = Entry().make(With({}));
    EXPECT_TRUE(optimizer.ok()) << "every entry must work with its defaults: "
                                << optimizer.status();
    return optimizer.ok() ? (*optimizer)->capabilities() : Capabilities();
  }
  /// Bounds that are needed, and far enough to be in nobody's way.
  Bounds Box(Index n, double centre = 0) const {
    if (!Can().needs_bounds) return {};
    return {Vector::Constant(n, centre - 8), Vector::Constant(n, centre + 8)};
  }

  // Several settings, so that all that a method may remember is remembered.
  std::vector<Part> Variants() const {
    std::vector<Part> variants = {With({})};
    const auto add = [&](std::map<std::string, Setting> settings) {
      if (Has("learning_rate")) settings.emplace("learning_rate", 0.001);
      variants.push_back(With(std::move(settings)));
    };
    if (Has("learning_rate")) add({});
    if (Has("weight_decay")) add({{"weight_decay", 0.1}, {"clip_norm", 5.0}});
    for (const OptionInfo& option : Entry().options) {
      if (option.type == OptionType::kFlag) add({{option.name, option.default_text != "true"}});
      if (option.name == "momentum") add({{option.name, 0.5}});
      for (const std::string& choice : option.choices) {
        if (choice != option.default_text) add({{option.name, choice}});
      }
      if (option.type == OptionType::kPart && option.catalogue == "line search") {
        for (const auto* kind : {"backtracking", "more_thuente", "hager_zhang", "exact"}) {
          add({{option.name, std::string(kind)}});
        }
      }
    }
    return variants;
  }

  DescentSettings On(const Part& optimizer, int64_t steps = kSteps) const {
    return {.optimizer = optimizer,
            .stopping = {After(steps)},
            .start = Point({-0.6, 1.3}),
            .bounds = Box(2),
            .seed = 7};
  }
};

// How near the minimum is asked for, of the gap at the start. Blind sampling comes nearer only as
// a root of the number of samples.
double NearnessOf(const std::string& name) {
  return name == "random_search" || name == "simulated_annealing" ? 1e-2 : 1e-6;
}

TEST_P(EveryOptimizer, SolvesABowl) {
  std::map<std::string, Setting> settings;
  if (Has("learning_rate")) {
    const Part falling{"cosine", {{"initial", 0.1}, {"steps", 20'000.0}}};
    settings["learning_rate"] = std::vector<Part>{falling};
  }
  if (Has("weight_decay")) settings["weight_decay"] = 0.0;
  if (Has("l1")) settings["l1"] = 0.0;
  DescentSettings on{.optimizer = With(settings),
                     .stopping = {After(20'000),
                                  {"evaluations", {{"threshold", 100'000.0}}},
                                  {"target_value", {{"threshold", 1e-9}}}},
                     .start = Point({3, -4, 5}),
                     .bounds = Box(3)};
  const Outcome outcome = RunOf(BowlAround(1, 3), on);

  EXPECT_LT(outcome.best.value, NearnessOf(GetParam()) * outcome.iterates.front().value)
      << outcome.reason.criterion << ": " << outcome.reason.detail;
}

TEST_P(EveryOptimizer, GoesDownhillFromItsDefaults) {
  const Outcome outcome = RunOf(BowlAround(1, 2), On(With({}), 100));

  EXPECT_LT(outcome.best.value, outcome.iterates.front().value);
}

TEST_P(EveryOptimizer, GivesTheSameBitsForTheSameSettings) {
  for (const Part& variant : Variants()) {
    EXPECT_TRUE(testing::SameBits(RunOf(Valley(), On(variant)).iterates,
                                  RunOf(Valley(), On(variant)).iterates));
  }
}

TEST_P(EveryOptimizer, TakesAnotherPathForAnotherSeedOnlyWhereItIsRandom) {
  DescentSettings settings = On(With({}));
  if (Has("until")) {  // one of many starts: the first is the given one
    settings.optimizer.settings["until"] = std::vector<Part>{After(5)};
  }
  const auto one = RunOf(Valley(), settings).iterates;
  settings.seed = 8;
  const auto other = RunOf(Valley(), settings).iterates;

  EXPECT_EQ(!testing::SameBits(one, other), Can().random);
}

TEST_P(EveryOptimizer, ContinuesBitForBitFromAnyIteration) {
  for (const Part& variant : Variants()) {
    const Outcome whole = RunOf(Valley(), On(variant));
    const auto steps = static_cast<int64_t>(whole.iterates.size()) - 1;
    for (int64_t k = 0; k < steps; ++k) {
      const auto first = Begun(Valley(), On(variant));
      Recorder recorder;
      ASSERT_FALSE(first->Advance(k, 0, nullptr, recorder));
      State writer = State::Writer();
      first->Remember(writer);

      auto second = Descent::Create(Valley(), On(variant));
      ASSERT_TRUE(second.ok());
      State reader = State::Reader(writer.TakeBytes());
      (*second)->Remember(reader);
      ASSERT_TRUE(reader.Finish().ok()) << reader.Finish();
      const auto reason = (*second)->Advance(kSteps, 0, nullptr, recorder);

      ASSERT_TRUE(reason);
      ASSERT_EQ(reason->criterion, whole.reason.criterion);
      ASSERT_TRUE(testing::SameBits(recorder.iterates, whole.iterates)) << "left at " << k;
    }
  }
}

TEST_P(EveryOptimizer, RemembersTheBeginningBeforeItIsRecorded) {
  const DescentSettings settings = On(With({}));
  State writer = State::Writer();
  Begun(Valley(), settings)->Remember(writer);
  auto restored = Descent::Create(Valley(), settings);
  ASSERT_TRUE(restored.ok());
  State reader = State::Reader(writer.TakeBytes());
  (*restored)->Remember(reader);

  EXPECT_TRUE(testing::SameBits(RunOf(**restored).iterates, RunOf(Valley(), settings).iterates));
}

TEST_P(EveryOptimizer, MaximisesAsItMinimises) {
  if (Can().residuals) GTEST_SKIP() << "a sum of squares is not maximised";
  for (const Part& variant : Variants()) {
    DescentSettings settings = On(variant);
    auto down = RunOf(testing::Quadratic2(), settings).iterates;
    settings.direction = Direction::kMaximize;
    auto up = RunOf(testing::Negated(testing::Quadratic2()), settings).iterates;
    for (Recorded& iterate : up) {
      iterate.value = -iterate.value;
      iterate.best_value = -iterate.best_value;
    }
    for (auto* trace : {&up, &down}) {  // notes tell values in the caller's sign
      for (Recorded& iterate : *trace) iterate.notes.clear();
    }

    EXPECT_TRUE(testing::SameBits(up, down));
  }
}

// Moved by a power of two: x + shift is exact, so that only roundings of differences within f tell
// the two apart, at first by 1e-15 of the values. Ten steps leave them room to grow.
TEST_P(EveryOptimizer, DoesNotMindAShiftOfTheOrigin) {
  if (GetParam() == "auto") GTEST_SKIP() << "it chooses a method whose initial_radius minds it";
  std::map<std::string, Setting> plain;
  if (Has("weight_decay")) plain["weight_decay"] = 0.0;
  if (Has("l1")) plain["l1"] = 0.0;
  if (Has("initial_radius")) plain["initial_radius"] = 1e6;  // else as far as x is from the origin
  DescentSettings settings = On(With(plain), 10);
  settings.start = Point({-0.625, 1.25});
  const auto here = RunOf(Valley(), settings).iterates;
  settings.start.array() += 2;
  settings.bounds = Box(2, 2);
  const auto there = RunOf(ValleyMovedBy(2), settings).iterates;

  // One that ends by itself may see a rounding sooner that it can go no further.
  for (size_t k = 0; k < std::min(here.size(), there.size()); ++k) {
    const double scale = std::max(1.0, std::abs(here[k].value));
    ASSERT_NEAR(here[k].value, there[k].value, 1e-6 * scale) << "iteration " << k;
  }
}

TEST_P(EveryOptimizer, NeverEvaluatesOutsideTheBounds) {
  if (!Can().bounds) GTEST_SKIP() << "it is refused where there are bounds";
  // The minimum inside, beyond one wall, beyond two; a fixed coordinate; start on a wall.
  const std::vector<Vector> walls = {Point({3, 2}), Point({0.25, 2}), Point({0.25, 0.5})};
  for (const Vector& upper : walls) {
    for (const Part& variant : Variants()) {
      DescentSettings settings = On(variant, 100);
      settings.bounds = {Point({-1, -2, 0.125}), Point({upper[0], upper[1], 0.125})};
      settings.start = Point({-1, 0.25, 0.125});
      const Bounds bounds = settings.bounds;
      const auto inside = [&](const Vector& x) {
        ASSERT_TRUE(bounds.Contains(x)) << x.transpose();
      };
      const auto descent = Begun(std::make_unique<Watched>(BowlAround(1, 3), inside), settings);
      Recorder recorder;
      descent->Advance(60, 0, nullptr, recorder);  // not to the end: findings look further
    }
  }
}

TEST_P(EveryOptimizer, FindsTheMinimumOnAWall) {
  if (!Can().bounds) GTEST_SKIP() << "it is refused where there are bounds";
  std::map<std::string, Setting> settings;
  if (Has("learning_rate")) {
    const Part falling{"cosine", {{"initial", 0.3}, {"steps", 20'000.0}}};
    settings["learning_rate"] = std::vector<Part>{falling};
  }
  if (Has("weight_decay")) settings["weight_decay"] = 0.0;
  if (Has("l1")) settings["l1"] = 0.0;
  // The bowl's centre (1, 1) is beyond x[0] <= 0.5: the minimum is (0.5, 1), of value 0.25.
  const Outcome outcome =
      RunOf(BowlAround(1, 2), {.optimizer = With(settings),
                               .stopping = {After(20'000),
                                            {"evaluations", {{"threshold", 100'000.0}}},
                                            {"target_value", {{"threshold", 0.25 + 1e-9}}}},
                               .start = Point({-2, -3}),
                               .bounds = {Point({-4, -4}), Point({0.5, 4})}});

  EXPECT_NEAR(outcome.best.value, 0.25, NearnessOf(GetParam()))
      << outcome.reason.criterion << ": " << outcome.reason.detail;
}

TEST_P(EveryOptimizer, IsRefusedWhereItCannotWork) {
  const Capabilities can = Can();
  const auto refusal = [&](std::unique_ptr<Objective> f, const Bounds& bounds) {
    DescentSettings settings = On(With({}));
    settings.bounds = bounds;
    const auto violations = ViolationsOf(Descent::Create(std::move(f), settings).status());
    return violations.size() == 1 && violations[0].field == "optimizer.kind"
               ? violations[0].description
               : "";
  };
  if (!can.bounds) {
    const Bounds box{Point({-8, -8}), Point({8, 8})};
    EXPECT_THAT(refusal(Valley(), box), HasSubstr("cannot keep within bounds"));
    EXPECT_THAT(refusal(Valley(), box), HasSubstr("gradient_descent"));
  }
  if (can.needs_bounds) {
    EXPECT_THAT(refusal(Valley(), {}), HasSubstr("it searches a box"));
  }
  if (can.residuals) {
    EXPECT_THAT(refusal(FromText("x[0]**2 - x[1]", 2), {}), HasSubstr("sums of squares"));
  }
}

TEST_P(EveryOptimizer, NeverReturnsWhatIsNotFinite) {
  for (const Fault fault : {Fault::kNanValue, Fault::kNanGradient, Fault::kInfiniteValue}) {
    for (int k = 1; k <= 20; ++k) {
      const Outcome outcome =
          RunOf(std::make_unique<Faulty>(BowlAround(1, 2), k, fault), On(With({}), 100));

      ASSERT_TRUE(std::isfinite(outcome.best.value));
      ASSERT_TRUE(outcome.best.x.allFinite());
      for (const Recorded& iterate : outcome.iterates) {
        const bool finite = std::isfinite(iterate.value) && iterate.x.allFinite();
        ASSERT_TRUE(finite || (iterate.flags & kNonFinite) != 0);
        ASSERT_TRUE(std::isfinite(iterate.best_value));
      }
      const bool non_finite = outcome.reason.termination == Termination::kNonFinite;
      if (non_finite) {
        ASSERT_THAT(outcome.reason.detail, HasSubstr("injected"));
      }
    }
  }
}

TEST_P(EveryOptimizer, EndsFailedWhereAnEvaluationIsRefused) {
  std::map<std::string, Setting> slow;
  if (Has("learning_rate")) slow["learning_rate"] = 0.001;  // the valley is steep
  for (int k = 1; k <= 5; ++k) {
    const Outcome outcome =
        RunOf(std::make_unique<Faulty>(Valley(), k, Fault::kStatus), On(With(slow)));

    EXPECT_EQ(outcome.reason.termination, Termination::kFailed);
    EXPECT_LT(outcome.iterates.back().iteration, k);
  }
}

TEST_P(EveryOptimizer, StopsWhenToldAndGoesOnAfterwards) {
  const auto whole = RunOf(Valley(), On(With({}))).iterates;
  const auto descent = Begun(Valley(), On(With({})));
  Recorder recorder;
  bool stop = false;
  std::optional<StopReason> reason;
  while (!reason)
    reason = descent->Advance(
        kSteps, 0, [&] { return std::exchange(stop, !stop); }, recorder);

  EXPECT_TRUE(testing::SameBits(recorder.iterates, whole));
}

TEST_P(EveryOptimizer, EndsInPeaceWhereAllIsFlat) {
  DescentSettings settings = On(With({}), 200);
  if (Has("weight_decay")) settings.optimizer.settings["weight_decay"] = 0.0;
  const Outcome outcome = RunOf(FromText("0*sum(x**2)", 2), settings);

  EXPECT_EQ(outcome.best.value, 0);
  EXPECT_NE(outcome.reason.termination, Termination::kFailed) << outcome.reason.detail;
  EXPECT_NE(outcome.reason.termination, Termination::kNonFinite);
  EXPECT_NE(outcome.reason.termination, Termination::kDiverged);
}

TEST_P(EveryOptimizer, TakesAsManyCoordinatesAsThereAre) {
  for (const Index n : {1, 2, 3, 7, 8, 9, 33}) {
    Vector start(n);
    start.setLinSpaced(n, -2, 5);
    const Outcome outcome =
        RunOf(BowlAround(1, n),
              {.optimizer = With({}), .stopping = {After(100)}, .start = start, .bounds = Box(n)});

    EXPECT_LE(outcome.best.value, outcome.iterates.front().value) << n;
  }
}

TEST_P(EveryOptimizer, CountsItsEvaluations) {
  int64_t seen = 0;
  const Outcome outcome =
      RunOf(std::make_unique<Watched>(Valley(), [&](const Vector&) { ++seen; }), On(With({})));

  const Evaluations& told = outcome.iterates.back().evaluations;
  // Findings at the end may evaluate too; those are not the run's.
  EXPECT_LE(told.values + told.hessian_products, seen);
  EXPECT_GE(told.values, 1);
  if (!Can().gradient) {
    EXPECT_EQ(told.gradients, 0);
  }
}

TEST_P(EveryOptimizer, NamesTheOptionItDoesNotKnow) {
  const auto optimizer = Entry().make(With({{"learning_ratf", 0.9}}));

  const auto violations = ViolationsOf(optimizer.status());
  ASSERT_THAT(violations, SizeIs(1));
  EXPECT_EQ(violations[0].field, "settings[learning_ratf]");
  EXPECT_EQ(violations[0].reason, Reason::kUnknownName);
}

TEST_P(EveryOptimizer, NamesEachOptionWhoseValueIsWrong) {
  for (const OptionInfo& option : Entry().options) {
    std::vector<Setting> wrong = {std::vector<Part>{{"nonsense", {}}, {"nonsense", {}}},
                                  std::string("nonsense")};
    switch (option.type) {
      case OptionType::kNumber:
      case OptionType::kSchedule:
      case OptionType::kInteger:
        wrong.insert(wrong.end(), {std::nan(""), true});
        if (!option.range.Contains(-1)) wrong.push_back(-1.0);
        break;
      case OptionType::kFlag:
        wrong.push_back(0.5);
        break;
      default:
        break;
    }
    for (const Setting& setting : wrong) {
      const auto violations = ViolationsOf(Entry().make(With({{option.name, setting}})).status());
      ASSERT_FALSE(violations.empty()) << option.name;
      EXPECT_THAT(violations[0].field, StartsWith("settings[" + option.name + "]"));
    }
  }
}

TEST_P(EveryOptimizer, IsDescribed) {
  const OptimizerEntry& entry = Entry();

  EXPECT_FALSE(entry.title.empty());
  EXPECT_FALSE(entry.summary.empty());
  EXPECT_FALSE(entry.formula.empty());
  EXPECT_FALSE(entry.source.empty());
  EXPECT_FALSE(entry.advice.empty());
  EXPECT_THAT(entry.example, StartsWith("thalweg minimize "));
  EXPECT_THAT(entry.example, HasSubstr(entry.name));
  for (const OptionInfo& option : entry.options) {
    EXPECT_FALSE(option.meaning.empty()) << option.name;
    EXPECT_FALSE(option.default_text.empty()) << option.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryOptimizer,
                         ::testing::ValuesIn(testing::OptimizersOfAnyObjective()),
                         [](const auto& name) { return name.param; });

TEST(Catalogue, HasEachOptimizerOnce) {
  std::set<std::string> names;
  for (const OptimizerEntry& entry : Optimizers()) EXPECT_TRUE(names.insert(entry.name).second);
}

}  // namespace
}  // namespace thalweg
