#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thalweg::web {

/// A request, as handlers see it.
struct Request {
  std::string_view method;  ///< "GET"; HEAD comes as GET, and its answer is sent without its body.
  std::string_view path;    ///< "/metrics": without the query; begins with '/'.
  std::string_view query;   ///< Behind the '?', undecoded.
  std::string_view body;
};

/// An answer. The server adds lengths, the date and the security headers.
struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< More of them.
};

}  // namespace thalweg::web
