#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace thalweg::access {

/// What a token allows; each role may do what the ones before it may.
enum class Role {
  kMonitor,  ///< Reads /metrics.
  kViewer,   ///< Reads what its tenant has.
  kUser,     ///< Makes and steers its tenant's runs and studies.
  kAdmin,    ///< All of that, for all tenants.
};

std::string_view RoleName(Role role);  ///< "monitor" ...
std::optional<Role> RoleOf(std::string_view name);

/// Who calls. As it stands: anyone, on a server without tokens, where all is allowed.
struct Caller {
  std::string name;    ///< Of the token, for people and logs.
  std::string tenant;  ///< Whose runs it makes and sees; empty where there are no tenants.
  Role role = Role::kAdmin;

  bool sees_all_tenants() const { return role == Role::kAdmin; }
};

}  // namespace thalweg::access
