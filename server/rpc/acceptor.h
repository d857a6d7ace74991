#pragma once

#include <grpcpp/server_builder.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/statusor.h"
#include "server/events/events.h"
#include "server/rpc/open_connections.h"

namespace thalweg::rpc {

/// Listens on one TCP address and hands connections to gRPC.
///
/// gRPC 1.51 can listen by itself, but once accept() has failed for want of descriptors it never
/// accepts again (CVE-2023-4785; reproduced on Debian 12), and it knows no limit to connections.
/// This listener keeps a reserve: connections beyond four fifths of the descriptors, and those
/// beyond a limit of their own, are closed at once, and it goes on when there is room again.
class Acceptor {
 public:
  using ToGrpc = grpc::experimental::ExternalConnectionAcceptor;

  /// Binds and listens; "host:port", "[::1]:port", port 0 for any. No second server may share the
  /// port (no SO_REUSEPORT).
  static absl::StatusOr<std::unique_ptr<Acceptor>> Listen(const std::string& address);
  ~Acceptor();

  /// Begins to accept, at most so many at a time (0: as many as there are descriptors for). `grpc`
  /// is that of the server, which has been started. Tells `events`, which outlive this, how many
  /// are open, and which are turned away.
  void Start(std::unique_ptr<ToGrpc> grpc, EventSink& events, size_t most_connections);
  /// Accepts nothing from now on; the port is free. May be called again.
  void Stop();

  const sockaddr_storage& address() const { return address_; }
  int port() const;

 private:
  using Clock = std::chrono::steady_clock;

  Acceptor(int listener, int stopper);
  void Work();
  void AcceptAll();
  void MakeRoom();
  void Deliver(int connection);
  void Refuse(int connection, std::string_view reason);
  bool IsFull();
  void Count(Clock::duration at_most_every);

  const int listener_;
  const int stopper_;  // an eventfd; readable: stop
  const sockaddr_storage address_;
  int reserve_;  // a descriptor to give up when there are no others
  std::unique_ptr<ToGrpc> grpc_;
  EventSink* events_ = nullptr;
  size_t most_connections_ = 0;
  OpenConnections open_;  // the thread's, as are the next two
  Clock::time_point counted_{};
  size_t told_ = 0;
  std::thread thread_;
};

}  // namespace thalweg::rpc
