#pragma once

#include <memory>
#include <string>

#include <grpcpp/channel.h>

#include "client/cpp/connection_options.h"
#include "client/cpp/error.h"

namespace thalweg::client {

inline constexpr char kDefaultAddress[] = "localhost:50051";

/// The address to use: `given`, or THALWEG_SERVER where that is empty, or localhost:50051. A host
/// without a port gets 50051; "[::1]:50051" and gRPC's own forms ("dns:///...", "unix:/path") pass
/// as they are. INVALID_ARGUMENT for a web address or an impossible port.
Result<std::string> ServerAddress(const std::string& given);

/// A channel that is kept alive while calls are open, that repeats failed calls as ServiceConfig()
/// says, and that shares no connection with others. Does not connect yet. INVALID_ARGUMENT for what
/// can be known to be wrong without: see ServerAddress, CredentialsFrom, WhyNoToken.
Result<std::shared_ptr<grpc::Channel>> MakeChannel(const ConnectionOptions& options);

/// gRPC's service config: reads, and CreateRun (which always carries a request_id), are tried up to
/// four times while the server is UNAVAILABLE, after 0.1 s, 0.2 s, 0.4 s (with gRPC's jitter);
/// throttled when most tries fail. Streams are not in it: Watch takes those up itself.
std::string ServiceConfig();

}  // namespace thalweg::client
