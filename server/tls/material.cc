#include "server/tls/material.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace thalweg::tls {
namespace {

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
void FreeBio(BIO* bio) { BIO_free(bio); }
using Bio = std::unique_ptr<BIO, Freed<BIO, FreeBio>>;
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;

constexpr size_t kMostBytes = 1 << 20;  // of one file

/// The last word of OpenSSL, and an empty queue.
std::string Reason() {
  const unsigned long error = ERR_peek_last_error();
  const char* const reason = ERR_reason_error_string(error);
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

absl::Status Wrong(const std::string& file, const std::string& what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(file, ": ", what));
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.gcount() == 0 && !file.eof())) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": cannot be read: ", std::strerror(errno)));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMostBytes) return Wrong(path, "has more than 1 MiB");
  return text;
}

Bio Reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// All certificates of a PEM text; what stands between them is skipped.
std::vector<Certificate> CertificatesIn(const std::string& text) {
  std::vector<Certificate> certificates;
  const Bio bio = Reader(text);
  while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(next);
  }
  ERR_clear_error();  // it ends with "no start line"
  return certificates;
}

/// Says no rather than ask at a terminal; notes that it was asked.
int NoPassphrase(char* /*to*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::chrono::system_clock::time_point TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::string SubjectOf(const X509* certificate) {
  const Bio text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<size_t>(size)};
}

/// Picks HTTP/1.1 where the client names protocols (ALPN), and no other.
int PickHttp(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* chosen_size,
             const unsigned char* offered, unsigned int offered_size, void* /*context*/) {
  static constexpr unsigned char kHttp[] = "\x08http/1.1";
  unsigned char* picked = nullptr;
  const int found =
      SSL_select_next_proto(&picked, chosen_size, kHttp, sizeof(kHttp) - 1, offered, offered_size);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = picked;
  return SSL_TLSEXT_ERR_OK;
}

absl::Status UseCertificates(const Files& files, const std::vector<Certificate>& chain,
                             SSL_CTX* context) {
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(files.certificate, ": cannot be used: ", Reason()));
  }
  for (size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(files.certificate, ": certificate ", i + 1, " cannot be used: ", Reason()));
    }
  }
  return absl::OkStatus();
}

absl::Status UseKey(const Files& files, const std::string& text, const X509* certificate,
                    SSL_CTX* context) {
  bool locked = false;
  const Key key(PEM_read_bio_PrivateKey(Reader(text).get(), nullptr, NoPassphrase, &locked));
  if (!key && locked) return Wrong(files.key, "has a passphrase; it must be without one");
  if (!key)
    return Wrong(files.key, "holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)");
  if (X509_check_private_key(certificate, key.get()) != 1) {
    return Wrong(files.key,
                 absl::StrCat("is not the key of the first certificate in ", files.certificate));
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(files.key, ": cannot be used: ", Reason()));
  }
  return absl::OkStatus();
}

/// Clients must show a certificate that one of the file's has signed.
absl::Status AskClients(const Files& files, const std::string& text, SSL_CTX* context) {
  const std::vector<Certificate> authorities = CertificatesIn(text);
  if (authorities.empty()) {
    return Wrong(files.client_ca, "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
  }
  for (const Certificate& authority : authorities) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return absl::OkStatus();
}

std::shared_ptr<SSL_CTX> NewContext() {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);  // 34 kB less an idle connection
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);  // tickets are enough
  static constexpr unsigned char kName[] = "thalweg";  // resumption with client certificates
  SSL_CTX_set_session_id_context(context.get(), kName, sizeof(kName) - 1);
  SSL_CTX_set_alpn_select_cb(context.get(), PickHttp, nullptr);
  return context;
}

}  // namespace

absl::StatusOr<Texts> Read(const Files& files) {
  Texts texts;
  const std::pair<const std::string*, std::string*> all[] = {
      {&files.certificate, &texts.certificate},
      {&files.key, &texts.key},
      {&files.client_ca, &texts.client_ca}};
  for (const auto& [path, text] : all) {
    if (path->empty()) continue;
    auto read = ReadFile(*path);
    if (!read.ok()) return read.status();
    *text = *std::move(read);
  }
  return texts;
}

absl::StatusOr<std::shared_ptr<const Material>> Check(const Files& files, Texts texts) {
  const std::vector<Certificate> chain = CertificatesIn(texts.certificate);
  if (chain.empty()) {
    return Wrong(files.certificate,
                 "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
  }
  const X509* const own = chain.front().get();
  auto material = std::make_shared<Material>();
  material->context = NewContext();
  SSL_CTX* const context = material->context.get();
  absl::Status status = UseCertificates(files, chain, context);
  if (status.ok()) status = UseKey(files, texts.key, own, context);
  if (status.ok() && !files.client_ca.empty()) status = AskClients(files, texts.client_ca, context);
  if (!status.ok()) return status;

  material->subject = SubjectOf(own);
  material->valid_from = TimeOf(X509_get0_notBefore(own));
  material->expires = TimeOf(X509_get0_notAfter(own));
  material->texts = std::move(texts);
  return std::shared_ptr<const Material>(std::move(material));
}

}  // namespace thalweg::tls
