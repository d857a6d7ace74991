// By what a call is found again: in its answer, in its error, in the log.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "server/rpc/request_id.h"
#include "tests/rpc/support/details.h"
#include "tests/rpc/support/server_fixture.h"

namespace thalweg::rpc {
namespace {

using testing::ElementsAre;
using testing::MatchesRegex;

constexpr char kMade[] = "[0-9a-f]+";

struct Answered {
  grpc::Status status;
  std::string request_id;  // of the initial metadata
};

class CallIdsTest : public ServerTest {
 protected:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  static std::string IdIn(const grpc::ClientContext& context) {
    const auto& metadata = context.GetServerInitialMetadata();
    const auto at = metadata.find(kRequestIdKey);
    return at == metadata.end() ? "" : std::string(at->second.data(), at->second.size());
  }

  Answered GetWith(const Fields& fields, const std::string& name = "runs/r1") {
    Context context;
    for (const auto& [key, value] : fields) context.AddMetadata(key, value);
    v1::GetRunRequest request;
    request.set_name(name);
    v1::GetRunResponse response;
    const auto status = optimization_->GetRun(&context, request, &response);
    return {status, IdIn(context)};
  }
};

TEST_F(CallIdsTest, TheCallersIdIsKept) {
  Create();
  EXPECT_EQ(GetWith({{"x-request-id", "order-66.A_b"}}).request_id, "order-66.A_b");
}

TEST_F(CallIdsTest, ACallWithoutAFitIdIsGivenOne) {
  Create();
  for (const Fields& fields : {Fields{},
                               {{"x-request-id", ""}},
                               {{"x-request-id", "has space"}},
                               {{"x-request-id", "quote\"brace}"}},
                               {{"x-request-id", std::string(65, 'a')}},
                               {{"x-request-id", "one"}, {"x-request-id", "two"}}}) {
    const std::string id = GetWith(fields).request_id;
    EXPECT_EQ(id.size(), 32U);
    EXPECT_THAT(id, MatchesRegex(kMade));
  }
  EXPECT_NE(GetWith({}).request_id, GetWith({}).request_id);
}

TEST_F(CallIdsTest, AStreamIsToldItsIdToo) {
  Context context;
  context.AddMetadata("x-request-id", "watching");
  const auto stream = optimization_->WatchRun(&context, WatchRequest(Create()));
  v1::WatchRunResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(IdIn(context), "watching");
  context.TryCancel();
  stream->Finish();
}

TEST_F(CallIdsTest, ARefusalNamesTheRequest) {
  const Answered answer = GetWith({{"x-request-id", "lost"}}, "runs/none");

  EXPECT_THAT(answer.status, RefusedWith(grpc::NOT_FOUND, "RUN_NOT_FOUND"));
  EXPECT_EQ(answer.request_id, "lost");
  EXPECT_EQ(DetailsOf(answer.status).info.metadata().at("request_id"), "lost");
}

TEST_F(CallIdsTest, AnIncidentHasTheRequestsId) {
  runs_.FailGetWith([]() -> absl::StatusOr<runs::Run> { throw std::logic_error("secret"); });
  const Answered answer = GetWith({{"x-request-id", "unlucky"}});
  EXPECT_EQ(DetailsOf(answer.status).info.metadata().at("incident_id"), "unlucky");
}

TEST_F(CallIdsTest, WhatHappensInACallIsMarkedWithItsTrace) {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const std::string span = "b7ad6b7169203331";
  CallTags seen;
  runs_.FailGetWith([&]() -> absl::StatusOr<runs::Run> {
    if (CallScope::Current() != nullptr) seen = *CallScope::Current();
    return absl::NotFoundError("for the test");
  });

  GetWith({{"traceparent", "00-" + trace + "-" + span + "-01"}, {"x-request-id", "traced"}});

  EXPECT_THAT((std::vector{seen.request_id, seen.trace_id, seen.span_id}),
              ElementsAre("traced", trace, span));
}

}  // namespace
}  // namespace thalweg::rpc
