#include "server/rpc/self_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace thalweg::rpc {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

/// A port that listens, and does with connections what the test says.
class Port {
 public:
  Port() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    bind(listener_, reinterpret_cast<const sockaddr*>(&any), sizeof(any));
    listen(listener_, 8);
    options_.address_size = sizeof(options_.address);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&options_.address), &options_.address_size);
    options_.patience = 300ms;
  }
  ~Port() {
    Close();
    close(stopper_);
  }
  void Close() {
    if (listener_ >= 0) close(listener_);
    listener_ = -1;
  }
  /// Sends `answer` to the next who connects, and closes.
  std::thread Answer(std::string answer) const {
    return std::thread([this, answer = std::move(answer)] {
      const int connection = accept(listener_, nullptr, nullptr);
      char hello[512];
      EXPECT_GT(recv(connection, hello, sizeof(hello), 0), 0);
      EXPECT_EQ(send(connection, answer.data(), answer.size(), 0),
                static_cast<ssize_t>(answer.size()));
      close(connection);
    });
  }
  void UseTls() { options_.tls = true; }
  std::string Why() const { return WhyNotServed(options_, stopper_); }
  void Stop() const { eventfd_write(stopper_, 1); }

 private:
  int listener_;
  const int stopper_ = eventfd(0, EFD_NONBLOCK);
  SelfProbeOptions options_;  // its address is "any"
};

TEST(WhyNotServed, IsSatisfiedWithSettings) {
  const Port port;
  std::thread server = port.Answer(std::string("\0\0\0\x04\0\0\0\0\0", 9));
  EXPECT_THAT(port.Why(), IsEmpty());
  server.join();
}

TEST(WhyNotServed, IsSatisfiedWithARecordOfTls) {
  for (const char* record : {"\x16\x03\x03", "\x15\x03\x03"}) {
    Port port;
    port.UseTls();
    std::thread server = port.Answer(record);
    EXPECT_THAT(port.Why(), IsEmpty());
    server.join();
  }
}

TEST(WhyNotServed, TellsAPortThatNobodyAcceptsFrom) {
  EXPECT_EQ(Port().Why(), "no answer in time");
}

TEST(WhyNotServed, TellsAPortThatNobodyListensTo) {
  Port port;
  port.Close();
  EXPECT_THAT(port.Why(), HasSubstr("refused"));
}

TEST(WhyNotServed, TellsAnotherServer) {
  const Port port;
  std::thread server = port.Answer("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(port.Why(), "the answer is not that of this server");
  server.join();
}

TEST(WhyNotServed, TellsAConnectionClosedAtOnce) {
  const Port port;
  std::thread server = port.Answer("");
  EXPECT_EQ(port.Why(), "closed at once");
  server.join();
}

TEST(WhyNotServed, GivesUpWhenStopped) {
  const Port port;
  port.Stop();
  EXPECT_EQ(port.Why(), "stopped");
}

}  // namespace
}  // namespace thalweg::rpc
