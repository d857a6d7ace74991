#include "server/metrics/run_series.h"

#include <gtest/gtest.h>

#include <cmath>

#include "server/metrics/metrics.h"
#include "tests/metrics/exposition.h"

namespace thalweg::metrics {
namespace {

using std::chrono::minutes;
using testing::Exposition;

/// Metrics with two places and a clock that is set by hand.
class RunSeriesTest : public ::testing::Test {
 protected:
  static RunAdvanced At(const std::string& run, int64_t iteration = 7) {
    return {.run = run,
            .iteration = iteration,
            .value = 2.5,
            .best_value = 1.5,
            .gradient_norm = std::nan(""),
            .step_norm = 0.125,
            .learning_rate = 0.01};
  }
  static RunFinished End(const std::string& run) {
    return {.run = run, .optimizer = {}, .outcome = "converged", .criterion = {}};
  }

  Exposition Scrape() const { return Exposition(metrics_.Text()); }
  bool Shows(const std::string& run) const {
    const Exposition scrape = Scrape();
    for (const auto& sample : scrape.families().at("thalweg_run_value").samples) {
      if (sample.labels.at("run") == run) return true;
    }
    return false;
  }
  double Rejected() const { return Scrape().Value("thalweg_run_series_rejected_total"); }

  RunSeries::Clock::time_point now_{};
  Metrics metrics_{{}, {.most = 2, .kept = minutes(10), .now = [this] { return now_; }}};
};

TEST_F(RunSeriesTest, TellWhereARunStands) {
  metrics_.On(At("r1", 6));
  metrics_.On(At("r1"));

  const Exposition seen = Scrape();
  const std::map<std::string, std::string> run = {{"run", "r1"}};
  EXPECT_EQ(seen.Value("thalweg_run_value", run), 2.5);
  EXPECT_EQ(seen.Value("thalweg_run_best_value", run), 1.5);
  EXPECT_TRUE(std::isnan(seen.Value("thalweg_run_gradient_norm", run)));
  EXPECT_EQ(seen.Value("thalweg_run_step_norm", run), 0.125);
  EXPECT_EQ(seen.Value("thalweg_run_learning_rate", run), 0.01);
  EXPECT_EQ(seen.Value("thalweg_run_iteration", run), 7);
}

TEST_F(RunSeriesTest, HaveNoIterationBeforeTheFirst) {
  metrics_.On(At("r1", -1));

  EXPECT_TRUE(std::isnan(Scrape().Value("thalweg_run_iteration", {{"run", "r1"}})));
}

TEST_F(RunSeriesTest, StayForAWhileAfterTheEnd) {
  metrics_.On(At("r1"));
  metrics_.On(End("r1"));

  now_ += minutes(10) - std::chrono::seconds(1);
  EXPECT_TRUE(Shows("r1"));
  now_ += std::chrono::seconds(1);
  EXPECT_FALSE(Shows("r1"));
}

TEST_F(RunSeriesTest, StayAsLongAsTheRunLasts) {
  metrics_.On(At("r1"));

  now_ += minutes(100'000);

  EXPECT_TRUE(Shows("r1"));
}

TEST_F(RunSeriesTest, GoWithADeletedRun) {
  metrics_.On(At("r1"));
  metrics_.On(End("r1"));

  metrics_.On(RunDeleted{"r1"});

  EXPECT_FALSE(Shows("r1"));
}

TEST_F(RunSeriesTest, AreNotForMoreRunsThanThereArePlaces) {
  for (const char* run : {"r1", "r2", "r3", "r4", "r3"}) metrics_.On(At(run));

  EXPECT_TRUE(Shows("r1"));
  EXPECT_TRUE(Shows("r2"));
  EXPECT_FALSE(Shows("r3"));
  EXPECT_EQ(Rejected(), 2);
}

TEST_F(RunSeriesTest, ComeToAWaitingRunWhenAPlaceIsFree) {
  for (const char* run : {"r1", "r2", "r3"}) metrics_.On(At(run));
  metrics_.On(End("r1"));

  metrics_.On(At("r3"));
  EXPECT_FALSE(Shows("r3"));
  now_ += minutes(10);
  metrics_.On(At("r3"));

  EXPECT_TRUE(Shows("r3"));
  EXPECT_FALSE(Shows("r1"));
  EXPECT_EQ(Rejected(), 1);
}

TEST_F(RunSeriesTest, CannotBeMadeToSaySomethingElse) {
  metrics_.On(At("r\"} 1\nevil_total 2\n# HELP x\\"));

  EXPECT_EQ(Scrape().families().count("evil_total"), 0U);
}

TEST_F(RunSeriesTest, AreNoneWhereThereAreNoPlaces) {
  Metrics none({}, {.most = 0});

  none.On(At("r1"));

  EXPECT_TRUE(Exposition(none.Text()).families().at("thalweg_run_value").samples.empty());
}

}  // namespace
}  // namespace thalweg::metrics
