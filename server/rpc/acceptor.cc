#include "server/rpc/acceptor.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg::rpc {
namespace {

constexpr int kBacklog = 1024;
constexpr int kUserTimeoutMs = 20'000;  // unacknowledged data for so long: the peer is gone

absl::Status Failed(const std::string& what, const std::string& address) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot ", what, " ", address, ": ", std::strerror(errno)));
}

void Set(int socket, int level, int option, int value) {
  setsockopt(socket, level, option, &value, sizeof(value));
}

struct Parts {
  std::string host;
  std::string port;
};

absl::StatusOr<Parts> Split(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("address '", address, "' is not of the form host:port"));
  }
  std::string host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return Parts{std::move(host), address.substr(colon + 1)};
}

absl::StatusOr<int> Bound(const addrinfo& at, const std::string& address) {
  const int type = at.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const int listener = socket(at.ai_family, type, at.ai_protocol);
  if (listener < 0) return Failed("open a socket for", address);
  Set(listener, SOL_SOCKET, SO_REUSEADDR, 1);  // take the port over from connections long closed
  if (at.ai_family == AF_INET6) Set(listener, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(listener, at.ai_addr, at.ai_addrlen) != 0 || listen(listener, kBacklog) != 0) {
    const absl::Status failed = Failed("listen on", address);
    close(listener);
    return failed;
  }
  return listener;
}

int PortOf(int listener) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size);
  return bound.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port)
             : ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
}

/// The first descriptor number that is too many. The kernel always gives the lowest free number, so
/// the number of a new connection says how many descriptors are in use.
int64_t MostDescriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int64_t>(limit.rlim_cur / 5 * 4);
}

int OpenReserve() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Listen(const std::string& address) {
  const auto parts = Split(address);
  if (!parts.ok()) return parts.status();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const char* const host = parts->host.empty() ? nullptr : parts->host.c_str();
  if (const int error = getaddrinfo(host, parts->port.c_str(), &hints, &found); error != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("address '", address, "': ", gai_strerror(error)));
  }
  const auto listener = Bound(*found, address);
  freeaddrinfo(found);
  if (!listener.ok()) return listener.status();
  const int stopper = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return std::unique_ptr<Acceptor>(new Acceptor(*listener, stopper, PortOf(*listener)));
}

Acceptor::Acceptor(int listener, int stopper, int port)
    : listener_(listener), stopper_(stopper), port_(port), reserve_(OpenReserve()) {}

Acceptor::~Acceptor() {
  Stop();
  if (reserve_ >= 0) close(reserve_);
  close(stopper_);
  close(listener_);
}

void Acceptor::Start(std::unique_ptr<ToGrpc> grpc) {
  grpc_ = std::move(grpc);
  thread_ = std::thread([this] { Work(); });
}

void Acceptor::Stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  if (write(stopper_, &one, sizeof(one)) < 0) return;
  thread_.join();
  shutdown(listener_, SHUT_RDWR);  // connections that wait are refused, not left hanging
}

void Acceptor::Work() {
  while (true) {
    pollfd ready[] = {{listener_, POLLIN, 0}, {stopper_, POLLIN, 0}};
    if (poll(ready, 2, /*timeout=*/-1) < 0) continue;  // a signal
    if (ready[1].revents != 0) return;
    AcceptAll();
  }
}

void Acceptor::AcceptAll() {
  while (true) {
    const int connection =
        accept4(listener_, /*addr=*/nullptr, /*len=*/nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection >= 0) {
      Deliver(connection);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return MakeRoom();
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    }  // else that connection alone has failed: ECONNABORTED and its like
  }
}

void Acceptor::MakeRoom() {
  if (reserve_ >= 0) {
    // Tell one client to go away rather than let all of them wait in the dark.
    close(reserve_);
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) close(connection);
    ++refused_;
  }
  reserve_ = OpenReserve();
  // Without a reserve there is nothing to do but to wait for someone to leave.
  if (reserve_ < 0) poll(nullptr, 0, /*timeout=*/50);
}

void Acceptor::Deliver(int connection) {
  if (connection >= MostDescriptors()) {
    close(connection);
    ++refused_;
    return;
  }
  Set(connection, IPPROTO_TCP, TCP_NODELAY, 1);
  Set(connection, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMs);
  ToGrpc::NewConnectionParameters parameters;
  parameters.listener_fd = listener_;
  parameters.fd = connection;
  grpc_->HandleNewConnection(&parameters);
}

}  // namespace thalweg::rpc
