#include "client/cpp/connection_options.h"

#include <cstdlib>

namespace thalweg::client {

std::span<const ConnectionOption> ConnectionOptionTable() {
  using O = ConnectionOptions;
  // The server's own certificate has the names THALWEG_TLS_CERTIFICATE_FILE and _KEY_FILE, which in
  // a container both programs see.
  static constexpr ConnectionOption kTable[] = {
      {"server", "THALWEG_SERVER", &O::server, "ADDRESS", "Server, host:port [localhost:50051]"},
      {"tls-ca-file", "THALWEG_TLS_CA_FILE", &O::tls_ca_file, "FILE",
       "Who may sign the server's certificate, PEM, or: system; without it nothing is encrypted"},
      {"tls-certificate-file", "THALWEG_CLIENT_CERTIFICATE_FILE", &O::tls_certificate_file, "FILE",
       "Your certificate, PEM, for a server that asks for one"},
      {"tls-key-file", "THALWEG_CLIENT_KEY_FILE", &O::tls_key_file, "FILE", "Its private key, PEM"},
      {"tls-server-name", "THALWEG_TLS_SERVER_NAME", &O::tls_server_name, "NAME",
       "Name in the server's certificate, where it is not the host's"},
      {"token-file", "THALWEG_TOKEN_FILE", &O::token_file, "FILE",
       "Your token, read anew for each call"},
      {"token-in-plaintext", "THALWEG_TOKEN_IN_PLAINTEXT", &O::token_in_plaintext, "on|off",
       "Send the token unencrypted beyond this machine [off]"},
  };
  return kTable;
}

ConnectionOptions WithEnvironment(ConnectionOptions given) {
  for (const ConnectionOption& option : ConnectionOptionTable()) {
    std::string& value = given.*(option.field);
    const char* const variable = std::getenv(option.variable);
    if (value.empty() && variable != nullptr) value = variable;
  }
  return given;
}

}  // namespace thalweg::client
