#include "server/access/caller.h"

#include <algorithm>
#include <iterator>

namespace thalweg::access {
namespace {

constexpr std::string_view kNames[] = {"monitor", "viewer", "user", "admin"};

}  // namespace

std::string_view RoleName(Role role) { return kNames[static_cast<size_t>(role)]; }

std::optional<Role> RoleOf(std::string_view name) {
  const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<Role>(found - std::begin(kNames));
}

}  // namespace thalweg::access
