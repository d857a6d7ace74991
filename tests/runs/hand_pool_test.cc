#include "server/runs/hand_pool.h"

#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/models/model_objective.h"
#include "server/core/random.h"
#include "server/runs/design_cache.h"
#include "tests/support/tables.h"

namespace thalweg::runs {
namespace {

TEST(HandPool, DoesEveryPieceOnce) {
  for (const int helpers : {0, 1, 3, 7}) {
    HandPool pool(helpers);
    for (const Index count : {0, 1, 2, 5, 1000}) {
      std::vector<std::atomic<int>> done(static_cast<size_t>(count));
      pool.Do(count, [&](Index i) { ++done[static_cast<size_t>(i)]; });
      for (const auto& times : done) EXPECT_EQ(times, 1);
    }
  }
}

TEST(HandPool, ServesSeveralCallersAtOnce) {
  HandPool pool(3);
  std::array<std::atomic<Index>, 4> sums{};
  std::vector<std::thread> callers;
  for (auto& sum : sums) {
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) pool.Do(17, [&](Index i) { sum += i; });
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const auto& sum : sums) EXPECT_EQ(sum, 200 * 17 * 16 / 2);
}

TEST(HandPool, ThrowsAtTheCallerWhatAPieceThrows) {
  HandPool pool(2);
  const auto fail = [](Index i) {
    if (i == 5) throw std::runtime_error("piece 5");
  };
  EXPECT_THROW(pool.Do(100, fail), std::runtime_error);
  int done = 0;
  pool.Do(1, [&](Index) { ++done; });
  EXPECT_EQ(done, 1);
}

/// 20 000 rows of 12 features with classes, from a seed.
std::shared_ptr<const data::Table> ManyRows() {
  std::vector<std::pair<std::string, std::vector<double>>> columns;
  constexpr size_t kRows = 20'000;
  for (int j = 0; j < 12; ++j) {
    Vector values(static_cast<Index>(kRows));
    Random(7, j, 0).Normal(values);
    columns.emplace_back("x" + std::to_string(j),
                         std::vector<double>(values.begin(), values.end()));
  }
  std::vector<double> classes(kRows);
  for (size_t i = 0; i < kRows; ++i) classes[i] = columns[0].second[i] > columns[1].second[i];
  columns.emplace_back("y", std::move(classes));
  return testing::NumbersTable(columns);
}

TEST(HandPool, ChangesNoBitOfAGradient) {
  testing::Tables tables(ManyRows());
  for (const char* kind : {"logistic", "mlp"}) {
    const models::ModelSpec spec{.dataset = "data", .target = "y", .model = {kind, {}}};
    double alone = 0;
    Vector gradient_alone;
    for (int helpers = 0; helpers < 8; ++helpers) {
      HandPool pool(helpers);
      const auto made = models::MakeModelObjective(spec, {.tables = &tables, .hands = &pool});
      ASSERT_TRUE(made.ok()) << made.status();
      const Vector x = Vector::LinSpaced((*made)->layout().size(), -0.7, 0.4);
      double value = 0;
      Vector gradient(x.size());
      ASSERT_TRUE((*made)->ValueAndGradient(x, value, gradient).ok());
      if (helpers == 0) {
        alone = value;
        gradient_alone = gradient;
      }
      EXPECT_EQ(value, alone) << kind << " " << helpers;
      EXPECT_EQ(gradient, gradient_alone) << kind << " " << helpers;
    }
  }
}

TEST(DesignCache, GivesThoseWhoWantTheSameTheSameDesign) {
  testing::Tables tables(ManyRows());
  DesignCache designs;
  const models::Means means{.tables = &tables, .designs = &designs};
  models::ModelSpec spec{.dataset = "data", .target = "y", .model = {"logistic", {}}};
  const auto one = models::MakeModelObjective(spec, means);
  spec.penalty = {"l2", {{"strength", 0.1}}};
  const auto other_penalty = models::MakeModelObjective(spec, means);
  spec.split.validation = 0.2;
  const auto other_split = models::MakeModelObjective(spec, means);
  ASSERT_TRUE(one.ok() && other_penalty.ok() && other_split.ok());

  EXPECT_EQ((*one)->parts().design, (*other_penalty)->parts().design);
  EXPECT_NE((*one)->parts().design, (*other_split)->parts().design);
}

TEST(DesignCache, LetsGoOfWhatNobodyHolds) {
  testing::Tables tables(ManyRows());
  DesignCache designs;
  const models::ModelSpec spec{.dataset = "data", .target = "y"};
  std::weak_ptr<const models::Design> design;
  {
    const auto held =
        designs.Open(spec, models::Task::kClassification, models::Encoding::kNumbers, tables);
    ASSERT_TRUE(held.ok());
    design = *held;
  }
  EXPECT_TRUE(design.expired());
}

}  // namespace
}  // namespace thalweg::runs
