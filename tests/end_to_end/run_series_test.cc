// Single runs in a real server's metrics: those that ask for it, as many as are allowed.

#include <gtest/gtest.h>

#include <cmath>

#include "tests/end_to_end/runs_over_grpc.h"
#include "tests/end_to_end/scraping.h"
#include "tests/end_to_end/server_process.h"

namespace thalweg {
namespace {

using testing::Exposition;
using testing::Rosenbrock;
using testing::RunsOverGrpc;
using testing::Scrape;
using testing::ScrapeUntil;
using testing::ServerProcess;
using testing::TemporaryFolder;

v1::Run WithSeries(v1::Run run) {
  (*run.mutable_labels())["metrics"] = "on";
  return run;
}

std::map<std::string, std::string> LabelOf(const std::string& name) {
  return {{"run", name.substr(name.find('/') + 1)}};
}

size_t RunsIn(const Exposition& exposition) {
  return exposition.families().at("thalweg_run_iteration").samples.size();
}

bool Shows(const Exposition& exposition, const std::string& name) {
  for (const auto& sample : exposition.families().at("thalweg_run_iteration").samples) {
    if (sample.labels == LabelOf(name)) return true;
  }
  return false;
}

TEST(RunSeries, FollowTheRunsThatAskForThem) {
  ServerProcess server({"--store=memory:"});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);

  runs.WaitForEnd(runs.Create(Rosenbrock(4, 50)));
  const std::string name = runs.Create(WithSeries(Rosenbrock(4, 50)));
  const v1::Run run = runs.WaitForEnd(name);

  const auto label = LabelOf(name);
  const Exposition seen = ScrapeUntil(server, [&label](const Exposition& exposition) {
    return RunsIn(exposition) == 1 && exposition.Value("thalweg_run_iteration", label) == 50;
  });
  EXPECT_EQ(RunsIn(seen), 1U);
  EXPECT_DOUBLE_EQ(seen.Value("thalweg_run_value", label), run.value());
  EXPECT_DOUBLE_EQ(seen.Value("thalweg_run_best_value", label), run.best_value());
  EXPECT_DOUBLE_EQ(seen.Value("thalweg_run_gradient_norm", label), run.gradient_norm());
  EXPECT_DOUBLE_EQ(seen.Value("thalweg_run_learning_rate", label), run.learning_rate());
  EXPECT_GT(seen.Value("thalweg_run_step_norm", label), 0);
}

TEST(RunSeries, GoWithTheirRun) {
  ServerProcess server({"--store=memory:"});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);
  const std::string name = runs.Create(WithSeries(Rosenbrock(4, 50)));
  runs.WaitForEnd(name);
  ASSERT_EQ(RunsIn(Scrape(server)), 1U);

  grpc::ClientContext context;
  v1::DeleteRunRequest request;
  request.set_name(name);
  v1::DeleteRunResponse response;
  ASSERT_TRUE(runs.stub().DeleteRun(&context, request, &response).ok());

  EXPECT_EQ(RunsIn(Scrape(server)), 0U);
}

TEST(RunSeries, AreThereAgainAfterAKill) {
  const TemporaryFolder folder;
  const std::vector<std::string> flags = {"--data-dir=" + (folder / "data")};
  std::string name;
  {
    ServerProcess server(flags);
    ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
    RunsOverGrpc runs(server.ready().grpc);
    name = runs.Create(WithSeries(Rosenbrock(4, 1'000'000'000)));
    runs.WaitFor(name, [](const v1::Run& run) { return run.iteration() > 100; });
    server.Kill();
  }

  ServerProcess server(flags);
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();

  EXPECT_GT(Scrape(server).Value("thalweg_run_iteration", LabelOf(name)), 100);
}

TEST(RunSeries, AreAsManyAsTheServerAllows) {
  ServerProcess server({"--store=memory:", "--metrics-runs=3", "--metrics-runs-minutes=0"});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);

  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    names.push_back(runs.Create(WithSeries(Rosenbrock(4, 1'000'000'000))));
  }
  const Exposition full = Scrape(server);
  grpc::ClientContext context;
  v1::CancelRunRequest request;
  request.set_name(names[0]);
  v1::CancelRunResponse response;
  ASSERT_TRUE(runs.stub().CancelRun(&context, request, &response).ok());
  const Exposition after = ScrapeUntil(server, [&](const Exposition& exposition) {
    // Another takes the place.
    return RunsIn(exposition) == 3 && !Shows(exposition, names[0]);
  });

  EXPECT_EQ(RunsIn(full), 3U);
  EXPECT_EQ(full.Value("thalweg_run_series_rejected_total"), 2);
  EXPECT_EQ(RunsIn(after), 3U);
  EXPECT_FALSE(Shows(after, names[0]));
}

}  // namespace
}  // namespace thalweg
