#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

namespace thalweg::testing {

/// A certificate and its key, as PEM texts.
struct Pem {
  std::string certificate;
  std::string key;
};

/// What a certificate is to say.
struct Wanted {
  std::string name = "localhost";
  std::string others = "DNS:localhost,IP:127.0.0.1";  ///< subjectAltName; empty: none.
  int from_days = -1;                                 ///< From now.
  int to_days = 10;
};

/// A certificate authority of a test's own, with P-256 keys, which are made in no time.
class Authority {
 public:
  explicit Authority(const std::string& name = "Test CA") : key_(NewKey()) {
    certificate_ = Signed({.name = name, .others = ""}, key_.get(), /*authority=*/true);
  }

  std::string certificate() const { return Text(certificate_.get()); }

  Pem Issue(const Wanted& wanted = {}) const {
    const Key key = NewKey();
    return {Text(Signed(wanted, key.get(), /*authority=*/false).get()), Text(key.get())};
  }

 private:
  using Key = std::shared_ptr<EVP_PKEY>;
  using Certificate = std::shared_ptr<X509>;

  static Key NewKey() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

  Certificate Signed(const Wanted& wanted, EVP_PKEY* key, bool authority) const {
    constexpr int kDay = 24 * 3600;
    static long serial = 1;
    Certificate made(X509_new(), X509_free);
    X509* const out = made.get();
    X509_set_version(out, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(out), serial++);
    X509_gmtime_adj(X509_getm_notBefore(out), wanted.from_days * kDay);
    X509_gmtime_adj(X509_getm_notAfter(out), wanted.to_days * kDay);
    X509_set_pubkey(out, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(out), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wanted.name.c_str()), -1, -1,
                               0);
    X509_set_issuer_name(out, X509_get_subject_name(authority ? out : certificate_.get()));
    Extend(out, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (!wanted.others.empty()) Extend(out, NID_subject_alt_name, wanted.others);
    X509_sign(out, key_.get(), EVP_sha256());
    return made;
  }

  static void Extend(X509* certificate, int which, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_nconf_nid(nullptr, nullptr, which, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  static std::string Take(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<size_t>(size));
    BIO_free(bio);
    return text;
  }
  static std::string Text(X509* certificate) {
    BIO* const bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    return Take(bio);
  }
  static std::string Text(EVP_PKEY* key) {
    BIO* const bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    return Take(bio);
  }

  Key key_;
  Certificate certificate_;
};

inline void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// Writes a certificate and its key as `stem`.crt and `stem`.key, the latter for nobody else.
inline void WritePem(const std::string& stem, const Pem& pem) {
  WriteText(stem + ".crt", pem.certificate);
  WriteText(stem + ".key", pem.key);
  using std::filesystem::perms;
  std::filesystem::permissions(stem + ".key", perms::owner_read | perms::owner_write);
}

/// A client's side of TLS that trusts `authority`, speaks up to `version`, and shows `own` where
/// that is not empty.
inline std::shared_ptr<SSL_CTX> ClientContext(const std::string& authority, const Pem& own = {},
                                              int version = TLS1_3_VERSION) {
  const auto bio = [](const std::string& text) {
    return std::shared_ptr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                BIO_free);
  };
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_cipher_list(context.get(), "ALL@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  X509* const root = PEM_read_bio_X509(bio(authority).get(), nullptr, nullptr, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), root);
  X509_free(root);
  if (own.key.empty()) return context;
  X509* const certificate =
      PEM_read_bio_X509(bio(own.certificate).get(), nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context.get(), certificate);
  X509_free(certificate);
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(bio(own.key).get(), nullptr, nullptr, nullptr);
  SSL_CTX_use_PrivateKey(context.get(), key);
  EVP_PKEY_free(key);
  return context;
}

}  // namespace thalweg::testing
