// Every schedule against its closed form, worked out here with the C library's functions.

#include "server/core/schedule.h"

#include <cmath>
#include <numbers>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;

constexpr double kPi = std::numbers::pi;
constexpr int64_t kFar = int64_t{1} << 53;

Schedule From(const Part& part) {
  const auto schedule = Schedule::From(std::vector<Part>{part});
  EXPECT_TRUE(schedule.ok()) << schedule.status();
  return schedule.value_or(Schedule(std::nan("")));
}

std::vector<double> Values(const Schedule& schedule, int64_t count) {
  std::vector<double> values;
  for (int64_t k = 0; k < count; ++k) values.push_back(schedule.At(k));
  return values;
}

template <typename Form>
void ExpectIs(const Schedule& schedule, int64_t count, const Form& form) {
  for (int64_t k = 0; k < count; ++k) {
    const double expected = form(static_cast<double>(k));
    EXPECT_NEAR(schedule.At(k), expected, 1e-14 * std::max(1.0, expected)) << "k = " << k;
  }
}

std::vector<std::string> FieldsOf(const Part& part) {
  std::vector<std::string> fields;
  for (const auto& violation : ViolationsOf(Schedule::From(std::vector<Part>{part}).status())) {
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(Schedule, IsANumberOrAPart) {
  EXPECT_EQ(Schedule::From(0.25)->At(7), 0.25);
  EXPECT_TRUE(Schedule::From(0.25)->constant());
  EXPECT_FALSE(From({"constant", {{"value", 0.25}}}).constant());
  EXPECT_FALSE(Schedule::From(std::nan("")).ok());
  EXPECT_FALSE(Schedule::From(std::string("fast")).ok());
  EXPECT_FALSE(Schedule::From(std::vector<Part>{}).ok());
}

TEST(Schedule, RefusesAnUnknownKindWithTheNearest) {
  const auto schedule = Schedule::From(std::vector<Part>{{"cosin", {}}});

  EXPECT_THAT(std::string(schedule.status().message()),
              ::testing::HasSubstr("did you mean 'cosine'?"));
}

TEST(ConstantSchedule, NeverChanges) {
  ExpectIs(From({"constant", {{"value", 0.3}}}), 5, [](double) { return 0.3; });
}

TEST(StepSchedule, DropsEverySoManyIterations) {
  EXPECT_THAT(Values(From({"step", {{"initial", 1.0}, {"factor", 0.5}, {"every", 3.0}}}), 8),
              ElementsAre(1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25));
}

TEST(ExponentialSchedule, FallsByTheSameFactorEachIteration) {
  ExpectIs(From({"exponential", {{"initial", 0.3}, {"factor", 0.9}}}), 50,
           [](double k) { return 0.3 * std::pow(0.9, k); });
}

TEST(ExponentialSchedule, SpreadsItsFactorOverAPeriod) {
  ExpectIs(From({"exponential", {{"initial", 0.3}, {"factor", 0.5}, {"every", 10.0}}}), 50,
           [](double k) { return 0.3 * std::pow(0.5, k / 10); });
}

TEST(InverseTimeSchedule, FallsAsOneOverTheIteration) {
  ExpectIs(From({"inverse_time", {{"a", 2.0}, {"b", 4.0}}}), 50,
           [](double k) { return 2 / (k + 4); });
}

TEST(PolynomialSchedule, FollowsAPowerOfTheIterationsLeft) {
  const Part part{"polynomial",
                  {{"initial", 1.0}, {"final", 0.1}, {"steps", 10.0}, {"power", 2.5}}};

  ExpectIs(From(part), 30,
           [](double k) { return 0.1 + 0.9 * std::pow(1 - std::min(k, 10.0) / 10, 2.5); });
  EXPECT_EQ(From(part).At(0), 1);
  EXPECT_EQ(From(part).At(10), 0.1);
}

TEST(CosineSchedule, FollowsHalfAWaveAndStaysDown) {
  const Part part{"cosine", {{"initial", 1.0}, {"final", 0.1}, {"steps", 10.0}}};

  ExpectIs(From(part), 30,
           [](double k) { return 0.1 + 0.9 * (1 + std::cos(kPi * std::min(k, 10.0) / 10)) / 2; });
  EXPECT_EQ(From(part).At(0), 1);
  EXPECT_EQ(From(part).At(10), 0.1);
}

TEST(WarmupSchedule, RisesToWhereTheNextBegins) {
  const Part then{"exponential", {{"initial", 0.6}, {"factor", 0.5}}};
  const Part part{"warmup", {{"then", std::vector<Part>{then}}, {"steps", 4.0}, {"from", 0.25}}};

  ExpectIs(From(part), 20, [](double k) {
    return k < 4 ? 0.6 * (0.25 + 0.75 * k / 4) : 0.6 * std::pow(0.5, k - 4);
  });
}

TEST(WarmupSchedule, RisesToANumberFromAThirdOfIt) {
  ExpectIs(From({"warmup", {{"then", 0.9}, {"steps", 2.0}}}), 5,
           [](double k) { return k == 0 ? 0.3 : (k == 1 ? 0.6 : 0.9); });
}

// torch.optim.lr_scheduler.OneCycleLR, three_phase=False.
double TorchOneCycle(double k, double max, double total, double rising, bool cosine) {
  const double initial = max / 25;
  const double last = initial / 1e4;
  const double top = rising * total - 1;
  const auto between = [&](double start, double end, double part) {
    return cosine ? end + (start - end) / 2 * (1 + std::cos(kPi * part))
                  : (end - start) * part + start;
  };
  if (k <= top) return between(initial, max, k / top);
  return between(max, last, (k - top) / (total - 1 - top));
}

TEST(OneCycleSchedule, FollowsTorchUpAndDown) {
  for (const bool cosine : {true, false}) {
    const Part part{"one_cycle",
                    {{"max", 0.5},
                     {"steps", 40.0},
                     {"rising", 0.25},
                     {"shape", std::string(cosine ? "cosine" : "linear")}}};
    ExpectIs(From(part), 40, [&](double k) { return TorchOneCycle(k, 0.5, 40, 0.25, cosine); });
    EXPECT_EQ(From(part).At(0), 0.5 / 25);
    EXPECT_EQ(From(part).At(9), 0.5);
    EXPECT_EQ(From(part).At(39), 0.5 / 25 / 1e4);
    EXPECT_EQ(From(part).At(40), 0.5 / 25 / 1e4);
  }
}

TEST(OneCycleSchedule, IsFiniteAtItsEdges) {
  for (const double steps : {1.0, 2.0, 3.0, 10.0}) {
    for (const double rising : {0.0, 0.1, 0.5, 1.0}) {
      const Schedule schedule =
          From({"one_cycle", {{"max", 1.0}, {"steps", steps}, {"rising", rising}}});
      for (int64_t k = 0; k < 15; ++k) {
        EXPECT_GT(schedule.At(k), 0) << steps << ", " << rising << ", " << k;
        EXPECT_LE(schedule.At(k), 1) << steps << ", " << rising << ", " << k;
      }
    }
  }
}

TEST(WarmRestartsSchedule, RestartsAfterEachPeriod) {
  const Schedule schedule =
      From({"warm_restarts", {{"initial", 1.0}, {"final", 0.2}, {"period", 5.0}}});

  ExpectIs(schedule, 40,
           [](double k) { return 0.2 + 0.8 * (1 + std::cos(kPi * std::fmod(k, 5) / 5)) / 2; });
}

TEST(WarmRestartsSchedule, LengthensItsPeriodsAsTorchDoes) {
  const Schedule schedule =
      From({"warm_restarts", {{"initial", 1.0}, {"period", 5.0}, {"multiplier", 2.0}}});

  // torch's closed form, with T_0 = 5 and T_mult = 2: periods begin at 0, 5, 15, 35 ...
  ExpectIs(schedule, 100, [](double k) {
    const double n = std::floor(std::log2(k / 5 + 1));
    const double since = k - 5 * (std::exp2(n) - 1);
    return (1 + std::cos(kPi * since / (5 * std::exp2(n)))) / 2;
  });
  EXPECT_EQ(schedule.At(15), 1);
  EXPECT_EQ(schedule.At(35), 1);
}

TEST(PiecewiseSchedule, ChangesAtItsBoundaries) {
  const Part part{
      "piecewise",
      {{"boundaries", std::vector<double>{2, 5}}, {"values", std::vector<double>{1, 0.5, 0.1}}}};

  EXPECT_THAT(Values(From(part), 7), ElementsAre(1, 1, 0.5, 0.5, 0.5, 0.1, 0.1));
}

TEST(PiecewiseSchedule, RefusesBoundariesThatDoNotFit) {
  EXPECT_THAT(FieldsOf({"piecewise",
                        {{"boundaries", std::vector<double>{5, 5}},
                         {"values", std::vector<double>{1, 0.5}}}}),
              ElementsAre("settings[boundaries][1]", "settings[values]"));
  EXPECT_THAT(
      FieldsOf({"piecewise", {{"boundaries", 2.5}, {"values", std::vector<double>{1, 0.5}}}}),
      ElementsAre("settings[boundaries][0]"));
}

TEST(SequenceSchedule, StartsEachPartAtItsOwnZero) {
  const Part falling{"exponential", {{"initial", 1.0}, {"factor", 0.5}}};
  const Part part{"sequence",
                  {{"parts", std::vector<Part>{falling, {"constant", {{"value", 7.0}}}, falling}},
                   {"boundaries", std::vector<double>{3, 4}}}};

  EXPECT_THAT(Values(From(part), 7), ElementsAre(1, 0.5, 0.25, 7, 1, 0.5, 0.25));
}

TEST(SequenceSchedule, NamesThePartWhoseSettingIsWrong) {
  const Part wrong{"step", {{"initial", -1.0}, {"every", 3.0}}};

  EXPECT_THAT(FieldsOf({"sequence",
                        {{"parts", std::vector<Part>{{"constant", {{"value", 1.0}}}, wrong}},
                         {"boundaries", 3.0}}}),
              ElementsAre("settings[parts][1].settings[initial]"));
}

TEST(Schedules, AreFiniteForEveryIterationThereIs) {
  const Part falling{"exponential", {{"initial", 1.0}, {"factor", 0.999}}};
  const std::vector<Part> parts = {
      {"constant", {{"value", 1.0}}},
      {"step", {{"initial", 1.0}, {"every", 1.0}}},
      falling,
      {"inverse_time", {{"a", 1.0}}},
      {"polynomial", {{"initial", 1.0}, {"steps", static_cast<double>(kFar)}}},
      {"cosine", {{"initial", 1.0}, {"steps", static_cast<double>(kFar)}}},
      {"warmup", {{"then", 1.0}, {"steps", static_cast<double>(kFar)}}},
      {"one_cycle", {{"max", 1.0}, {"steps", static_cast<double>(kFar)}}},
      {"warm_restarts", {{"initial", 1.0}, {"period", 1.0}, {"multiplier", 1000.0}}},
      {"warm_restarts", {{"initial", 1.0}, {"period", 3.0}}},
      {"piecewise", {{"boundaries", 5.0}, {"values", std::vector<double>{1, 0.5}}}},
      {"sequence",
       {{"parts", std::vector<Part>{falling, falling}}, {"boundaries", static_cast<double>(kFar)}}},
  };
  for (const Part& part : parts) {
    const Schedule schedule = From(part);
    for (int bits = 0; bits <= 53; ++bits) {
      for (const int64_t k : {(int64_t{1} << bits) - 1, int64_t{1} << bits}) {
        const double value = schedule.At(k);
        EXPECT_TRUE(value >= 0 && value <= 1) << part.kind << " at " << k << ": " << value;
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
