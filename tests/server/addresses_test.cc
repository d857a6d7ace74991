#include "server/addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace thalweg {
namespace {

using ::testing::HasSubstr;

TEST(Addresses, OfThisMachineAloneAreThoseOfTheLoopback) {
  for (const char* address :
       {"127.0.0.1:1", "127.8.9.10:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "localhost:50051"}) {
    EXPECT_EQ(IsLoopback(address).value_or(false), true) << address;
  }
}

TEST(Addresses, OfNetworksAreNotOfThisMachineAlone) {
  for (const char* address : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "192.168.1.1:1", "128.0.0.1:1",
                              "[fe80::1]:1", "[::ffff:10.0.0.1]:1"}) {
    EXPECT_EQ(IsLoopback(address).value_or(true), false) << address;
  }
}

TEST(Addresses, OfHostsThatNobodyKnowsAreToldSo) {
  const auto unknown = IsLoopback("no-such-host.invalid:1");

  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("'no-such-host.invalid'"));
}

}  // namespace
}  // namespace thalweg
