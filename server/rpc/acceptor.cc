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
constexpr int kCountEveryMs = 5'000;
constexpr std::chrono::milliseconds kCountWhenFull{250};
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

sockaddr_storage AddressOf(int listener) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size);
  return bound;
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
  return std::unique_ptr<Acceptor>(new Acceptor(*listener, stopper));
}

Acceptor::Acceptor(int listener, int stopper)
    : listener_(listener),
      stopper_(stopper),
      address_(AddressOf(listener)),
      reserve_(OpenReserve()) {}

int Acceptor::port() const {
  return address_.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<const sockaddr_in6&>(address_).sin6_port)
             : ntohs(reinterpret_cast<const sockaddr_in&>(address_).sin_port);
}

Acceptor::~Acceptor() {
  Stop();
  if (reserve_ >= 0) close(reserve_);
  close(stopper_);
  close(listener_);
}

void Acceptor::Start(std::unique_ptr<ToGrpc> grpc, EventSink& events, size_t most_connections) {
  grpc_ = std::move(grpc);
  events_ = &events;
  most_connections_ = most_connections;
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
    const int timeout = open_.size() > 0 ? kCountEveryMs : -1;
    if (poll(ready, 2, timeout) < 0) continue;  // a signal
    if (ready[1].revents != 0) return;
    AcceptAll();
    Count(std::chrono::milliseconds(kCountEveryMs));
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
    if (connection >= 0) Refuse(connection, "descriptors");
  }
  reserve_ = OpenReserve();
  // Without a reserve there is nothing to do but to wait for someone to leave.
  if (reserve_ < 0) poll(nullptr, 0, /*timeout=*/50);
}

void Acceptor::Deliver(int connection) {
  if (connection >= MostDescriptors()) return Refuse(connection, "descriptors");
  if (IsFull()) return Refuse(connection, "limit");
  Set(connection, IPPROTO_TCP, TCP_NODELAY, 1);
  Set(connection, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMs);
  ToGrpc::NewConnectionParameters parameters;
  parameters.listener_fd = listener_;
  parameters.fd = connection;
  open_.Add(connection);
  grpc_->HandleNewConnection(&parameters);
}

void Acceptor::Refuse(int connection, std::string_view reason) {
  close(connection);
  events_->On(ConnectionRejected{reason});
}

bool Acceptor::IsFull() {
  if (most_connections_ == 0 || open_.size() < most_connections_) return false;
  Count(kCountWhenFull);
  return open_.size() >= most_connections_;
}

void Acceptor::Count(Clock::duration at_most_every) {
  const auto now = Clock::now();
  if (now >= counted_ + at_most_every) {
    counted_ = now;
    open_.Sweep();
  }
  if (std::exchange(told_, open_.size()) == open_.size()) return;
  events_->On(ConnectionsCounted{static_cast<int64_t>(open_.size())});
}

}  // namespace thalweg::rpc
