#include <algorithm>
#include <numeric>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/batches/batch_plan.h"

namespace thalweg {
namespace {

std::unique_ptr<BatchPlan> PlanOf(const Part& part, Index rows,
                                  const std::vector<double>& importance = {}) {
  auto plan = MakeFrom(BatchPlans(), "batches", part);
  EXPECT_TRUE(plan.ok()) << plan.status();
  (*plan)->Begin(rows, importance);
  return *std::move(plan);
}

Batch BatchOf(const BatchPlan& plan, int64_t k, uint64_t seed = 1) {
  Batch batch;
  plan.Fill(seed, k, batch);
  return batch;
}

std::vector<int64_t> EpochOf(const BatchPlan& plan, int64_t epoch) {
  std::vector<int64_t> rows;
  for (int64_t k = epoch * plan.batches(); k < (epoch + 1) * plan.batches(); ++k) {
    const Batch batch = BatchOf(plan, k);
    rows.insert(rows.end(), batch.rows.begin(), batch.rows.end());
  }
  return rows;
}

TEST(ShuffledBatches, SeeEveryRowOnceAnEpochInANewOrder) {
  for (const double size : {1.0, 3.0, 10.0, 11.0, 1000.0}) {
    const auto plan = PlanOf({"shuffled", {{"size", size}}}, 10);
    std::vector<int64_t> first = EpochOf(*plan, 0);
    std::vector<int64_t> second = EpochOf(*plan, 1);

    EXPECT_NE(first, second) << size;
    std::vector<int64_t> all(10);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_TRUE(std::is_permutation(first.begin(), first.end(), all.begin(), all.end())) << size;
    EXPECT_TRUE(std::is_permutation(second.begin(), second.end(), all.begin(), all.end())) << size;
  }
}

TEST(SequentialBatches, KeepTheTablesOrderAndTheSmallerLastBatch) {
  const auto plan = PlanOf({"sequential", {{"size", 4.0}}}, 10);

  EXPECT_EQ(plan->batches(), 3);
  EXPECT_EQ(BatchOf(*plan, 0).rows, (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(BatchOf(*plan, 2).rows, (std::vector<int64_t>{8, 9}));
  EXPECT_EQ(BatchOf(*plan, 3).rows, (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_DOUBLE_EQ(plan->EpochAt(2), 0.8);
  EXPECT_EQ(plan->EpochAt(3), 1);
  EXPECT_EQ(plan->EpochAt(300), 100);
}

TEST(SequentialBatches, CanLeaveTheSmallerLastBatchOut) {
  const auto plan = PlanOf({"sequential", {{"size", 4.0}, {"drop_last", true}}}, 10);

  EXPECT_EQ(EpochOf(*plan, 5), (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(plan->EpochAt(1), 0.5);
  EXPECT_EQ(PlanOf({"sequential", {{"size", 40.0}, {"drop_last", true}}}, 10)->batches(), 1);
}

TEST(Batches, AccumulatedAreOneOfSoManyTimesTheSize) {
  const auto many = PlanOf({"shuffled", {{"size", 2.0}, {"accumulate", 3.0}}}, 20);
  const auto one = PlanOf({"shuffled", {{"size", 6.0}}}, 20);

  for (int64_t k = 0; k < 9; ++k) EXPECT_EQ(BatchOf(*many, k).rows, BatchOf(*one, k).rows) << k;
}

TEST(DrawnBatches, HaveTheirSizeWhateverTheRowsAndDrawAllAlike) {
  const auto plan = PlanOf({"with_replacement", {{"size", 15.0}}}, 10);
  std::vector<int> counts(10);
  for (int64_t k = 0; k < 4000; ++k) {
    const Batch batch = BatchOf(*plan, k);
    ASSERT_EQ(batch.rows.size(), 15U);
    for (const int64_t row : batch.rows) ++counts[static_cast<size_t>(row)];
  }

  // 60000 draws: binomial deviation of each count sqrt(6000 * 0.9) = 73; five of them.
  for (const int count : counts) EXPECT_NEAR(count, 6000, 370);
  EXPECT_NE(BatchOf(*plan, 0).rows, BatchOf(*plan, 1).rows);
  EXPECT_DOUBLE_EQ(plan->EpochAt(2), 3);
}

TEST(ImportanceBatches, AreRightOnAverageForAnyNumbersOfTheRows) {
  const std::vector<double> importance = {100, 1, 1, 0, 5, 20};
  const std::vector<double> numbers = {40, -3, 2, 7, 1, 11};  // their mean is 29 / 3
  for (const double uniform : {0.2, 0.5, 1.0}) {
    const auto plan = PlanOf({"importance", {{"size", 4.0}, {"uniform", uniform}}}, 6, importance);
    double sum = 0;
    double most = 0;
    constexpr int kBatches = 50'000;
    for (int64_t k = 0; k < kBatches; ++k) {
      const Batch batch = BatchOf(*plan, k);
      for (size_t i = 0; i < 4; ++i) {
        sum += batch.factors[i] * numbers[static_cast<size_t>(batch.rows[i])];
        most = std::max(most, batch.factors[i]);
      }
    }

    // No factor exceeds 1 / uniform, so one term deviates by less than 40 / uniform.
    EXPECT_NEAR(sum / (4 * kBatches), 29.0 / 3, 5 * 40 / uniform / std::sqrt(4.0 * kBatches));
    EXPECT_LE(most, 1 / uniform + 1e-12);
  }
}

TEST(ImportanceBatches, DrawWhatMattersMoreMoreOften) {
  const auto plan = PlanOf({"importance", {{"size", 1.0}, {"uniform", 0.0}}}, 3, {1, 3, 0});
  std::vector<int> counts(3);
  for (int64_t k = 0; k < 40'000; ++k) ++counts[static_cast<size_t>(BatchOf(*plan, k).rows[0])];

  EXPECT_NEAR(counts[1], 30'000, 450);  // deviation 87
  EXPECT_EQ(counts[2], 0);
}

TEST(EveryBatchPlan, IsAFunctionOfSeedAndNumberAlone) {
  for (const BatchPlanEntry& entry : BatchPlans()) {
    for (const Index rows : {1, 7, 32, 33}) {
      const auto plan = PlanOf({entry.name, {}}, rows);
      const auto again = PlanOf({entry.name, {}}, rows);
      BatchOf(*plan, 0);
      BatchOf(*plan, 99);

      const Batch late = BatchOf(*plan, 5);

      EXPECT_EQ(late.rows, BatchOf(*again, 5).rows) << entry.name;
      EXPECT_EQ(late.factors, BatchOf(*again, 5).factors) << entry.name;
      EXPECT_TRUE(late.factors.empty() || late.factors.size() == late.rows.size());
      EXPECT_FALSE(late.rows.empty());
      EXPECT_LT(*std::max_element(late.rows.begin(), late.rows.end()), rows);
      EXPECT_EQ(plan->EpochAt(0), 0);
    }
  }
}

TEST(EveryBatchPlan, NamesTheOptionItDoesNotKnow) {
  for (const BatchPlanEntry& entry : BatchPlans()) {
    const auto plan = entry.make({entry.name, {{"sizes", 4.0}}});
    EXPECT_THAT(std::string(plan.status().message()), testing::HasSubstr("sizes")) << entry.name;
  }
}

}  // namespace
}  // namespace thalweg
