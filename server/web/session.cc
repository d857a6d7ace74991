#include "server/web/session.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace thalweg::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::chrono::seconds kLingerTime{1};
constexpr size_t kReadBytes = 4096;

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

/// The path and the query of a request's target; the path is empty where the target is none.
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
  request.body = message.body();
  return request;
}

/// What a browser must know to be safe with our pages: they load nothing from elsewhere, are shown
/// in no one's frame, and are what their type says.
template <typename Fields>
void AddSecurityHeaders(Fields& fields) {
  fields.set("X-Content-Type-Options", "nosniff");
  fields.set("X-Frame-Options", "DENY");
  fields.set("Referrer-Policy", "no-referrer");
  fields.set("Cross-Origin-Resource-Policy", "same-origin");
  fields.set("Content-Security-Policy",
             "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
             "base-uri 'none'; form-action 'none'");
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const ServerOptions& options, const Router& router,
                 std::function<void()> ended)
    : stream_(std::move(socket)), options_(options), router_(router), ended_(std::move(ended)) {}

Session::~Session() { ended_(); }

void Session::Start() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] { self->AwaitRequest(); });
}

void Session::Finish() {
  finishing_ = true;
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    if (self->waiting_) self->Close();
  });
}

void Session::Abort() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] { self->Close(); });
}

void Session::AwaitRequest() {
  if (finishing_) return Close();
  if (buffer_.size() > 0) return ReadRequest();  // the client sent several at once
  waiting_ = true;
  stream_.expires_after(options_.idle_timeout);
  stream_.async_read_some(buffer_.prepare(kReadBytes),
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
  parser_->body_limit(options_.max_body_bytes);
  stream_.expires_after(options_.request_timeout);  // for all of it, however it trickles in
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](Error error, size_t) { self->OnRequest(error); });
}

void Session::OnRequest(Error error) {
  if (error && !IsClientsMistake(error)) return Close();  // it left, or was too slow
  if (error) return Send(Refusal(error), /*keep_alive=*/false, /*head_only=*/false);

  const auto& message = parser_->get();
  Response response = router_.Answer(Understand(message));
  Send(std::move(response), message.keep_alive() && !finishing_,
       message.method() == http::verb::head);
}

void Session::Send(Response response, bool keep_alive, bool head_only) {
  keep_alive_ = keep_alive;
  answer_ = Answer(static_cast<http::status>(response.status), 11);
  AddSecurityHeaders(answer_);
  answer_.set(http::field::content_type, response.content_type);
  answer_.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : response.headers) answer_.set(name, value);
  answer_.body() = std::move(response.body);
  answer_.keep_alive(keep_alive);
  answer_.prepare_payload();

  stream_.expires_after(options_.write_timeout);
  const auto sent = [self = shared_from_this()](Error error, size_t) { self->OnSent(error); };
  if (!head_only) return http::async_write(stream_, answer_, sent);
  head_.emplace(answer_);
  http::async_write_header(stream_, *head_, sent);
}

void Session::OnSent(Error error) {
  if (error) return Close();
  if (!keep_alive_) return Linger();
  AwaitRequest();
}

void Session::Linger() {
  Error ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTime);
  Drop();
}

void Session::Drop() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kReadBytes),
                          [self = shared_from_this()](Error error, size_t) {
                            if (error) return self->Close();
                            self->Drop();
                          });
}

void Session::Close() { stream_.close(); }

}  // namespace thalweg::web
