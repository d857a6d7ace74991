#pragma once

#include <string>
#include <vector>

#include "server/web/http.h"

namespace thalweg::web {

/// Which web pages may call the service (Fetch standard, CORS). There is no login, so a page of
/// another site that a person happens to visit must not reach a server in their private network:
/// only pages that came from this server may, and those of origins named at start.
class Origins {
 public:
  /// Origins as browsers send them, "https://example.org:8443"; "*" is any.
  explicit Origins(std::vector<std::string> allowed) : allowed_(std::move(allowed)) {}

  /// Whether who sent the request may: no browser (no Origin), a page of this server (its origin is
  /// the Host that was asked), or an allowed one.
  bool Permit(const Request& request) const;

  /// The fields that let a permitted page of another origin read the answer; none for our own.
  Fields HeadersFor(const Request& request) const;

  /// The answer to a browser's question beforehand: 204 with what is permitted, or 403.
  Response AnswerPreflight(const Request& request) const;

 private:
  bool Allows(std::string_view origin) const;

  const std::vector<std::string> allowed_;
};

}  // namespace thalweg::web
