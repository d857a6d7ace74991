#pragma once

#include <functional>
#include <map>
#include <string>

#include "server/web/http.h"

namespace thalweg::web {

/// Answers a request; called on a web thread, so it must be quick. May be called by several at
/// once.
using Handler = std::function<Response(const Request&)>;

/// Which handler answers which path and method. Paths are exact; a path that ends in '/' other than
/// the root answers for all below it that have no longer match. An unknown path is answered 404,
/// another method 405.
class Router {
 public:
  Router& Add(const std::string& method, const std::string& path, Handler handler);

  Response Answer(const Request& request) const;

 private:
  using Methods = std::map<std::string, Handler, std::less<>>;

  const Methods* Find(std::string_view path) const;

  std::map<std::string, Methods, std::less<>> paths_;
};

}  // namespace thalweg::web
