// What a study is worth after its server was killed, and what the command makes of one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/end_to_end/runs_over_grpc.h"
#include "tests/end_to_end/server_process.h"
#include "thalweg/v1/study_service.grpc.pb.h"

namespace thalweg {
namespace {

using testing::Bits;
using testing::Check;
using testing::RunsOverGrpc;
using testing::ServerProcess;
using testing::SetDeadline;
using testing::TemporaryFolder;

std::unique_ptr<v1::StudyService::Stub> StudiesAt(const std::string& address) {
  return v1::StudyService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
}

/// Six rates for Adam on a function large enough to take seconds, halved.
v1::CreateStudyRequest HalvedStudy() {
  v1::CreateStudyRequest request;
  v1::Study& study = *request.mutable_study();
  *study.mutable_run() = testing::Rosenbrock(/*coordinates=*/20'000, /*iterations=*/1'000'000);
  v1::StudyAxis& axis = *study.add_vary();
  axis.set_path("optimizer.settings[learning_rate]");
  axis.mutable_range()->set_from(1e-4);
  axis.mutable_range()->set_to(1);
  axis.mutable_range()->set_count(6);
  axis.mutable_range()->set_scale(v1::STUDY_SCALE_LOGARITHMIC);
  study.set_budget(12'000);
  study.mutable_halving()->set_eta(2);
  return request;
}

v1::Study Get(v1::StudyService::Stub& studies, const std::string& name) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetStudyRequest request;
  request.set_name(name);
  v1::GetStudyResponse response;
  Check(studies.GetStudy(&context, request, &response));
  return response.study();
}

template <typename Condition>
v1::Study WaitFor(v1::StudyService::Stub& studies, const std::string& name, Condition done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (std::chrono::steady_clock::now() < end) {
    v1::Study study = Get(studies, name);
    if (done(study)) return study;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  throw std::runtime_error(name + " did not get there in time");
}

bool IsOver(const v1::Study& study) { return study.state() != v1::STUDY_STATE_RUNNING; }

/// What a study came to: who was given up when, the winner, and every bit of every trace.
std::string OutcomeOf(const v1::Study& study, RunsOverGrpc& runs) {
  std::string outcome = study.results().winner().sentence() + "\n";
  for (const v1::StudyArm& arm : study.arms()) {
    outcome += arm.title() + " ";
    outcome += arm.has_given_up_after_rung() ? std::to_string(arm.given_up_after_rung()) : "-";
    for (const std::string& run : arm.runs()) outcome += Bits(runs.Trace(run));
  }
  return outcome;
}

/// The outcome where the server is killed whenever the study has come to one of the rungs.
std::string OutcomeKilledAt(const std::vector<int64_t>& rungs) {
  const TemporaryFolder folder;
  const std::string flag = "--data-dir=" + (folder / "data");
  auto server = std::make_unique<ServerProcess>(std::vector<std::string>{flag});
  EXPECT_TRUE(server->WaitUntilReady()) << server->Errors();
  grpc::ClientContext context;
  SetDeadline(context);
  v1::CreateStudyResponse created;
  Check(StudiesAt(server->ready().grpc)->CreateStudy(&context, HalvedStudy(), &created));
  const std::string name = created.study().name();
  for (const int64_t rung : rungs) {
    WaitFor(*StudiesAt(server->ready().grpc), name,
            [rung](const v1::Study& study) { return study.rung() >= rung || IsOver(study); });
    server->Signal(SIGKILL);
    server->WaitForExit();
    server = std::make_unique<ServerProcess>(std::vector<std::string>{flag});
    EXPECT_TRUE(server->WaitUntilReady()) << server->Errors();
  }
  const v1::Study study = WaitFor(*StudiesAt(server->ready().grpc), name, IsOver);
  EXPECT_EQ(study.state(), v1::STUDY_STATE_FINISHED) << study.failure();
  RunsOverGrpc runs(server->ready().grpc);
  return OutcomeOf(study, runs);
}

TEST(StudiesOfAKilledServer, ComeToTheSameAsIfNothingHadBeen) {
  const std::string undisturbed = OutcomeKilledAt({});

  EXPECT_TRUE(OutcomeKilledAt({0, 0, 1}) == undisturbed);
}

}  // namespace
}  // namespace thalweg
