// Hazard F1: gRPC 1.51's own listener never accepts again once descriptors have run out.

#include "server/rpc/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "server/rpc/file_limit.h"
#include "server/rpc/server.h"
#include "server/storage/memory_store.h"
#include "server/studies/study_book.h"
#include "tests/rpc/support/call.h"
#include "tests/rpc/support/fake_run_book.h"

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

class AcceptorTest : public testing::Test {
 protected:
  AcceptorTest() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    auto server = Server::Start(runs_, *studies_, events_, options);
    EXPECT_TRUE(server.ok()) << server.status();
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
  EventSink events_;
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
    for (int i = 0; i < 100 && server_->refused_connections() == 0; ++i) {
      std::this_thread::sleep_for(20ms);
    }
    EXPECT_GT(server_->refused_connections(), 0);
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
    for (int i = 0; i < 100 && server_->refused_connections() < 10; ++i) {
      std::this_thread::sleep_for(20ms);
    }
    EXPECT_GE(server_->refused_connections(), 10);
  }
  EXPECT_TRUE(Answers());
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
