#pragma once

#include <span>
#include <string>

namespace thalweg::client {

/// How to reach a server. Whatever is empty is taken from the environment, where every field has a
/// variable, so that a program moves from a laptop to a cluster without a change.
struct ConnectionOptions {
  std::string server = {};                ///< host:port.
  std::string tls_ca_file = {};           ///< PEM, or "system"; empty: plain text.
  std::string tls_certificate_file = {};  ///< This client's own, PEM.
  std::string tls_key_file = {};
  std::string tls_server_name = {};
  std::string token_file = {};
  std::string token_in_plaintext = {};  ///< "on" or "off".
};

/// One row of the table below.
struct ConnectionOption {
  const char* flag;      ///< Without dashes.
  const char* variable;  ///< Of the environment.
  std::string ConnectionOptions::*field;
  const char* value_name;
  const char* meaning;
};

/// Every option of a connection, for help and for reading them.
std::span<const ConnectionOption> ConnectionOptionTable();

/// `given`, completed from the environment.
ConnectionOptions WithEnvironment(ConnectionOptions given);

}  // namespace thalweg::client
