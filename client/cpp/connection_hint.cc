#include "client/cpp/connection_hint.h"

namespace thalweg::client {
namespace {

struct Hint {
  const char* sign;  // in gRPC's message
  const char* text;
};

// As gRPC 1.51 and OpenSSL 3.0 say it.
constexpr Hint kHints[] = {
    {"certificate verify failed",
     "the server's certificate is not signed by an authority in --tls-ca-file, or has expired"},
    {"is not in peer certificate",
     "the server's certificate is for another name than the one it was reached by: use that, or "
     "--tls-server-name"},
    {"wrong version number", "the server speaks plain text: leave --tls-ca-file out"},
    {"certificate required",
     "the server asks for a certificate of yours: --tls-certificate-file and --tls-key-file"},
    {"alert unknown ca",
     "the server does not accept your certificate: another authority has signed it"},
    {"Socket closed",
     "the server may speak TLS: --tls-ca-file; or ask for a certificate of yours, or not accept "
     "it: --tls-certificate-file and --tls-key-file"},
};

}  // namespace

std::string ConnectionHint(const Error& error) {
  if (error.code == grpc::StatusCode::UNAUTHENTICATED) {
    return "--token-file or THALWEG_TOKEN_FILE names the file that holds your token";
  }
  if (error.code != grpc::StatusCode::UNAVAILABLE) return "";
  for (const Hint& hint : kHints) {
    if (error.message.find(hint.sign) != std::string::npos) return hint.text;
  }
  return "";
}

}  // namespace thalweg::client
