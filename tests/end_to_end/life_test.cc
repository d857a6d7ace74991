// The life of a server: how it starts, refuses to, and stops.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/end_to_end/runs_over_grpc.h"
#include "tests/end_to_end/server_process.h"
#include "tests/web/support/raw_client.h"

namespace thalweg {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using testing::Rosenbrock;
using testing::RunsOverGrpc;
using testing::ServerProcess;
using ::testing::StartsWith;
using testing::TemporaryFolder;

const char kForgetting[] = "--store=memory:";
constexpr int64_t kForEver = 1'000'000'000;

std::string Get(const std::string& address, const std::string& path) {
  RawClient client(address);
  client.Send("GET " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
  return client.ReadAnswer();
}

size_t Lines(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(ServerLife, BeginsWithOneLineThatNamesItsAddressesAndItsFolder) {
  const TemporaryFolder folder;
  ServerProcess server({"--data-dir=" + (folder / "data")});

  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();

  EXPECT_THAT(server.ready().grpc, AllOf(StartsWith("127.0.0.1:"), Not(EndsWith(":0"))));
  EXPECT_THAT(server.ready().http, AllOf(StartsWith("127.0.0.1:"), Not(EndsWith(":0"))));
  EXPECT_EQ(server.ready().data, folder / "data");
  EXPECT_EQ(Lines(server.Output()), 1U);
}

TEST(ServerLife, AnswersOnBothPorts) {
  ServerProcess server({kForgetting});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();

  EXPECT_THAT(Get(server.ready().http, "/readyz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Get(server.ready().http, "/"), HasSubstr("<title>Thalweg</title>"));
  RunsOverGrpc runs(server.ready().grpc);
  const v1::Run run = runs.WaitForEnd(runs.Create(Rosenbrock(4, 100)));
  EXPECT_EQ(run.iteration(), 100);
}

TEST(ServerLife, EndsWithCodeZeroWhenAskedTo) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    ServerProcess server({kForgetting});
    ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();

    server.Signal(number);

    EXPECT_EQ(server.WaitForExit(seconds(5)), 0) << server.Errors();
  }
}

TEST(ServerLife, TellsWatchersWhereToResumeBeforeItEnds) {
  const TemporaryFolder folder;
  ServerProcess server({"--data-dir=" + (folder / "data")});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);
  const std::string name = runs.Create(Rosenbrock(20'000, kForEver));
  grpc::ClientContext context;
  v1::WatchRunRequest request;
  request.set_name(name);
  const auto stream = runs.stub().WatchRun(&context, request);
  v1::WatchRunResponse message;
  while (message.update().next_iteration() < 10 && stream->Read(&message)) {
  }
  ASSERT_GE(message.update().next_iteration(), 10);

  server.Signal(SIGTERM);

  int64_t next = 0;
  while (stream->Read(&message)) next = message.update().next_iteration();
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("from_iteration = " + std::to_string(next)));
  EXPECT_FALSE(message.update().last());
  EXPECT_EQ(server.WaitForExit(seconds(10)), 0) << server.Errors();
}

TEST(ServerLife, IsNotHeldUpByIdleClientsOfHttpWhenItEnds) {
  ServerProcess server({kForgetting});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RawClient half(server.ready().http);
  half.Send("GET /hea");
  const auto start = steady_clock::now();

  server.Signal(SIGTERM);

  EXPECT_EQ(server.WaitForExit(seconds(20)), 0);
  EXPECT_LT(steady_clock::now() - start, seconds(5));
}

TEST(ServerLife, EndsWithCodeZeroThoughAClientOfGrpcNeverSpeaks) {
  ServerProcess server({kForgetting, "--drain-seconds=2"});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  const RawClient silent(server.ready().grpc);

  server.Signal(SIGTERM);

  EXPECT_EQ(server.WaitForExit(seconds(5)), 0);
}

TEST(ServerLife, EndsAtOnceWhenAskedTwice) {
  ServerProcess server({kForgetting, "--drain-delay-seconds=60", "--drain-seconds=60"});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();

  server.Signal(SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_THAT(Get(server.ready().http, "/readyz"),
              AllOf(StartsWith("HTTP/1.1 503 "), EndsWith("draining\n")));
  server.Signal(SIGTERM);

  EXPECT_EQ(server.WaitForExit(seconds(2)), 1);
  EXPECT_THAT(server.Errors(), HasSubstr("asked twice"));
}

TEST(ServerLife, EndsWhenDrainingTakesTooLong) {
  ServerProcess server({kForgetting, "--drain-delay-seconds=60", "--drain-seconds=1"});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();

  server.Signal(SIGTERM);

  EXPECT_EQ(server.WaitForExit(seconds(5)), 1);
  EXPECT_THAT(server.Errors(), HasSubstr("--drain-seconds are over"));
}

TEST(ServerLife, SurvivesReadersOfItsOutputThatLeave) {
  ServerProcess server({kForgetting});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();

  server.Signal(SIGPIPE);

  EXPECT_THAT(Get(server.ready().http, "/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST(ServerStart, IsRefusedAtOnceWhereAnotherServerHasTheFolder) {
  const TemporaryFolder folder;
  const std::string flag = "--data-dir=" + (folder / "data");
  ServerProcess first({flag});
  ASSERT_TRUE(first.WaitUntilReady()) << first.Errors();

  const auto start = steady_clock::now();
  ServerProcess second({flag});

  EXPECT_EQ(second.WaitForExit(), 1);
  EXPECT_LT(steady_clock::now() - start, seconds(1));
  EXPECT_THAT(second.Errors(), HasSubstr(folder / "data"));
  EXPECT_EQ(Lines(second.Errors()), 1U) << second.Errors();
}

TEST(ServerStart, IsPossibleAfterTheOneBeforeWasKilled) {
  const TemporaryFolder folder;
  const std::string flag = "--data-dir=" + (folder / "data");
  ServerProcess first({flag});
  ASSERT_TRUE(first.WaitUntilReady()) << first.Errors();
  first.Kill();

  ServerProcess second({flag});

  EXPECT_TRUE(second.WaitUntilReady()) << second.Errors();
}

TEST(ServerStart, IsRefusedWhereThePortIsTaken) {
  ServerProcess first({kForgetting});
  ASSERT_TRUE(first.WaitUntilReady()) << first.Errors();

  ServerProcess same_grpc({kForgetting, "--grpc-address=" + first.ready().grpc});
  ServerProcess same_http({kForgetting, "--http-address=" + first.ready().http});

  EXPECT_EQ(same_grpc.WaitForExit(), 1);
  EXPECT_THAT(same_grpc.Errors(), HasSubstr(first.ready().grpc));
  EXPECT_EQ(same_http.WaitForExit(), 1);
  EXPECT_THAT(same_http.Errors(), HasSubstr(first.ready().http));
}

TEST(ServerStart, IsRefusedWhereTheFolderCannotBeUsed) {
  ServerProcess no_parent({"--data-dir=/nowhere/at/all"});
  ServerProcess no_folder({"--data-dir=/dev/null"});
  ServerProcess no_store({"--store=nosql:/x"});

  EXPECT_EQ(no_parent.WaitForExit(), 1);
  EXPECT_THAT(no_parent.Errors(), HasSubstr("/nowhere/at/all"));
  EXPECT_EQ(no_folder.WaitForExit(), 1);
  EXPECT_THAT(no_folder.Errors(), HasSubstr("/dev/null"));
  EXPECT_EQ(no_store.WaitForExit(), 1);
  EXPECT_THAT(no_store.Errors(), HasSubstr("nosql:/x"));
}

TEST(ServerStart, IsRefusedWithTooFewFiles) {
  ServerProcess server({kForgetting}, {}, /*most_files=*/64);

  EXPECT_EQ(server.WaitForExit(), 1);
  EXPECT_EQ(Lines(server.Errors()), 1U) << server.Errors();
}

TEST(ServerStart, NamesTheSettingThatIsWrong) {
  ServerProcess flag({"--workers=many"});
  ServerProcess variable({}, {{"THALWEG_LOG_FORMAT", "xml"}});
  ServerProcess unknown({"--wrokers=1"});

  EXPECT_EQ(flag.WaitForExit(), 2);
  EXPECT_EQ(flag.Errors(), "thalwegd: --workers: 'many' is not a whole number from 0 to 1024\n");
  EXPECT_EQ(variable.WaitForExit(), 2);
  EXPECT_EQ(variable.Errors(), "thalwegd: THALWEG_LOG_FORMAT: 'xml' is not one of text, json\n");
  EXPECT_EQ(unknown.WaitForExit(), 2);
  EXPECT_EQ(unknown.Errors(),
            "thalwegd: unknown argument '--wrokers=1'; did you mean --workers?\n");
}

TEST(ServerStart, IsRefusedWhereItWouldBeOpenToOtherMachinesByAccident) {
  ServerProcess open({kForgetting, "--grpc-address=0.0.0.0:0"});
  ServerProcess meant({kForgetting, "--grpc-address=0.0.0.0:0", "--plaintext=on"});

  EXPECT_EQ(open.WaitForExit(), 2);
  EXPECT_THAT(open.Errors(), HasSubstr("or say --plaintext on\n"));
  ASSERT_TRUE(meant.WaitUntilReady());
  EXPECT_THAT(meant.Errors(), HasSubstr("not encrypted beyond this machine"));
}

TEST(ServerStart, ReadsAFileOfSettings) {
  const TemporaryFolder folder;
  std::ofstream(folder / "good.conf") << "store = memory:\nlog-format = json\n";
  std::ofstream(folder / "bad.conf") << "store = memory:\nwrokers = 3\n";
  ServerProcess good({"--config=" + (folder / "good.conf")});
  ServerProcess bad({"--config=" + (folder / "bad.conf")});

  ASSERT_TRUE(good.WaitUntilReady());
  EXPECT_EQ(bad.WaitForExit(), 2);
  EXPECT_EQ(bad.Errors(), "thalwegd: " + (folder / "bad.conf") +
                              ":2: unknown key 'wrokers'; did you mean workers?\n");
}

TEST(ServerStart, IsNotWantedByThoseWhoAskForHelp) {
  ServerProcess help({"--help"});
  ServerProcess version({"--version"});
  ServerProcess check({"--check-config", "--workers=3", "--data-dir=/nowhere/at/all"});

  EXPECT_EQ(help.WaitForExit(), 0);
  EXPECT_THAT(help.Output(), HasSubstr("--grpc-address"));
  EXPECT_EQ(version.WaitForExit(), 0);
  EXPECT_THAT(version.Output(), StartsWith("thalwegd "));
  EXPECT_EQ(check.WaitForExit(), 0);
  EXPECT_THAT(check.Output(), ContainsRegex("\nworkers = 3 +# --workers\n"));
}

}  // namespace
}  // namespace thalweg
