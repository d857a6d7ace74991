#pragma once

#include <string>

namespace thalweg::runs {

/// What a request_id is kept by: tenants that use the same one do not meet. Line ends keep those of
/// tenants apart from those that were kept before there were any.
inline std::string RequestKey(const std::string& tenant, const std::string& request_id) {
  if (tenant.empty() || request_id.empty()) return request_id;
  return "\n" + tenant + "\n" + request_id;
}

}  // namespace thalweg::runs
