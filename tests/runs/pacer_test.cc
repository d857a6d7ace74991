#include "server/runs/pacer.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/violation.h"

namespace thalweg::runs {
namespace {

using Clock = Pacer::Clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Clock::time_point kBegin{std::chrono::hours(1)};

/// Makes all that is due at `now`.
int64_t MakeDue(Pacer& pacer, Clock::time_point now) {
  const int64_t due = pacer.Due(now);
  pacer.Made(due);
  return due;
}

TEST(Pacer, WithoutAPaceLetsAnyNumberBeMadeAtAnyTime) {
  Pacer pacer;

  EXPECT_EQ(pacer.Due(kBegin), INT64_MAX);
  EXPECT_LT(pacer.Next(), kBegin);
}

TEST(Pacer, GivesTheFirstAtOnceAndEachOtherAPeriodAfterTheOneBefore) {
  Pacer pacer;
  pacer.SetPace(2);

  EXPECT_EQ(MakeDue(pacer, kBegin), 1);
  EXPECT_LE(pacer.Next(), kBegin + milliseconds(500));
  EXPECT_GT(pacer.Next(), kBegin + milliseconds(480));  // a tick before
  EXPECT_EQ(MakeDue(pacer, kBegin + milliseconds(100)), 0);
  EXPECT_EQ(MakeDue(pacer, pacer.Next()), 1);
}

TEST(Pacer, MakesNoMoreInAnySecondThanThePaceAndATick) {
  std::mt19937 random(1);
  for (const double pace : {0.5, 3.0, 50.0, 999.0, 1e5, 1e6}) {
    Pacer pacer;
    pacer.SetPace(pace);
    std::exponential_distribution<double> lateness(20);  // 50 ms on average: a slow machine
    std::vector<std::pair<Clock::time_point, int64_t>> made;
    Clock::time_point now = kBegin;
    for (int i = 0; i < 500; ++i) {
      made.emplace_back(now, MakeDue(pacer, now));
      if (i % 100 == 50) now += seconds(30);  // and one that slept
      const auto late = std::chrono::duration<double>(lateness(random) / 10);
      now = std::max(now, pacer.Next()) + std::chrono::duration_cast<Clock::duration>(late);
    }
    for (size_t first = 0; first < made.size(); ++first) {
      int64_t count = 0;
      for (size_t i = first; i < made.size() && made[i].first < made[first].first + seconds(1); ++i)
        count += made[i].second;
      EXPECT_LE(static_cast<double>(count), pace * 1.01 + 1) << pace;
    }
  }
}

TEST(Pacer, KeepsItsPaceOverManyTicks) {
  for (const double pace : {3.0, 300.0, 7e4, 1e6}) {
    Pacer pacer;
    pacer.SetPace(pace);
    int64_t made = 0;
    int looks = 0;
    Clock::time_point now = kBegin;
    for (; now < kBegin + seconds(10); ++looks) {
      made += MakeDue(pacer, now);
      now = std::max(now, pacer.Next()) + milliseconds(1);
    }
    EXPECT_NEAR(static_cast<double>(made), 10 * pace, 0.001 * 10 * pace + 2) << pace;
    EXPECT_LE(looks, 10 * 300 + 2) << "not for each iterate";
  }
}

TEST(Pacer, CountsAnotherPaceFromTheLastThatWasMade) {
  Pacer pacer;
  pacer.SetPace(0.01);
  MakeDue(pacer, kBegin);

  pacer.SetPace(1);
  EXPECT_EQ(pacer.Due(kBegin + milliseconds(500)), 0);
  EXPECT_EQ(pacer.Due(kBegin + milliseconds(1000)), 1);
  pacer.SetPace(0.01);
  EXPECT_EQ(pacer.Due(kBegin + seconds(90)), 0);
}

TEST(Pacer, HurriesWithOneHoweverSlowItIs) {
  Pacer pacer;
  pacer.SetPace(Pacer::kLeast);
  MakeDue(pacer, kBegin);

  pacer.Hurry();

  EXPECT_LT(pacer.Next(), kBegin);
  EXPECT_EQ(MakeDue(pacer, kBegin + milliseconds(1)), 1);
  EXPECT_EQ(MakeDue(pacer, kBegin + milliseconds(2)), 0);
}

TEST(Pacer, RefusesWhatIsNoPace) {
  for (const double pace : {0.0, -0.0, 0.01, 1.0, 1e6}) EXPECT_TRUE(Pacer::Check(pace).ok());
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double pace : {-1.0, 0.0099, 1.1e6, infinity, -infinity, std::nan("")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Pacer::Check(pace))) << pace;
  }
  EXPECT_EQ(ViolationsOf(Pacer::Check(-1)).at(0).description,
            "is -1; must be 0 (as fast as can be) or in [0.01, 1000000] iterates a second");
}

}  // namespace
}  // namespace thalweg::runs
