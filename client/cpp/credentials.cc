#include "client/cpp/credentials.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace thalweg::client {
namespace {

constexpr char kSystem[] = "system";
constexpr size_t kMostTokenBytes = 4096;

Error Invalid(std::string text) {
  return {grpc::StatusCode::INVALID_ARGUMENT, std::move(text), {}, "INVALID_VALUE", {}};
}

/// A PEM file that must hold a block of this kind.
Result<std::string> ReadPem(const std::string& option, const std::string& path,
                            const std::string& kind) {
  Result<std::string> text = ReadFileOf(option, path);
  if (text.ok() && text->find(kind + "-----") == std::string::npos) {
    return Invalid(option + " " + path + ": holds no " + kind + " in PEM form (-----BEGIN ...)");
  }
  return text;
}

/// The token in a file: its text without blanks around it.
Result<std::string> ReadToken(const std::string& path) {
  const Result<std::string> text = ReadFileOf("--token-file", path);
  if (!text.ok()) return text;
  const size_t begin = text->find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return Invalid("--token-file " + path + ": is empty");
  const std::string token = text->substr(begin, text->find_last_not_of(" \t\r\n") - begin + 1);
  for (const char c : token) {
    if (c <= ' ' || c > '~' || token.size() > kMostTokenBytes) {
      return Invalid("--token-file " + path +
                     ": holds no token (one word of at most 4096 letters)");
    }
  }
  return token;
}

class AddToken final : public grpc::experimental::Interceptor {
 public:
  explicit AddToken(std::string path) : path_(std::move(path)) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_INITIAL_METADATA)) {
      // A file that is gone by now: the server says that there is no token.
      const Result<std::string> token = ReadToken(path_);
      if (token.ok()) {
        methods->GetSendInitialMetadata()->emplace("authorization", "Bearer " + *token);
      }
    }
    methods->Proceed();
  }

 private:
  const std::string path_;
};

class AddTokenFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit AddTokenFactory(std::string path) : path_(std::move(path)) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo* /*call*/) override {
    return new AddToken(path_);  // gRPC deletes it
  }

 private:
  const std::string path_;
};

}  // namespace

Result<std::string> ReadFileOf(const std::string& option, const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || (text.empty() && errno != 0)) {
    return Invalid(option + " " + path + ": cannot be read: " + std::strerror(errno));
  }
  return text;
}

Result<std::shared_ptr<grpc::ChannelCredentials>> CredentialsFrom(
    const ConnectionOptions& options) {
  const bool own = !options.tls_certificate_file.empty() || !options.tls_key_file.empty();
  if (options.tls_ca_file.empty()) {
    if (own || !options.tls_server_name.empty()) {
      return Invalid(
          "a certificate of yours or a server's name means nothing without TLS: give --tls-ca-file "
          "(a PEM file, or: system)");
    }
    return grpc::InsecureChannelCredentials();
  }
  if (own && (options.tls_certificate_file.empty() || options.tls_key_file.empty())) {
    return Invalid("--tls-certificate-file and --tls-key-file go together");
  }
  grpc::SslCredentialsOptions ssl;
  const auto read = [](std::string& to, const char* option, const std::string& path,
                       const char* kind) -> Result<bool> {
    Result<std::string> text = ReadPem(option, path, kind);
    if (!text.ok()) return text.error();
    to = *std::move(text);
    return true;
  };
  if (options.tls_ca_file != kSystem) {
    const auto ca = read(ssl.pem_root_certs, "--tls-ca-file", options.tls_ca_file, "CERTIFICATE");
    if (!ca.ok()) return ca.error();
  }
  if (own) {
    const auto certificate = read(ssl.pem_cert_chain, "--tls-certificate-file",
                                  options.tls_certificate_file, "CERTIFICATE");
    if (!certificate.ok()) return certificate.error();
    const auto key = read(ssl.pem_private_key, "--tls-key-file", options.tls_key_file, "KEY");
    if (!key.ok()) return key.error();
  }
  return grpc::SslCredentials(ssl);
}

std::optional<Error> WhyNoToken(const ConnectionOptions& options, bool loopback) {
  const std::string& plaintext = options.token_in_plaintext;
  if (!plaintext.empty() && plaintext != "on" && plaintext != "off") {
    return Invalid("--token-in-plaintext: '" + plaintext + "' is not on or off");
  }
  if (options.token_file.empty()) return std::nullopt;
  const Result<std::string> token = ReadToken(options.token_file);
  if (!token.ok()) return token.error();
  if (options.tls_ca_file.empty() && !loopback && plaintext != "on") {
    return Invalid(
        "the token would be sent unencrypted to another machine: give --tls-ca-file, or "
        "--token-in-plaintext on");
  }
  return std::nullopt;
}

Interceptors TokenFrom(const ConnectionOptions& options) {
  Interceptors interceptors;
  if (!options.token_file.empty()) {
    interceptors.push_back(std::make_unique<AddTokenFactory>(options.token_file));
  }
  return interceptors;
}

}  // namespace thalweg::client
