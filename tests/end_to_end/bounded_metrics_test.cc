// However a server is used or abused, what it exposes stays small and well formed.

#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <random>

#include "tests/end_to_end/runs_over_grpc.h"
#include "tests/end_to_end/scraping.h"
#include "tests/end_to_end/server_process.h"
#include "thalweg/v1/catalog_service.grpc.pb.h"
#include "thalweg/v1/objective_service.grpc.pb.h"

namespace thalweg {
namespace {

using testing::Exposition;
using testing::RawClient;
using testing::Rosenbrock;
using testing::RunsOverGrpc;
using testing::Scrape;
using testing::ScrapeText;
using testing::ServerProcess;
using testing::TemporaryFolder;

constexpr size_t kBound = 2'500;  // of all series, but those of single runs
constexpr size_t kRuns = 5;       // that may have series of their own
constexpr size_t kSeriesOfARun = 6;

/// Bytes that no name should have; of fixed seed.
class Noise {
 public:
  std::string Text() {
    static constexpr std::string_view kBytes = "ab\"\\\n{}=,#/ \t\xc3\xa9%:.";
    std::string text;
    for (size_t i = 0; i < 24; ++i) text += kBytes[random_() % kBytes.size()];
    // Half a character is no text to gRPC.
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    return text + std::to_string(random_() % 1'000'000);
  }
  std::string Word() { return "w" + std::to_string(random_()); }

 private:
  std::mt19937 random_{7};
};

grpc::StatusCode CallUnknown(const std::string& address, const std::string& method) {
  grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  testing::SetDeadline(context);
  const grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> status;
  stub.UnaryCall(&context, method, {}, &request, &response,
                 [&status](grpc::Status answer) { status.set_value(std::move(answer)); });
  return status.get_future().get().error_code();
}

/// Requests that name what is not there, each time something else.
void AskForNonsense(const ServerProcess& server, Noise& noise) {
  RunsOverGrpc runs(server.ready().grpc);
  const auto objectives = v1::ObjectiveService::NewStub(
      grpc::CreateChannel(server.ready().grpc, grpc::InsecureChannelCredentials()));
  for (int i = 0; i < 60; ++i) {
    v1::Run run = Rosenbrock(4, 3);
    run.mutable_optimizer()->set_kind(noise.Text());
    EXPECT_THROW(runs.Create(run), std::runtime_error);

    run = Rosenbrock(4, 3);
    run.mutable_objective()->set_function(noise.Text());
    EXPECT_THROW(runs.Create(run), std::runtime_error);

    run = Rosenbrock(4, 3);
    run.add_stopping()->set_kind(noise.Text());
    EXPECT_THROW(runs.Create(run), std::runtime_error);

    run = Rosenbrock(4, 3);
    run.set_display_name(noise.Text());
    (*run.mutable_labels())[noise.Word()] = noise.Text();
    (*run.mutable_labels())["metrics"] = "on";
    runs.Create(run, noise.Text());

    EXPECT_THROW(runs.Get("runs/" + noise.Word()), std::runtime_error);

    grpc::ClientContext context;
    v1::CompileObjectiveRequest request;
    request.mutable_objective()->set_expression(noise.Text());
    v1::CompileObjectiveResponse response;
    EXPECT_FALSE(objectives->CompileObjective(&context, request, &response).ok());

    EXPECT_EQ(CallUnknown(server.ready().grpc, "/thalweg.v1." + noise.Word() + "/" + noise.Word()),
              grpc::StatusCode::UNIMPLEMENTED);

    RawClient client(server.ready().http);
    client.Send("GET /" + noise.Word() + "/" + noise.Word() + "?x=1 HTTP/1.1\r\nHost: t\r\nX-" +
                noise.Word() + ": y\r\n\r\n");
    client.ReadAnswer();
  }
}

/// Every optimizer on objectives of every kind, to ends of several kinds.
void RunAllThereIs(const ServerProcess& server) {
  const auto catalog = v1::CatalogService::NewStub(
      grpc::CreateChannel(server.ready().grpc, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::ListOptimizersRequest request;
  request.set_page_size(1000);
  v1::ListOptimizersResponse response;
  ASSERT_TRUE(catalog->ListOptimizers(&context, request, &response).ok());
  ASSERT_GT(response.optimizers_size(), 40);

  RunsOverGrpc runs(server.ready().grpc);
  std::vector<std::string> names;
  for (const v1::CatalogEntry& optimizer : response.optimizers()) {
    for (const char* formula : {"", "x**4 + y**2 + exp(x)", "(x - 1)**2 + (y - x)**2", "log(x)"}) {
      for (const bool constrained : {false, true}) {
        v1::Run run = Rosenbrock(2, 3);
        run.mutable_optimizer()->set_kind(optimizer.name());
        if (*formula != '\0') {
          run.mutable_objective()->clear_function();
          run.mutable_objective()->clear_dimension();
          run.mutable_objective()->set_expression(formula);
          for (const char* variable : {"x", "y"}) {
            (*run.mutable_start()->mutable_values())[variable].add_values(0.5);
          }
        }
        if (constrained) run.mutable_objective()->add_constraints()->set_expression("x <= 3");
        try {
          names.push_back(runs.Create(run));
        } catch (const std::runtime_error&) {  // a pair that does not fit
        }
      }
    }
  }
  ASSERT_GT(names.size(), 100U);
  for (const std::string& name : names) runs.WaitForEnd(name);
}

TEST(BoundedMetrics, StayFewWhateverIsAskedAndWhateverHappens) {
  ServerProcess server({"--store=memory:", "--metrics-runs=" + std::to_string(kRuns)});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  Noise noise;

  AskForNonsense(server, noise);
  const size_t after_some = Scrape(server).series();
  for (int i = 0; i < 3; ++i) AskForNonsense(server, noise);
  const size_t after_more = Scrape(server).series();
  RunAllThereIs(server);
  const Exposition seen = Scrape(server);

  EXPECT_EQ(after_more, after_some);
  EXPECT_LE(seen.series(), kBound + kRuns * kSeriesOfARun);
  EXPECT_EQ(seen.families().at("thalweg_run_value").samples.size(), kRuns);
  EXPECT_GT(seen.Value("thalweg_run_series_rejected_total"), 200);
  RecordProperty("series", static_cast<int>(seen.series()));
}

TEST(BoundedMetrics, PassPromtoolsCheckWhereItIsInstalled) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "no promtool";
  ServerProcess server({"--store=memory:"});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);
  v1::Run run = Rosenbrock(4, 50);
  (*run.mutable_labels())["metrics"] = "on";
  runs.WaitForEnd(runs.Create(run));
  const TemporaryFolder folder;
  const std::string file = folder / "scrape";

  std::ofstream(file) << ScrapeText(server);

  EXPECT_EQ(std::system(("promtool check metrics < " + file).c_str()), 0);
}

}  // namespace
}  // namespace thalweg
