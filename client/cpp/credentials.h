#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/security/credentials.h>
#include <grpcpp/support/client_interceptor.h>

#include "client/cpp/connection_options.h"
#include "client/cpp/error.h"

namespace thalweg::client {

/// The text of a file; INVALID_ARGUMENT names the option that asked for it and what is wrong.
Result<std::string> ReadFileOf(const std::string& option, const std::string& path);

/// TLS as `options` want it, or none. INVALID_ARGUMENT for files that cannot be read or hold no
/// PEM, and for options that mean nothing without TLS.
Result<std::shared_ptr<grpc::ChannelCredentials>> CredentialsFrom(const ConnectionOptions& options);

using Interceptors =
    std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>>;

/// Why a token cannot be sent: a file that cannot be read, plain text to another machine
/// (`loopback`: it goes to this one) without leave. Nothing where it can, or where there is none.
std::optional<Error> WhyNoToken(const ConnectionOptions& options, bool loopback);

/// What puts the token of --token-file, as it is then, into every call; nothing without a file.
Interceptors TokenFrom(const ConnectionOptions& options);

}  // namespace thalweg::client
