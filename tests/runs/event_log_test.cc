#include "server/runs/event_log.h"

#include <string>

#include "gtest/gtest.h"
#include "server/runs/codec.h"

namespace thalweg::runs {
namespace {

TEST(EventLog, KeepsTheFirstAndTheLast64AndCountsAll) {
  EventLog log;
  for (int64_t k = 1; k <= 1000; ++k) log.Add(k, {"restart", "again"});

  ASSERT_EQ(log.kept().size(), 128U);
  EXPECT_EQ(log.count(), 1000);
  EXPECT_EQ(log.kept().front(), (RunEvent{1, "restart", "again"}));
  EXPECT_EQ(log.kept()[63].iteration, 64);
  EXPECT_EQ(log.kept()[64].iteration, 937);
  EXPECT_EQ(log.kept().back().iteration, 1000);
}

TEST(EventLog, CutsLongTextsBetweenCharacters) {
  EventLog log;
  std::string text(499, 'x');
  log.Add(1, {"restart", text + "\u00e9 and more"});

  EXPECT_EQ(log.kept()[0].text, text + "...");
}

TEST(EventLog, ReadsBackAndRefusesDamage) {
  EventLog log;
  for (int64_t k = 1; k <= 200; ++k) log.Add(k, {"changed", std::to_string(k)});
  const std::string bytes = Encode(log);

  EXPECT_EQ(*DecodeEventLog(bytes), log);
  EXPECT_EQ(*DecodeEventLog(Encode(EventLog())), EventLog());
  for (size_t byte = 0; byte < bytes.size(); byte += 7) {
    std::string damaged = bytes;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 4);
    EXPECT_TRUE(absl::IsDataLoss(DecodeEventLog(damaged).status())) << byte;
  }
}

}  // namespace
}  // namespace thalweg::runs
