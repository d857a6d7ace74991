#pragma once

#include <grpcpp/server_builder.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"

namespace thalweg::rpc {

/// Listens on one TCP address and hands connections to gRPC.
///
/// gRPC 1.51 can listen by itself, but once accept() has failed for want of descriptors it never
/// accepts again (CVE-2023-4785; reproduced on Debian 12), and it knows no limit to connections.
/// This listener keeps a reserve: connections beyond four fifths of the descriptors are closed at
/// once, and it goes on when there are some again.
class Acceptor {
 public:
  using ToGrpc = grpc::experimental::ExternalConnectionAcceptor;

  /// Binds and listens; "host:port", "[::1]:port", port 0 for any. No second server may share the
  /// port (no SO_REUSEPORT).
  static absl::StatusOr<std::unique_ptr<Acceptor>> Listen(const std::string& address);
  ~Acceptor();

  /// Begins to accept. `grpc` is that of the server, which has been started.
  void Start(std::unique_ptr<ToGrpc> grpc);
  /// Accepts nothing from now on; the port is free. May be called again.
  void Stop();

  int port() const { return port_; }
  int64_t refused() const { return refused_; }  ///< Connections closed for want of descriptors.

 private:
  Acceptor(int listener, int stopper, int port);
  void Work();
  void AcceptAll();
  void MakeRoom();
  void Deliver(int connection);

  const int listener_;
  const int stopper_;  // an eventfd; readable: stop
  const int port_;
  int reserve_;  // a descriptor to give up when there are no others
  std::atomic<int64_t> refused_{0};
  std::unique_ptr<ToGrpc> grpc_;
  std::thread thread_;
};

}  // namespace thalweg::rpc
