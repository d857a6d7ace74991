#include "server/runs/retention.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "gtest/gtest.h"
#include "server/runs/page_token.h"

namespace thalweg::runs {
namespace {

IterateBlock Rows(int64_t from, int64_t to) {
  IterateBlock rows;
  std::mt19937 random(static_cast<unsigned>(from));
  Iterate at;
  for (at.iteration = from; at.iteration <= to; ++at.iteration) {
    at.flags = at.iteration % 97 == 0 ? uint32_t{kNonFinite} : 0;
    if (at.iteration % 31 == 0) at.flags |= kRestarted;
    if (at.iteration % 41 == 0) at.flags |= kNewBest;
    at.trials = at.iteration % 3;
    const double value = std::sin(static_cast<double>(at.iteration * at.iteration));
    rows.Append({at, at.iteration % 97 != 0 ? value : std::nan(""), 0, 0, 0}, 0);
  }
  return rows;
}

TEST(Thinned, KeepsFirstLastLeastAndGreatestOfEachBucketAndAllThatIsNotFinite) {
  IterateBlock rows = Rows(1, 15);  // two buckets of 8: 1..7 and 8..15
  rows.value = {5, 5, 9, 1, 1, 9, 5, 0, 4, 4, 4, 4, 4, 7, 4};
  rows.flags.assign(15, 0);
  rows.flags[10] = kNonFinite;  // iteration 11

  const IterateBlock thinned = Thinned(rows, 8);

  EXPECT_EQ(thinned.iteration, (std::vector<int64_t>{1, 3, 4, 7, 8, 11, 14, 15}));
}

TEST(Thinned, KeepsWhereItRestartedOrChangedAndTheLastThatWasTheBestSoFar) {
  IterateBlock rows = Rows(0, 7);
  rows.value = {5, 5, 9, 4, 4, 4, 1, 5};
  rows.flags = {0, kRestarted, 0, kNewBest, kRejected, kNewBest | kChanged, kClipped, 0};

  // The one of value 1 is the least but violates constraints: it is not the best.
  EXPECT_EQ(Thinned(rows, 8).iteration, (std::vector<int64_t>{0, 1, 2, 5, 6, 7}));
}

TEST(Thinned, KeepsNoMoreThanSixteenOfABucketForWhatHappenedThere) {
  IterateBlock rows = Rows(0, 1023);
  for (size_t row = 0; row < 1024; ++row) {
    rows.value[row] = 0;
    rows.flags[row] = kRestarted;
  }

  const IterateBlock thinned = Thinned(rows, 1024);

  EXPECT_EQ(thinned.rows(), 17U);  // the first sixteen and the last
  EXPECT_EQ(Encode(Thinned(Thinned(rows, 64), 1024)), Encode(thinned));
}

TEST(Thinned, GivesTheSameInStepsAsAtOnce) {
  const IterateBlock rows = Rows(0, 4095);

  const IterateBlock in_steps = Thinned(Thinned(Thinned(rows, 64), 128), 512);

  EXPECT_EQ(Encode(in_steps), Encode(Thinned(rows, 512)));
}

// Applies what is due as the trace grows by `step`s, and returns the bucket of each segment.
std::map<int64_t, int64_t> Grown(const Retention& retention, int64_t last, int64_t step) {
  std::map<int64_t, int64_t> buckets;
  int64_t before = -1;
  while (before < last) {
    const int64_t after = std::min(before + step, last);
    for (const auto& due : retention.Due(before, after)) buckets[due.segment] = due.bucket;
    before = after;
  }
  return buckets;
}

TEST(Retention, DoesNotDependOnHowTheTraceGrew) {
  const Retention retention{64, 3};
  const int64_t last = 10'000;

  const auto expected = Grown(retention, last, 1);

  for (const int64_t step : {7, 64, 65, 1000, 20'000}) {
    EXPECT_EQ(Grown(retention, last, step), expected) << "in steps of " << step;
  }
  for (int64_t segment = 0; segment <= last / 64; ++segment) {
    const int64_t bucket = retention.BucketAt(last / 64 - segment);
    EXPECT_EQ(expected.contains(segment) ? expected.at(segment) : 1, bucket) << segment;
  }
}

TEST(Retention, KeepsEverLongerTracesWithinItsBudget) {
  const size_t rows_in_budget = 100'000;
  const Retention retention = RetentionFor(rows_in_budget * 100, 100);
  for (const int64_t segments : {10, 100, 1000, 10'000}) {
    double rows = 0;
    for (int64_t age = 0; age < segments; ++age) {
      const auto bucket = static_cast<double>(retention.BucketAt(age));
      rows += static_cast<double>(retention.segment) * (bucket == 1 ? 1 : 4 / bucket);
    }
    EXPECT_LE(rows, 1.1 * static_cast<double>(rows_in_budget)) << segments;
  }
}

TEST(Retention, KeepsTheNewestInFull) {
  const Retention retention = RetentionFor(1'000'000, 100);
  const int64_t last = 1'000'000;

  const int64_t oldest = retention.OldestFull(last);

  EXPECT_GT(last - oldest, 10'000 / 4);
  EXPECT_EQ(retention.BucketAt(last / retention.segment - oldest / retention.segment), 1);
  EXPECT_EQ(retention.OldestFull(10), 0);
}

TEST(PageToken, FitsItsOwnQueryOnly) {
  const std::string token = MakePageToken("runs a", {7, -1});

  const auto numbers = ReadPageToken("runs a", 2, token);

  ASSERT_TRUE(numbers.ok());
  EXPECT_EQ(*numbers, (std::vector<int64_t>{7, -1}));
  EXPECT_FALSE(ReadPageToken("runs b", 2, token).ok());
  EXPECT_FALSE(ReadPageToken("runs a", 1, token).ok());
  EXPECT_FALSE(ReadPageToken("runs a", 2, "").ok());
  EXPECT_FALSE(ReadPageToken("runs a", 2, "not base 64!").ok());
  for (size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ReadPageToken("runs a", 2, forged).ok()) << i;
  }
}

}  // namespace
}  // namespace thalweg::runs
