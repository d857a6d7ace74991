#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/tls/identity.h"
#include "server/web/bridge.h"
#include "server/web/router.h"

namespace thalweg::web {

struct ServerOptions {
  std::string address = "0.0.0.0:8080";  ///< host:port or [v6]:port; port 0 is any free one.
  int threads = 2;
  int max_connections = 4096;  ///< More are told 503 and closed. Each holds at most one RPC.
  size_t max_header_bytes = 8 << 10;
  size_t max_body_bytes = 64 << 10;  ///< But for RPCs, which have BridgeOptions' limit.
  /// A request must have arrived, and a page's answer be taken, so long after its first byte:
  /// whoever sends or reads a byte now and then is not kept. Of an RPC's answer something must be
  /// taken in the time, while there is something to take.
  std::chrono::milliseconds request_timeout{10'000};
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};  ///< Between two requests of one connection.

  const tls::Identity* identity = nullptr;  ///< For HTTPS; outlives the server. Null: plain HTTP.
  std::chrono::milliseconds handshake_timeout{10'000};
  /// At a time; connections beyond are closed. Each costs memory before anyone is known.
  int max_handshakes = 256;
};

/// An HTTP/1.1 server: asynchronous, on threads of its own. Answers RPCs through the bridge, if its
/// options have a channel, and all else by the router.
///
///   auto server = web::Server::Start({.address = "127.0.0.1:0"}, std::move(router), {channel});
///   if (!server.ok()) return server.status();   // "cannot listen on ...: Address already in use"
///   ... (*server)->address() ...                // "127.0.0.1:40123"
class Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options, Router router,
                                                       const BridgeOptions& bridge = {});
  virtual ~Server() = default;  ///< As Stop with no time to wait.

  /// Where it listens, with the port that was found.
  virtual const std::string& address() const = 0;

  /// Accepts no more, lets requests that have begun be answered for at most `grace`, then closes
  /// every connection. Idempotent; not from a handler.
  virtual void Stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace thalweg::web
