#include "server/web/router.h"

#include <exception>
#include <utility>

namespace thalweg::web {
namespace {

std::string Allowed(const std::map<std::string, Handler, std::less<>>& methods) {
  std::string allowed;
  for (const auto& [method, handler] : methods) {
    allowed += (allowed.empty() ? "" : ", ") + method;
    if (method == "GET") allowed += ", HEAD";
  }
  return allowed;
}

}  // namespace

Router& Router::Add(const std::string& method, const std::string& path, Handler handler) {
  paths_[path][method] = std::move(handler);
  return *this;
}

const Router::Methods* Router::Find(std::string_view path) const {
  if (const auto exact = paths_.find(path); exact != paths_.end()) return &exact->second;
  for (size_t slash = path.rfind('/'); slash != 0 && slash != std::string_view::npos;
       slash = path.rfind('/', slash - 1)) {
    const auto above = paths_.find(path.substr(0, slash + 1));
    if (above != paths_.end()) return &above->second;
  }
  return nullptr;
}

Response Router::Answer(const Request& request) const {
  const Methods* const methods = Find(request.path);
  if (methods == nullptr) return {.status = 404, .body = "not found\n", .headers = {}};
  const auto handler = methods->find(request.method);
  if (handler == methods->end()) {
    return {
        .status = 405, .body = "method not allowed\n", .headers = {{"Allow", Allowed(*methods)}}};
  }
  try {
    return handler->second(request);
  } catch (const std::exception&) {
    return {.status = 500, .body = "internal error\n", .headers = {}};
  }
}

}  // namespace thalweg::web
