#include "server/rpc/translate/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

grpc::Status Converted(const absl::Status& status) { return ToGrpc(status, {}); }

/// Bytes that gRPC writes for a message: all but plain ASCII becomes %XX.
size_t Encoded(const std::string& text) {
  size_t size = 0;
  for (const char c : text) size += c >= 0x20 && c < 0x7F && c != '%' ? 1 : 3;
  return size;
}

TEST(ToGrpc, ListsEveryViolationBesideTheMessage) {
  const auto status = Converted(
      Refuse({{"run.objective.expression", Reason::kUnknownSymbol, "line 1, column 14: no y\n  ^"},
              {"run.stopping[0].kind", Reason::kUnknownName, "no such rule"}}));

  EXPECT_THAT(status, RefusedWith(grpc::INVALID_ARGUMENT, "UNKNOWN_SYMBOL"));
  EXPECT_THAT(status.error_message(),
              HasSubstr("run.objective.expression: line 1, column 14: no y\n  ^"));
  const Details details = DetailsOf(status);
  EXPECT_EQ(details.code, grpc::INVALID_ARGUMENT);
  EXPECT_EQ(details.message, status.error_message());
  EXPECT_THAT(details.fields, ElementsAre("run.objective.expression", "run.stopping[0].kind"));
  EXPECT_THAT(details.descriptions, ElementsAre("line 1, column 14: no y\n  ^", "no such rule"));
  EXPECT_EQ(details.retry_seconds, 0);
}

TEST(ToGrpc, SaysWhenToTryAgainOnlyWhereThatHelps) {
  const auto status =
      Converted(RefuseWith(absl::StatusCode::kUnavailable, Reason::kShuttingDown, "shutting down"));
  EXPECT_THAT(status, RefusedWith(grpc::UNAVAILABLE, "SHUTTING_DOWN"));
  EXPECT_GT(DetailsOf(status).retry_seconds, 0);
  EXPECT_EQ(DetailsOf(Converted(RefuseWith(absl::StatusCode::kNotFound, Reason::kRunNotFound, "")))
                .retry_seconds,
            0);
}

TEST(ToGrpc, StaysWithinWhatAClientAccepts) {
  std::vector<Violation> violations;
  for (int i = 0; i < 20; ++i) {
    violations.push_back({absl::StrCat("field", i, std::string(600, 'f')), Reason::kInvalidValue,
                          std::string(3000, i % 2 == 0 ? 'x' : '\n')});
  }
  for (size_t count = 1; count <= violations.size(); ++count) {
    const auto status =
        Converted(Refuse(std::vector<Violation>(violations.begin(), violations.begin() + count)));
    EXPECT_LE(Encoded(status.error_message()), 2048);
    EXPECT_LE(Encoded(status.error_message()) + status.error_details().size(), 6 * 1024);
    EXPECT_TRUE(DetailsOf(status).readable);
    EXPECT_GE(DetailsOf(status).fields.size(), 1);
    EXPECT_EQ(DetailsOf(status).error_infos, 1);
  }
}

TEST(ToGrpc, KeepsTextsValidUtf8WhateverTheyHold) {
  const std::string wild = "\xFF\xC3 \xF0\x9F\x98\x80 \xE2\x82";
  const auto status = Converted(Refuse(wild, Reason::kInvalidValue, wild + wild));
  EXPECT_THAT(status.error_message(), Not(HasSubstr("\xFF")));
  EXPECT_THAT(status.error_message(), HasSubstr("\xF0\x9F\x98\x80"));
  EXPECT_TRUE(DetailsOf(status).readable);
}

TEST(ToGrpc, TellsOurMistakesToTheLogAlone) {
  std::string logged;
  const auto status = ToGrpc(absl::InternalError("SELECT * FROM secrets"),
                             [&](std::string_view line) { logged = std::string(line); });

  EXPECT_THAT(status, RefusedWith(grpc::INTERNAL, "UNEXPECTED"));
  EXPECT_THAT(status.error_message(), Not(HasSubstr("secrets")));
  EXPECT_THAT(status.error_details(), Not(HasSubstr("secrets")));
  EXPECT_THAT(logged, HasSubstr("secrets"));
  const std::string id = DetailsOf(status).info.metadata().at("incident_id");
  EXPECT_THAT(logged, HasSubstr(id));
  EXPECT_THAT(status.error_message(), HasSubstr(id));
}

TEST(ToGrpc, NeverSaysUnknown) {
  EXPECT_THAT(Converted(absl::UnknownError("?")), RefusedWith(grpc::INTERNAL, "UNEXPECTED"));
}

TEST(ToGrpc, GivesEveryReasonUnderItsName) {
  for (int i = 0; i <= static_cast<int>(Reason::kDataCorrupt); ++i) {
    const auto reason = static_cast<Reason>(i);
    const auto status = Converted(Refuse("f", reason, "d"));
    EXPECT_EQ(DetailsOf(status).info.reason(), ReasonName(reason));
  }
}

TEST(ToGrpc, IsOkForOk) { EXPECT_TRUE(Converted(absl::OkStatus()).ok()); }

TEST(CodeName, IsThatOfMetrics) {
  EXPECT_EQ(CodeName(grpc::OK), "OK");
  EXPECT_EQ(CodeName(grpc::INVALID_ARGUMENT), "InvalidArgument");
  EXPECT_EQ(CodeName(grpc::UNAUTHENTICATED), "Unauthenticated");
}

}  // namespace
}  // namespace thalweg::rpc
