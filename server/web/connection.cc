#include "server/web/connection.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>

namespace thalweg::web {
namespace {

namespace asio = boost::asio;

/// Asio's view of a context that it may share; streams made of it keep the context itself.
asio::ssl::context Shared(SSL_CTX* context) {
  SSL_CTX_up_ref(context);
  return asio::ssl::context(context);
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const tls::Material* material)
    : tcp_(std::move(socket)) {
  if (material == nullptr) return;
  asio::ssl::context context = Shared(material->context.get());
  tls_.emplace(tcp_, context);
}

void Connection::Handshake(std::function<void(Error)> done) {
  tls_->async_handshake(asio::ssl::stream_base::server, std::move(done));
}

bool Connection::IsPlainHttp(const Error& error) {
  return error.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
}

void Connection::EndWriting(std::function<void()> done) {
  const auto end_tcp = [this, done = std::move(done)](Error) {
    Error ignored;
    tcp_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    done();
  };
  tls_ ? tls_->async_shutdown(end_tcp) : end_tcp({});
}

void Connection::CancelRead() {
  Error ignored;
  tcp_.socket().cancel(ignored);
}

}  // namespace thalweg::web
