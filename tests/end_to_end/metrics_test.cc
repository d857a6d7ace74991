// What Prometheus sees of a real server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/runs_over_grpc.h"
#include "tests/end_to_end/scraping.h"
#include "tests/end_to_end/server_process.h"
#include "tests/support/json.h"
#include "thalweg/v1/objective_service.grpc.pb.h"

namespace thalweg {
namespace {

using testing::Exposition;
using ::testing::IsSupersetOf;
using testing::Json;
using testing::Rosenbrock;
using testing::RunsOverGrpc;
using testing::Scrape;
using testing::ScrapeUntil;
using testing::ServerProcess;
using testing::TemporaryFolder;

std::map<std::string, std::string> Call(const std::string& type, const std::string& method) {
  return {{"grpc_type", type},
          {"grpc_service", "thalweg.v1.OptimizationService"},
          {"grpc_method", method}};
}

std::map<std::string, std::string> With(std::map<std::string, std::string> labels,
                                        const std::string& code) {
  labels["grpc_code"] = code;
  return labels;
}

TEST(ServerMetrics, TellARunsStory) {
  const TemporaryFolder folder;
  ServerProcess server({"--data-dir=" + (folder / "data"), "--workers=2"});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);

  const std::string name = runs.Create(Rosenbrock(10, 1'000));
  runs.WaitForEnd(name);
  runs.Trace(name);
  EXPECT_THROW(runs.Get("runs/none"), std::runtime_error);

  const std::map<std::string, std::string> adam = {{"algorithm", "adam"}};
  const Exposition seen = ScrapeUntil(server, [](const Exposition& exposition) {
    return exposition.Value("grpc_server_handled_total",
                            With(Call("server_stream", "WatchRun"), "OK")) == 1;
  });
  EXPECT_EQ(seen.Value("grpc_server_handled_total", With(Call("unary", "CreateRun"), "OK")), 1);
  EXPECT_EQ(seen.Value("grpc_server_handled_total", With(Call("unary", "GetRun"), "NotFound")), 1);
  EXPECT_EQ(seen.Value("grpc_server_handled_total", With(Call("server_stream", "WatchRun"), "OK")),
            1);
  EXPECT_EQ(seen.Value("grpc_server_handling_seconds_count", Call("unary", "CreateRun")), 1);
  EXPECT_EQ(seen.Value("thalweg_grpc_streams", {{"method", "WatchRun"}}), 0);
  EXPECT_EQ(seen.Value("thalweg_runs_started_total", adam), 1);
  EXPECT_EQ(
      seen.Value("thalweg_runs_finished_total", {{"algorithm", "adam"}, {"outcome", "limit"}}), 1);
  EXPECT_EQ(seen.Value("thalweg_runs", {{"state", "running"}}), 0);
  // The start is evaluated and recorded too; whether it counts as an iteration is runs' to say.
  EXPECT_NEAR(seen.Value("thalweg_iterations_total", adam), 1'000, 1);
  EXPECT_GE(seen.Value("thalweg_evaluations_total", {{"kind", "gradient"}}), 1'000);
  EXPECT_GE(seen.Value("thalweg_slice_seconds_count"), 1);
  EXPECT_EQ(seen.Value("thalweg_workers"), 2);
  EXPECT_EQ(seen.Value("thalweg_storage_appended_records_total"), 1'001);
  EXPECT_GE(seen.Value("thalweg_storage_commit_seconds_count"), 2);
  EXPECT_EQ(seen.Value("thalweg_storage_recoveries_total", {{"result", "clean"}}), 1);
  EXPECT_EQ(seen.Value("thalweg_watch_iterates_total", {{"mode", "all"}}), 1'001);
  EXPECT_EQ(seen.Value("thalweg_watch_streams", {{"mode", "all"}}), 0);
  EXPECT_EQ(seen.Value("thalweg_ready", {{"component", "grpc"}}), 1);
  EXPECT_EQ(seen.Value(
                "thalweg_convergence_runs_total",
                {{"algorithm", "adam"}, {"objective", "function"}, {"reason", "limit:iterations"}}),
            1);
}

TEST(ServerMetrics, CountCompilations) {
  ServerProcess server({"--store=memory:"});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  const auto objectives = v1::ObjectiveService::NewStub(
      grpc::CreateChannel(server.ready().grpc, grpc::InsecureChannelCredentials()));
  for (const char* expression : {"x**2", "x**2 +"}) {
    grpc::ClientContext context;
    v1::CompileObjectiveRequest request;
    request.mutable_objective()->set_expression(expression);
    v1::Variable* variable = request.mutable_objective()->add_variables();
    variable->set_name("x");
    v1::CompileObjectiveResponse response;
    objectives->CompileObjective(&context, request, &response);
  }

  const Exposition seen = Scrape(server);

  EXPECT_EQ(seen.Value("thalweg_compile_total", {{"result", "ok"}}), 1);
  EXPECT_EQ(seen.Value("thalweg_compile_total", {{"result", "refused"}}), 1);
}

TEST(ServerLog, IsJsonWhereWanted) {
  ServerProcess server({"--store=memory:", "--log-format=json"}, {{"THALWEG_WROKERS", "1"}});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);
  const std::string name = runs.Create(Rosenbrock(4, 10));
  runs.WaitForEnd(name);

  server.Signal(SIGTERM);
  ASSERT_EQ(server.WaitForExit(), 0);

  std::vector<std::string> events;
  std::istringstream lines(server.Errors());
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::Parse(line);
    events.push_back(json["event"].string());
    if (json.Has("run")) {
      EXPECT_EQ("runs/" + json["run"].string(), name);
    }
  }
  EXPECT_THAT(events,
              IsSupersetOf({"unknown_variable", "component_ready", "run_created", "run_started",
                            "run_finished", "component_not_ready", "stopped"}));
}

}  // namespace
}  // namespace thalweg
