#include "server/rpc/handlers/get_server_info.h"

#include <string>

namespace thalweg::rpc {

absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo(
    const ServerInfo& info, const CallContext& call, const v1::GetServerInfoRequest& /*request*/) {
  v1::GetServerInfoResponse response;
  response.set_version(info.version);
  response.mutable_settings()->insert(info.settings.begin(), info.settings.end());
  if (!call.caller.name.empty()) {  // one with a token
    v1::Identity& caller = *response.mutable_caller();
    caller.set_name(call.caller.name);
    caller.set_tenant(call.caller.tenant);
    caller.set_role(std::string(access::RoleName(call.caller.role)));
  }
  return response;
}

}  // namespace thalweg::rpc
