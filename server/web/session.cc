#include "server/web/session.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <limits>
#include <utility>

#include "server/web/rpc_answer.h"
#include "server/web/security_headers.h"

namespace thalweg::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::chrono::seconds kLingerTime{1};
constexpr size_t kReadBytes = 4096;

/// For who speaks HTTP where HTTPS is spoken.
constexpr std::string_view kPlainHttp =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 47\r\nConnection: close\r\n\r\nthis port speaks TLS: ask for https:// "
    "instead\n";

/// Whether what came was no request, as opposed to not coming.
bool IsClientsMistake(const beast::error_code& error) {
  return error.category() == beast::error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream;
}

/// The answer to a request that could not be read.
Response Refusal(const beast::error_code& error) {
  if (error == http::error::header_limit) {
    return {.status = 431, .body = "request header too large\n", .headers = {}};
  }
  if (error == http::error::body_limit) {
    return {.status = 413, .body = "request body too large\n", .headers = {}};
  }
  return {.status = 400, .body = "bad request\n", .headers = {}};
}

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

/// A request but for its body; the path is empty where the target is none.
Request Understand(const http::request<http::string_body>& message) {
  Request request;
  request.method = View(message.method_string());
  if (request.method == "HEAD") request.method = "GET";
  std::string_view target = View(message.target());
  if (const size_t scheme = target.find("://");
      !target.empty() && target[0] != '/' && scheme != std::string_view::npos) {
    target.remove_prefix(std::min(target.size(), target.find('/', scheme + 3)));  // as to a proxy
  }
  const size_t question = target.find('?');
  if (!target.empty() && target[0] == '/') request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    request.headers.emplace_back(View(field.name_string()), View(field.value()));
  }
  return request;
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const tls::Material* material,
                 std::shared_ptr<void> handshaking, const ServerOptions& options,
                 const Router& router, Bridge* bridge, std::function<void()> ended)
    : connection_(std::move(socket), material),
      handshaking_(std::move(handshaking)),
      options_(options),
      router_(router),
      bridge_(bridge),
      ended_(std::move(ended)) {}

Session::~Session() { ended_(); }

void Session::Start() {
  asio::post(connection_.get_executor(), [self = shared_from_this()] {
    self->connection_.secure() ? self->ShakeHands() : self->AwaitRequest();
  });
}

void Session::Finish() {
  finishing_ = true;
  asio::post(connection_.get_executor(), [self = shared_from_this()] {
    if (self->waiting_) self->Close();
  });
}

void Session::Abort() {
  asio::post(connection_.get_executor(), [self = shared_from_this()] { self->Close(); });
}

void Session::ShakeHands() {
  if (finishing_) return Close();
  waiting_ = true;
  connection_.ExpireAfter(options_.handshake_timeout);  // for all of it
  connection_.Handshake([self = shared_from_this()](Error error) { self->OnShaken(error); });
}

void Session::OnShaken(Error error) {
  waiting_ = false;
  handshaking_.reset();
  if (!error) return AwaitRequest();
  if (!Connection::IsPlainHttp(error)) return Close();
  connection_.ExpireAfter(options_.handshake_timeout);
  asio::async_write(connection_.tcp(), asio::buffer(kPlainHttp.data(), kPlainHttp.size()),
                    [self = shared_from_this()](Error, size_t) { self->Close(); });
}

void Session::AwaitRequest() {
  if (finishing_) return Close();
  if (buffer_.size() > 0) return ReadRequest();  // the client sent several at once
  waiting_ = true;
  connection_.ExpireAfter(options_.idle_timeout);
  connection_.async_read_some(buffer_.prepare(kReadBytes),
                              [self = shared_from_this()](Error error, size_t bytes) {
                                self->waiting_ = false;
                                if (error) return self->Close();
                                self->buffer_.commit(bytes);
                                self->ReadRequest();
                              });
}

void Session::ReadRequest() {
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(options_.max_header_bytes));
  parser_->body_limit(std::numeric_limits<uint64_t>::max());  // the header tells which it is
  connection_.ExpireAfter(options_.request_timeout);  // for all of it, however it trickles in
  http::async_read_header(
      connection_, buffer_, *parser_,
      [self = shared_from_this()](Error error, size_t) { self->OnHead(error); });
}

void Session::OnHead(Error error) {
  if (error && !IsClientsMistake(error)) return Close();  // it left, or was too slow
  if (error) return Send(Refusal(error), /*keep_alive=*/false, /*head_only=*/false);

  request_ = Understand(parser_->get());
  is_rpc_ = bridge_ != nullptr && bridge_->Concerns(request_);
  if (auto answer = AnswerByHead()) {
    const bool bodiless = parser_->is_done();
    return Send(*std::move(answer), bodiless && parser_->get().keep_alive() && !finishing_,
                parser_->get().method() == http::verb::head);
  }
  http::async_read(connection_, buffer_, *parser_,
                   [self = shared_from_this()](Error failed, size_t) { self->OnRequest(failed); });
}

/// The answer to what is not to be read on; the limits of what is.
std::optional<Response> Session::AnswerByHead() {
  if (is_rpc_) {
    if (parser_->get().version() < 11) {
      return Response{.status = 505, .body = "gRPC-Web needs HTTP/1.1\n", .headers = {}};
    }
    if (auto answer = bridge_->AnswerHead(request_)) return answer;
  }
  const size_t limit = is_rpc_ ? bridge_->max_body_bytes() : options_.max_body_bytes;
  const uint64_t length = parser_->content_length().value_or(parser_->chunked() ? limit : 0);
  if (length > limit) {
    return is_rpc_ ? bridge_->TooLarge(request_, length) : Refusal(http::error::body_limit);
  }
  if (length > options_.max_body_bytes) {
    reserved_ = bridge_->Reserve(length);
    if (!reserved_) return bridge_->Overloaded(request_);
  }
  parser_->body_limit(limit);
  return std::nullopt;
}

void Session::OnRequest(Error error) {
  if (error && !IsClientsMistake(error)) return Close();  // it left, or was too slow
  if (error) return Send(Refusal(error), /*keep_alive=*/false, /*head_only=*/false);

  const auto& message = parser_->get();
  request_.body = message.body();
  if (is_rpc_) return AnswerRpc();
  Response response = router_.Answer(request_);
  Send(std::move(response), message.keep_alive() && !finishing_,
       message.method() == http::verb::head);
}

void Session::AnswerRpc() {
  const bool keep_alive = parser_->get().keep_alive() && !finishing_;
  auto call = bridge_->Understand(request_);
  if (!call.ok()) return Send(bridge_->Refuse(request_, call.status()), keep_alive, false);

  keep_alive_ = keep_alive;
  const auto answer =
      std::make_shared<RpcAnswer>(shared_from_this(), connection_, buffer_, options_.write_timeout,
                                  bridge_->Head(request_, keep_alive), [this](bool intact) {
                                    if (!intact) return Close();
                                    keep_alive_ ? AwaitRequest() : Linger();
                                  });
  call->body = std::move(parser_->get().body());
  Forget();
  answer->Run([&](std::shared_ptr<CallClient> client) {
    return bridge_->Start(*std::move(call), connection_.get_executor(), std::move(client));
  });
}

void Session::Forget() {
  request_ = {};
  parser_.reset();
  head_.reset();
  answer_ = {};
  reserved_.reset();
  buffer_.shrink_to_fit();
}

void Session::Send(Response response, bool keep_alive, bool head_only) {
  keep_alive_ = keep_alive;
  answer_ = Answer(static_cast<http::status>(response.status), 11);
  for (const auto& [name, value] : kSecurityHeaders) {
    answer_.set(beast::string_view(name.data(), name.size()),
                beast::string_view(value.data(), value.size()));
  }
  answer_.set(http::field::content_type, response.content_type);
  answer_.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : response.headers) answer_.set(name, value);
  answer_.body() = std::move(response.body);
  answer_.keep_alive(keep_alive);
  answer_.prepare_payload();
  if (response.status == 204 || response.status == 304) {
    answer_.erase(http::field::content_length);
    answer_.erase(http::field::content_type);
  }

  connection_.ExpireAfter(options_.write_timeout);
  const auto sent = [self = shared_from_this()](Error error, size_t) { self->OnSent(error); };
  if (!head_only) return http::async_write(connection_, answer_, sent);
  head_.emplace(answer_);
  http::async_write_header(connection_, *head_, sent);
}

void Session::OnSent(Error error) {
  if (error) return Close();
  Forget();
  keep_alive_ ? AwaitRequest() : Linger();
}

void Session::Linger() {
  connection_.ExpireAfter(kLingerTime);
  connection_.EndWriting([self = shared_from_this()] { self->Drop(); });
}

void Session::Drop() {
  buffer_.clear();
  connection_.tcp().async_read_some(buffer_.prepare(kReadBytes),
                                    [self = shared_from_this()](Error error, size_t) {
                                      if (error) return self->Close();
                                      self->Drop();
                                    });
}

void Session::Close() { connection_.Close(); }

}  // namespace thalweg::web
