#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace thalweg::tls {

/// Where the PEM files are.
struct Files {
  std::string certificate;  ///< The server's own first, then those that lead to a root.
  std::string key;          ///< Of the server's certificate; without a passphrase.
  std::string client_ca;    ///< Who may sign clients' certificates; empty: none is asked for.

  bool operator==(const Files&) const = default;
};

/// What the files hold.
struct Texts {
  std::string certificate;
  std::string key;
  std::string client_ca;

  bool operator==(const Texts&) const = default;
};

/// A server's identity, ready for use: certificate and key are PEM and belong together.
struct Material {
  Texts texts;
  std::shared_ptr<SSL_CTX> context;  ///< TLS 1.2 or later; asks for clients' certificates or not.
  std::string subject;               ///< "CN = thalweg.example.org".
  std::chrono::system_clock::time_point valid_from;
  std::chrono::system_clock::time_point expires;
};

/// Reads the files. FAILED_PRECONDITION names the one that cannot be read.
absl::StatusOr<Texts> Read(const Files& files);

/// Checks what was read. INVALID_ARGUMENT names the file and what is wrong with it: no PEM, a key
/// with a passphrase, a key of another certificate, one too weak.
absl::StatusOr<std::shared_ptr<const Material>> Check(const Files& files, Texts texts);

}  // namespace thalweg::tls
