#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "server/web/bridge.h"
#include "server/web/connection.h"
#include "server/web/router.h"
#include "server/web/server.h"

namespace thalweg::web {

/// One connection, once it is secure where it has to be: reads a request, answers it, and so on,
/// until one side has enough. It keeps itself alive through its pending operation, and all of it
/// runs on the stream's strand.
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// `options`, `router` and `bridge` (null: there is none) outlive it; `ended` is called once, by
  /// the destructor. `material`: see Connection. `handshaking` is let go of when the client is done
  /// with that.
  Session(boost::asio::ip::tcp::socket socket, const tls::Material* material,
          std::shared_ptr<void> handshaking, const ServerOptions& options, const Router& router,
          Bridge* bridge, std::function<void()> ended);
  ~Session();

  void Start();
  /// Ends when the request in progress, if there is one, is answered. From any thread.
  void Finish();
  /// Ends now. From any thread.
  void Abort();

 private:
  using Error = boost::beast::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using Answer = boost::beast::http::response<boost::beast::http::string_body>;
  using AnswerHead = boost::beast::http::response_serializer<boost::beast::http::string_body>;

  void ShakeHands();
  void OnShaken(Error error);

  // The cycle of one request.
  void AwaitRequest();
  void ReadRequest();
  void OnHead(Error error);
  void OnRequest(Error error);
  std::optional<Response> AnswerByHead();
  void AnswerRpc();
  void Send(Response response, bool keep_alive, bool head_only);
  void OnSent(Error error);
  void Forget();

  // The end: what is still coming is read and dropped for a while, since closing with unread data
  // makes the kernel reset the connection, and the client would never see the answer.
  void Linger();
  void Drop();
  void Close();

  Connection connection_;
  std::shared_ptr<void> handshaking_;
  const ServerOptions& options_;
  const Router& router_;
  Bridge* const bridge_;
  const std::function<void()> ended_;

  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  Request request_;                 // of parser_
  bool is_rpc_ = false;             // request_
  std::shared_ptr<void> reserved_;  // for request_'s body
  Answer answer_;
  std::optional<AnswerHead> head_;
  bool keep_alive_ = false;
  bool waiting_ = false;                 // for a request's first byte
  std::atomic<bool> finishing_ = false;  // no request after the one in progress
};

}  // namespace thalweg::web
