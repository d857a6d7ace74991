#include "server/web/origins.h"

#include <algorithm>

namespace thalweg::web {
namespace {

constexpr char kReadable[] = "grpc-status, grpc-message, grpc-status-details-bin, x-request-id";
constexpr char kPreflightSeconds[] = "7200";  // the longest that Chromium keeps it

/// Whether `origin` is where `host` is: the scheme is left open, since a proxy may speak TLS.
bool IsSame(std::string_view origin, std::string_view host) {
  const size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && !host.empty() &&
         SameName(origin.substr(scheme + 3), host);
}

}  // namespace

bool Origins::Allows(std::string_view origin) const {
  return std::any_of(allowed_.begin(), allowed_.end(), [&](const std::string& each) {
    return each == "*" || SameName(each, origin);
  });
}

bool Origins::Permit(const Request& request) const {
  const std::string_view origin = request.Header("Origin");
  return origin.empty() || IsSame(origin, request.Header("Host")) || Allows(origin);
}

Fields Origins::HeadersFor(const Request& request) const {
  const std::string_view origin = request.Header("Origin");
  if (origin.empty() || !Allows(origin)) return {};
  return {{"Access-Control-Allow-Origin", std::string(origin)},
          {"Access-Control-Expose-Headers", kReadable},
          {"Vary", "Origin"}};
}

Response Origins::AnswerPreflight(const Request& request) const {
  if (!Permit(request)) {
    return {.status = 403, .body = "origin not allowed\n", .headers = {}};
  }
  Response response{.status = 204, .body = "", .headers = HeadersFor(request)};
  response.headers.emplace_back("Allow", "POST, OPTIONS");
  if (response.headers.size() == 1) return response;
  response.headers.emplace_back("Access-Control-Allow-Methods", "POST");
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                std::string(request.Header("Access-Control-Request-Headers")));
  response.headers.emplace_back("Access-Control-Max-Age", kPreflightSeconds);
  return response;
}

}  // namespace thalweg::web
