#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "server/tls/identity.h"

namespace thalweg::rpc {

/// Credentials that show, to every new connection, the certificate in force then, and ask for the
/// client's where the identity says so. `identity` outlives the server.
///
/// gRPC's own FileWatcherCertificateProvider does without a certificate when a file is half-written
/// or its key does not match yet; here only what has passed the checks of `tls` comes to gRPC.
std::shared_ptr<grpc::ServerCredentials> TlsCredentials(const tls::Identity& identity);

}  // namespace thalweg::rpc
