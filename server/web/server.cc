#include "server/web/server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/web/session.h"

namespace thalweg::web {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

/// Milliseconds for which what was sent may stay unacknowledged: a peer that lost its power says no
/// goodbye.
using SilenceLimit = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;

/// Bytes that may wait in the kernel unsent: a slow client is known as one early, and what it is
/// sent next is newer.
constexpr int kMostUnsent = 256 << 10;
using UnsentLimit = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;

/// Before trying to accept again when no file descriptor was left.
constexpr std::chrono::milliseconds kAcceptPause{100};

constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 21\r\nRetry-After: 1\r\nConnection: close\r\n\r\ntoo many connections\n";

std::string Print(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return endpoint.address().is_v6() ? absl::StrCat("[", host, "]:", endpoint.port())
                                    : absl::StrCat(host, ":", endpoint.port());
}

/// host:port or [v6]:port; of a name's addresses the first of IPv4, if it has one.
absl::StatusOr<tcp::endpoint> Resolve(asio::io_context& context, const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) ||
      port < 0 || port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("'", address, "' is not host:port"));
  }
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  Error error;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
  if (error || found.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot resolve '", host, "'"));
  }
  const auto v4 = std::find_if(found.begin(), found.end(), [](const auto& entry) {
    return entry.endpoint().address().is_v4();
  });
  return v4 == found.end() ? found.begin()->endpoint() : v4->endpoint();
}

absl::Status CannotListen(const std::string& address, const Error& error) {
  return absl::UnavailableError(absl::StrCat("cannot listen on ", address, ": ", error.message()));
}

class ServerImpl final : public Server {
 public:
  ServerImpl(const ServerOptions& options, Router router, const BridgeOptions& bridge)
      : options_(options), router_(std::move(router)) {
    if (bridge.channel) bridge_.emplace(bridge);
  }

  ~ServerImpl() override { Stop(std::chrono::milliseconds(0)); }

  absl::Status Listen() {
    const auto endpoint = Resolve(context_, options_.address);
    if (!endpoint.ok()) return endpoint.status();
    Error error;
    acceptor_.open(endpoint->protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error && endpoint->address().is_v6()) {
      acceptor_.set_option(asio::ip::v6_only(false), error);
    }
    if (!error) acceptor_.bind(*endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) address_ = Print(acceptor_.local_endpoint(error));
    return error ? CannotListen(options_.address, error) : absl::OkStatus();
  }

  void Run() {
    Accept();
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { context_.run(); });
  }

  const std::string& address() const override { return address_; }

  void Stop(std::chrono::milliseconds grace) override {
    asio::post(acceptor_.get_executor(), [this] {
      Error ignored;
      acceptor_.close(ignored);
      pause_.cancel();
    });
    for (const auto& session : StopAdmitting()) session->Finish();
    {
      std::unique_lock lock(mutex_);
      none_left_.wait_for(lock, grace, [this] { return sessions_.empty(); });
    }
    for (const auto& session : StopAdmitting()) session->Abort();
    work_.reset();  // the threads end with their last session
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    if (bridge_) bridge_->WaitForNone();  // what gRPC's threads do with the context is done
  }

 private:
  using Sessions = std::list<std::weak_ptr<Session>>;

  void Accept() {
    acceptor_.async_accept(asio::make_strand(context_), [this](Error error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (!error) Admit(std::move(socket));
      if (error != asio::error::no_descriptors && error != asio::error::no_memory &&
          error != asio::error::no_buffer_space) {
        return Accept();
      }
      pause_.expires_after(kAcceptPause);
      pause_.async_wait([this](Error) {
        if (acceptor_.is_open()) Accept();
      });
    });
  }

  void Admit(tcp::socket socket) {
    Error ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(SilenceLimit(static_cast<int>(options_.write_timeout.count())), ignored);
    socket.set_option(UnsentLimit(kMostUnsent), ignored);
    // What is in force now; the connection keeps it.
    const auto material = options_.identity ? options_.identity->Current() : nullptr;
    std::shared_ptr<Session> session;  // let go of after the lock, as in StopAdmitting
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (sessions_.size() >= static_cast<size_t>(options_.max_connections)) {
      if (material) return;
      socket.non_blocking(true, ignored);
      socket.write_some(asio::buffer(kTooMany.data(), kTooMany.size()), ignored);
      socket.shutdown(tcp::socket::shutdown_send, ignored);
      return;
    }
    std::shared_ptr<void> handshaking;
    if (material && !(handshaking = PlaceForHandshake())) return;
    const auto place = sessions_.emplace(sessions_.end());
    session = std::make_shared<Session>(std::move(socket), material.get(), std::move(handshaking),
                                        options_, router_, bridge_ ? &*bridge_ : nullptr,
                                        [this, place] { Remove(place); });
    *place = session;
    session->Start();
  }

  /// Null where there are too many already.
  std::shared_ptr<void> PlaceForHandshake() {
    if (handshakes_ >= options_.max_handshakes) return nullptr;
    ++handshakes_;
    return {this, [](ServerImpl* server) { --server->handshakes_; }};
  }

  void Remove(Sessions::iterator place) {
    const std::lock_guard lock(mutex_);
    sessions_.erase(place);
    if (sessions_.empty()) none_left_.notify_all();
  }

  /// The sessions that live, of which there will be no more. They are let go of without the lock:
  /// the last to let go of a session removes it, which takes the lock.
  std::vector<std::shared_ptr<Session>> StopAdmitting() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    std::vector<std::shared_ptr<Session>> living;
    for (const auto& weak : sessions_) {
      if (auto session = weak.lock()) living.push_back(std::move(session));
    }
    return living;
  }

  const ServerOptions options_;
  const Router router_;
  std::optional<Bridge> bridge_;
  std::string address_;

  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ =
      asio::make_work_guard(context_);
  tcp::acceptor acceptor_{asio::make_strand(context_)};
  asio::steady_timer pause_{acceptor_.get_executor()};
  std::vector<std::thread> threads_;

  std::mutex mutex_;
  std::condition_variable none_left_;
  Sessions sessions_;  // those that live; each removes itself
  bool stopping_ = false;
  std::atomic<int> handshakes_{0};
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, Router router,
                                                      const BridgeOptions& bridge) {
  auto server = std::make_unique<ServerImpl>(options, std::move(router), bridge);
  if (absl::Status listening = server->Listen(); !listening.ok()) return listening;
  server->Run();
  return server;
}

}  // namespace thalweg::web
