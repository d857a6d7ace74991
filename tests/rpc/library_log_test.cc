#include "server/rpc/library_log.h"

#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace thalweg::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What gRPC does first of all where it is used.
class LibraryLogs : public testing::Test {
 protected:
  static void SetUpTestSuite() { gpr_log_verbosity_init(); }
};

TEST_F(LibraryLogs, HearWhatGrpcSaysAndLeaveStandardErrorAlone) {
  std::vector<std::string> heard;
  testing::internal::CaptureStderr();
  {
    const LibraryLog log([&](std::string_view text) { heard.emplace_back(text); });
    gpr_log(GPR_ERROR, "handshake %d failed", 7);
  }
  EXPECT_THAT(heard, ElementsAre("handshake 7 failed"));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
}

TEST_F(LibraryLogs, GiveStandardErrorBack) {
  {
    const LibraryLog log([](std::string_view) {});
  }
  testing::internal::CaptureStderr();
  gpr_log(GPR_ERROR, "handshake failed");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("handshake failed"));
}

}  // namespace
}  // namespace thalweg::rpc
