#include "server/web/bridge.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/web/grpc_web.h"
#include "server/web/security_headers.h"

namespace thalweg::web {
namespace {

/// Of all large bodies that are on their way.
constexpr uint64_t kMostBodyBytes = 256 << 20;

grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

}  // namespace

Bridge::Bridge(const BridgeOptions& options)
    : max_message_bytes_(options.max_message_bytes),
      origins_(options.allowed_origins),
      stub_(options.channel) {}

bool Bridge::Concerns(const Request& request) const { return IsRpcPath(request.path); }

std::optional<Response> Bridge::AnswerHead(const Request& request) const {
  if (request.method == "OPTIONS") return origins_.AnswerPreflight(request);
  Response response{.headers = origins_.HeadersFor(request)};
  if (request.method != "POST") {
    response.status = 405;
    response.body = "an RPC is called with POST\n";
    response.headers.emplace_back("Allow", "POST, OPTIONS");
  } else if (!origins_.Permit(request)) {
    response.status = 403;
    response.body = absl::StrCat("pages from ", std::string(request.Header("Origin")),
                                 " may not call this server (--http-allowed-origins)\n");
  } else if (!IsGrpcWebType(request.Header("Content-Type"))) {
    response.status = 415;
    response.body =
        "this is gRPC-Web in its binary form: content type application/grpc-web or "
        "application/grpc-web+proto; not application/grpc-web-text, and not gRPC itself\n";
  } else {
    return std::nullopt;
  }
  return response;
}

size_t Bridge::max_body_bytes() const { return max_message_bytes_ + kFramePrefix; }

Response Bridge::TooLarge(const Request& request, uint64_t bytes) const {
  return Refuse(request, absl::ResourceExhaustedError(
                             absl::StrCat("request body of ", bytes, " bytes; at most ",
                                          max_body_bytes(), " are allowed (--max-message-mib)")));
}

std::shared_ptr<void> Bridge::Reserve(uint64_t bytes) {
  if (reserved_.fetch_add(bytes) + bytes > kMostBodyBytes + max_body_bytes()) {
    reserved_ -= bytes;
    return nullptr;
  }
  return {this, [bytes](Bridge* bridge) { bridge->reserved_ -= bytes; }};
}

Response Bridge::Overloaded(const Request& request) const {
  return Refuse(request, absl::UnavailableError("too many large requests at once; try again"));
}

absl::StatusOr<CallRequest> Bridge::Understand(const Request& request) const {
  const auto message = OnlyMessage(request.body);
  if (!message.ok()) return message.status();
  const auto timeout = ParseTimeout(request.Header("grpc-timeout"));
  if (!timeout.ok()) return timeout.status();
  auto metadata = MetadataOf(request);
  if (!metadata.ok()) return metadata.status();
  return CallRequest{.method = std::string(request.path),
                     .metadata = *std::move(metadata),
                     .body = "",
                     .offset = kFramePrefix,
                     .timeout = *timeout};
}

Response Bridge::Refuse(const Request& request, const absl::Status& status) const {
  Response response{.content_type = kGrpcWebType, .headers = origins_.HeadersFor(request)};
  AppendTrailers(ToGrpc(status), {}, response.body);
  return response;
}

std::string Bridge::Head(const Request& request, bool keep_alive) const {
  std::string head = absl::StrCat("HTTP/1.1 200 OK\r\nContent-Type: ", kGrpcWebType,
                                  "\r\nTransfer-Encoding: chunked\r\nCache-Control: no-store\r\n",
                                  "X-Accel-Buffering: no\r\n");  // for proxies of nginx's kind
  if (!keep_alive) head += "Connection: close\r\n";
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  for (const auto& [name, value] : kSecurityHeaders) add(name, value);
  for (const auto& [name, value] : origins_.HeadersFor(request)) add(name, value);
  return head;
}

std::shared_ptr<Call> Bridge::Start(CallRequest request, const Call::Executor& executor,
                                    std::shared_ptr<CallClient> client) {
  return Call::Start(stub_, std::move(request), executor, std::move(client), count_);
}

}  // namespace thalweg::web
