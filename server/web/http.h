#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thalweg::web {

/// Names and values of a header's fields, in their order.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// Whether two names of fields are the same: their case does not matter.
inline bool SameName(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

/// A request, as handlers see it.
struct Request {
  std::string_view method;  ///< "GET"; HEAD comes as GET, and its answer is sent without its body.
  std::string_view path;    ///< "/metrics": without the query; begins with '/'.
  std::string_view query;   ///< Behind the '?', undecoded.
  std::string_view body = {};
  std::vector<std::pair<std::string_view, std::string_view>> headers = {};

  /// The value of the first field of that name; empty where there is none.
  std::string_view Header(std::string_view name) const {
    for (const auto& [field, value] : headers) {
      if (SameName(field, name)) return value;
    }
    return {};
  }
};

/// An answer. The server adds lengths and the security headers.
struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  Fields headers = {};  ///< More of them.
};

}  // namespace thalweg::web
