// SIGTERM while the server has everything to do: nothing that it promised may be lost, and its
// clients must notice no more than a pause. 10 rounds, or THALWEG_STOPS.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include "client/cpp/client.h"
#include "tests/end_to_end/runs_over_grpc.h"
#include "tests/end_to_end/server_process.h"
#include "tests/stopping/ledger.h"
#include "tests/web/support/web_caller.h"
#include "thalweg/v1/study_service.grpc.pb.h"

namespace thalweg {
namespace {

using std::chrono::seconds;
using testing::Ledger;
using testing::Ready;
using testing::Rosenbrock;
using testing::RunsOverGrpc;
using testing::ServerProcess;
using testing::TemporaryFolder;
using testing::WebAnswer;
using testing::WebCaller;

constexpr int64_t kForEver = int64_t{1} << 40;
constexpr seconds kGrace{25};

void Nap(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

int Stops() {
  const char* const wanted = std::getenv("THALWEG_STOPS");
  return wanted == nullptr ? 10 : std::atoi(wanted);
}

/// A run that makes 2000 iterates a second until it is cancelled.
v1::Run Paced() {
  v1::Run run = Rosenbrock(10, kForEver);
  run.set_pace(2000);
  return run;
}

/// Watches by the client library, which takes a lost stream up again by itself.
void WatchByGrpc(const Ready& at, const std::string& name, Ledger& ledger, Ledger::Watch& seen) {
  client::WatchHandlers handlers;
  handlers.on_iterates = [&](const client::IteratesView& batch) {
    seen.Add(batch.iteration(), batch.value());
  };
  handlers.on_lost = [&](const client::Error& error, int64_t next) {
    ledger.Failed("a watch", static_cast<int>(error.code), error.message);
    if (error.message.find("from_iteration = ") == std::string::npos) return;
    ledger.Hinted();
    EXPECT_EQ(next, seen.next());
  };
  const auto end = client::Client::Connect(at.grpc)->Watch(name, handlers);
  EXPECT_TRUE(end.ok()) << end.error().message;
}

/// One stream of gRPC-Web, as a browser reads it; true when the run is over.
bool WatchByWebOnce(const Ready& at, const std::string& name, Ledger& ledger, Ledger::Watch& seen) {
  v1::WatchRunRequest request;
  request.set_name(name);
  request.set_from_iteration(seen.next());
  WebCaller caller(at.http);
  caller.Send("/thalweg.v1.OptimizationService/WatchRun", request.SerializeAsString());
  if (caller.Head().empty()) return false;  // accepted by nobody any more
  bool last = false;
  std::string trailers;
  while (const auto frame = caller.Next()) {
    if (frame->trailers) trailers = frame->bytes;
    if (frame->trailers) continue;
    v1::WatchRunResponse message;
    EXPECT_TRUE(message.ParseFromString(frame->bytes));
    const client::IteratesView batch(message.update().iterates());
    seen.Add(batch.iteration(), batch.value());
    last = message.update().last();
  }
  if (last) return true;
  // A stream that had begun ends with a proper word.
  const WebAnswer answer{.trailers = trailers};
  ledger.Failed("a watch by HTTP", answer.status(), answer.message());
  if (answer.message().find("from_iteration") != std::string::npos) ledger.Hinted();
  return false;
}

void WatchByWeb(const Ready& at, const std::string& name, Ledger& ledger, Ledger::Watch& seen) {
  while (true) {
    try {
      if (WatchByWebOnce(at, name, ledger, seen)) return;
    } catch (const std::runtime_error&) {  // not listening at the moment
    }
    Nap(20);
  }
}

/// Makes short runs and long ones, cancels the long ones, reads; repeats nothing.
void CallAllTheTime(const Ready& at, Ledger& ledger, const std::stop_token& stop) {
  const auto client = client::Client::Connect(at.grpc);
  const client::CallOptions patient{.timeout = seconds(60)};
  const auto note = [&ledger](const auto& result) {
    if (!result.ok()) {
      ledger.Failed("a call", static_cast<int>(result.error().code), result.error().message);
    }
    return result.ok();
  };
  for (int i = 0; !stop.stop_requested(); ++i) {
    const auto made = client->CreateRun(Rosenbrock(4, i % 4 == 0 ? kForEver : 2'000), patient);
    if (note(made)) {
      ledger.Created(made->name());
      note(client->GetRun(made->name(), patient));
      if (i % 4 == 0 && note(client->CancelRun(made->name(), patient))) {
        ledger.Cancelled(made->name());
      } else if (i % 4 == 0) {
        while (!client->CancelRun(made->name(), patient).ok()) Nap(20);  // not to be left behind
      }
    }
    note(client->ListRuns({.limit = 20}, patient));
    Nap(5);
  }
}

void StudyAllTheTime(const Ready& at, Ledger& ledger, const std::stop_token& stop) {
  const auto client = client::Client::Connect(at.grpc);
  v1::Study study;
  *study.mutable_run() = Rosenbrock(4, 5'000);
  v1::StudyAxis& axis = *study.add_vary();
  axis.set_path("optimizer.settings[learning_rate]");
  axis.mutable_range()->set_from(1e-4);
  axis.mutable_range()->set_to(1e-2);
  axis.mutable_range()->set_count(4);
  while (!stop.stop_requested()) {
    const auto made = client->CreateStudy(study, {.timeout = seconds(60)});
    if (made.ok()) ledger.Created(made->name());
    while (made.ok() && !stop.stop_requested()) {
      const auto now = client->GetStudy(made->name());
      if (now.ok() && now->state() != v1::STUDY_STATE_RUNNING) break;
      Nap(50);
    }
    if (!made.ok())
      ledger.Failed("CreateStudy", static_cast<int>(made.error().code), made.error().message);
    Nap(100);
  }
}

/// Until this client's connection has found the server again.
template <typename Call>
auto OnceReached(Call call) {
  for (int i = 0; i < 100; ++i, Nap(50)) {
    const auto answer = call();
    if (answer.ok() || answer.error().code != grpc::StatusCode::UNAVAILABLE) return answer;
  }
  return call();
}

/// What was promised before a stop is there after it.
void CheckPromises(const Ready& at, const Ledger& ledger) {
  const auto client = client::Client::Connect(at.grpc);
  for (const std::string& name : ledger.created()) {
    if (name.rfind("studies/", 0) == 0) {
      const auto study = OnceReached([&] { return client->GetStudy(name); });
      EXPECT_TRUE(study.ok()) << name << ": " << study.error().Text();
    } else {
      const auto run = OnceReached([&] { return client->GetRun(name); });
      EXPECT_TRUE(run.ok()) << name << ": " << run.error().Text();
    }
  }
  for (const std::string& name : ledger.cancelled()) {
    EXPECT_EQ(OnceReached([&] { return client->GetRun(name); })->state(), v1::RUN_STATE_CANCELLED)
        << name;
  }
}

TEST(Stopping, LosesNothingUnderLoadAndIsNoMoreThanAPauseToClients) {
  const TemporaryFolder folder;
  std::vector<std::string> flags = {"--data-dir=" + (folder / "data"), "--workers=2"};
  auto server = std::make_unique<ServerProcess>(flags);
  ASSERT_TRUE(server->WaitUntilReady()) << server->Errors();
  const Ready at = server->ready();
  flags.push_back("--grpc-address=" + at.grpc);
  flags.push_back("--http-address=" + at.http);

  Ledger ledger;
  std::vector<std::string> watched;
  for (int i = 0; i < 4; ++i) watched.push_back(RunsOverGrpc(at.grpc).Create(Paced()));
  for (int i = 0; i < 4; ++i) RunsOverGrpc(at.grpc).Create(Rosenbrock(5'000, kForEver));
  std::vector<Ledger::Watch> by_grpc(watched.size());
  std::vector<Ledger::Watch> by_web(watched.size());
  std::vector<std::jthread> watchers;
  for (size_t i = 0; i < watched.size(); ++i) {
    watchers.emplace_back([&, i] { WatchByGrpc(at, watched[i], ledger, by_grpc[i]); });
    watchers.emplace_back([&, i] { WatchByWeb(at, watched[i], ledger, by_web[i]); });
  }
  std::vector<std::jthread> callers;
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&](const std::stop_token& stop) { CallAllTheTime(at, ledger, stop); });
  }
  callers.emplace_back([&](const std::stop_token& stop) { StudyAllTheTime(at, ledger, stop); });

  std::mt19937 random(11);
  std::chrono::duration<double> longest{0};
  for (int stop = 0; stop < Stops() && !::testing::Test::HasFailure(); ++stop) {
    Nap(100 + static_cast<int>(random() % 500));
    const auto asked = std::chrono::steady_clock::now();
    server->Signal(SIGTERM);
    ASSERT_EQ(server->WaitForExit(kGrace), 0) << "stop " << stop << ": " << server->Errors();
    longest =
        std::max<std::chrono::duration<double>>(longest, std::chrono::steady_clock::now() - asked);
    server = std::make_unique<ServerProcess>(flags);
    ASSERT_TRUE(server->WaitUntilReady()) << server->Errors();
    if (stop % 10 == 9) CheckPromises(at, ledger);
  }
  callers.clear();
  CheckPromises(at, ledger);
  const auto client = client::Client::Connect(at.grpc);
  for (const std::string& name : watched) {
    EXPECT_TRUE(OnceReached([&] { return client->CancelRun(name); }).ok());
  }
  watchers.clear();

  for (size_t i = 0; i < watched.size(); ++i) {
    const v1::IterateBatch trace = RunsOverGrpc(at.grpc).Trace(watched[i]);
    by_grpc[i].CompareWith(trace);
    by_web[i].CompareWith(trace);
  }
  EXPECT_GE(ledger.hints(), Stops()) << "streams must be told where to resume";
  RecordProperty("promises", static_cast<int>(ledger.created().size()));
  RecordProperty("hints", static_cast<int>(ledger.hints()));
  RecordProperty("longest_stop_ms", static_cast<int>(1000 * longest.count()));
}

}  // namespace
}  // namespace thalweg
