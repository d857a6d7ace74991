#include "server/rpc/trace_context.h"

#include <gtest/gtest.h>

#include <string>

namespace thalweg::rpc {
namespace {

constexpr char kTrace[] = "0af7651916cd43dd8448eb211c80319c";
constexpr char kSpan[] = "b7ad6b7169203331";

TEST(ParseTraceparent, TakesTheTraceAndTheCallersSpan) {
  const auto trace = ParseTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->trace_id, kTrace);
  EXPECT_EQ(trace->span_id, kSpan);
}

TEST(ParseTraceparent, IgnoresWhatTheStandardCallsInvalid) {
  const std::string zeros(32, '0');
  const std::string trace = kTrace;
  const std::string span = kSpan;
  for (const std::string& text : {
           std::string(),
           std::string("00"),
           "00-" + trace + "-" + span,                             // no flags
           "00-" + trace + "-" + span + "-1",                      // half a byte of flags
           "00-" + trace + "-" + span + "-01-what",                // version 00 has no more
           "00-" + trace + "-" + span + "-0g",                     // no digit
           "ff-" + trace + "-" + span + "-01",                     // no version
           "01-" + trace + "-" + span + "-01",                     // not known here
           "00-" + zeros + "-" + span + "-01",                     // no trace
           "00-" + trace + "-" + zeros.substr(16) + "-01",         // no span
           "00-0AF7651916CD43DD8448EB211C80319C-" + span + "-01",  // capitals
           "00_" + trace + "-" + span + "-01",
           "00-" + trace + "_" + span + "-01",
           "00-" + trace + "-" + span + "_01",
           " 00-" + trace + "-" + span + "-01",
           std::string(10'000, '0'),
       }) {
    EXPECT_FALSE(ParseTraceparent(text)) << text;
  }
}

}  // namespace
}  // namespace thalweg::rpc
