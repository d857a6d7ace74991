// Hazard F1: gRPC 1.51's own listener never accepts again once descriptors have run out.

#include "server/rpc/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "server/rpc/file_limit.h"
#include "server/rpc/server.h"
#include "server/storage/memory_store.h"
#include "server/studies/study_book.h"
#include "tests/rpc/support/call.h"
#include "tests/rpc/support/fake_run_book.h"
#include "tests/rpc/support/server_fixture.h"

namespace thalweg::rpc {
namespace {

using namespace std::chrono_literals;

/// Lowers the number of descriptors while it lives.
class FewFiles {
 public:
  explicit FewFiles(rlim_t files) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{files, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewFiles() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

class Descriptors {
 public:
  ~Descriptors() {
    for (const int fd : fds_) close(fd);
  }
  void Add(int fd) { fds_.push_back(fd); }
  const std::vector<int>& all() const { return fds_; }

 private:
  std::vector<int> fds_;
};

void Connect(int socket, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Whether it is accepted is the server's business.
  static_cast<void>(connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
}

/// Remembers what it was told of connections.
class Connections final : public EventSink {
 public:
  void On(const ConnectionsCounted& event) override { open = event.open; }
  void On(const ConnectionRejected& event) override {
    (event.reason == "limit" ? beyond_limit : without_descriptor)++;
  }
  void On(const SelfProbed& event) override { (event.failure.empty() ? served : not_served)++; }

  std::atomic<int64_t> open{0};
  std::atomic<int> beyond_limit{0};
  std::atomic<int> without_descriptor{0};
  std::atomic<int> served{0};
  std::atomic<int> not_served{0};
};

class AcceptorTest : public testing::Test {
 protected:
  AcceptorTest() { Start({}); }

  void Start(ServerOptions options) {
    server_.reset();
    options.address = "127.0.0.1:0";
    auto server = Server::Start(runs_, *studies_, events_, options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  bool Answers() {
    for (int attempt = 0; attempt < 50; ++attempt) {
      if (Health(ChannelTo(server_->port()), "live") == 1) return true;
      std::this_thread::sleep_for(100ms);
    }
    return false;
  }

  FakeRunBook runs_;
  Connections events_;
  storage::MemoryStore store_;
  std::unique_ptr<studies::StudyBook> studies_ =
      *studies::StudyBook::Open(runs_, store_, events_, {});
  std::unique_ptr<Server> server_;
};

TEST_F(AcceptorTest, TurnsConnectionsAwayBeforeDescriptorsRunOut) {
  ASSERT_TRUE(Answers());
  const FewFiles few(250);
  {
    Descriptors clients;
    for (int i = 0; i < 110; ++i) {
      clients.Add(socket(AF_INET, SOCK_STREAM, 0));
      Connect(clients.all().back(), server_->port());
    }
    EXPECT_TRUE(Eventually([&] { return events_.without_descriptor > 0; }));
  }
  EXPECT_TRUE(Answers());
}

TEST_F(AcceptorTest, AcceptsAgainAfterDescriptorsHaveRunOut) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP()
      << "UBSan opens a pipe to look at an object's type, and takes failure for a bad type";
#endif
  ASSERT_TRUE(Answers());
  const FewFiles few(250);
  {
    Descriptors clients;
    Descriptors others;
    for (int i = 0; i < 20; ++i) clients.Add(socket(AF_INET, SOCK_STREAM, 0));
    for (int fd = 0; (fd = open("/dev/null", O_RDONLY)) >= 0;) others.Add(fd);
    for (const int client : clients.all()) Connect(client, server_->port());
    EXPECT_TRUE(Eventually([&] { return events_.without_descriptor >= 10; }));
  }
  EXPECT_TRUE(Answers());
}

TEST_F(AcceptorTest, HoldsNoMoreConnectionsThanItsLimit) {
  ServerOptions options;
  options.max_connections = 5;
  Start(options);
  {
    Descriptors clients;
    for (int i = 0; i < 12; ++i) {
      clients.Add(socket(AF_INET, SOCK_STREAM, 0));
      Connect(clients.all().back(), server_->port());
    }
    EXPECT_TRUE(Eventually([&] { return events_.beyond_limit >= 7; }));
    EXPECT_LE(events_.open, 5);
  }
  EXPECT_TRUE(Answers());  // those that left have made room
}

TEST_F(AcceptorTest, AsksItselfWhetherNewConnectionsAreServed) {
  ServerOptions options;
  options.probe_interval = 20ms;
  Start(options);
  EXPECT_TRUE(Eventually([&] { return events_.served >= 3; }));
  EXPECT_EQ(events_.not_served, 0);
}

TEST(OpenConnections, ForgetsWhatWasClosedEvenWhereItsNumberIsInUseAgain) {
  OpenConnections open;
  const int kept = socket(AF_INET, SOCK_STREAM, 0);
  const int closed = socket(AF_INET, SOCK_STREAM, 0);
  const int replaced = socket(AF_INET, SOCK_STREAM, 0);
  for (const int each : {kept, closed, replaced}) open.Add(each);

  const int other = socket(AF_INET, SOCK_STREAM, 0);
  close(closed);
  ASSERT_EQ(dup2(other, replaced), replaced);
  open.Sweep();

  EXPECT_EQ(open.size(), 1U);
  for (const int each : {kept, replaced, other}) close(each);
}

TEST(RaiseFileLimit, RaisesToTheHardLimitAndRefusesTooFew) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const FewFiles few(100);
  const auto files = RaiseFileLimit();
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(static_cast<rlim_t>(*files), before.rlim_max);
  EXPECT_FALSE(RaiseFileLimit(*files + 1).ok());
}

}  // namespace
}  // namespace thalweg::rpc
