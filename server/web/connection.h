#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "server/tls/material.h"

namespace thalweg::web {

/// A client's connection, in plain text or under TLS: a stream in Asio's sense, with timeouts. All
/// of it runs on the socket's strand.
class Connection {
 public:
  using Error = boost::beast::error_code;
  using Tcp = boost::beast::tcp_stream;
  using executor_type = Tcp::executor_type;

  /// `material`: whom to be; null for plain text.
  Connection(boost::asio::ip::tcp::socket socket, const tls::Material* material);

  executor_type get_executor() { return tcp_.get_executor(); }

  /// Before anything else where secure(). Where the client speaks HTTP in plain text, the error is
  /// IsPlainHttp, and tcp() can tell it so.
  void Handshake(std::function<void(Error)> done);
  bool secure() const { return tls_.has_value(); }
  static bool IsPlainHttp(const Error& error);

  /// Nothing is written from now on; says so to the client.
  void EndWriting(std::function<void()> done);
  void Close() { tcp_.close(); }

  /// Of operations that begin from now on, reads that are under way excepted.
  void ExpireAfter(std::chrono::milliseconds time) { tcp_.expires_after(time); }
  void ExpireNever() { tcp_.expires_never(); }
  /// The read that is under way ends with an error, or gives what it has. No write may be.
  void CancelRead();

  /// The bytes below TLS.
  Tcp& tcp() { return tcp_; }

  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    tls_ ? tls_->async_read_some(buffers, std::forward<Handler>(handler))
         : tcp_.async_read_some(buffers, std::forward<Handler>(handler));
  }
  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    tls_ ? tls_->async_write_some(buffers, std::forward<Handler>(handler))
         : tcp_.async_write_some(buffers, std::forward<Handler>(handler));
  }

 private:
  Tcp tcp_;
  std::optional<boost::asio::ssl::stream<Tcp&>> tls_;
};

}  // namespace thalweg::web
