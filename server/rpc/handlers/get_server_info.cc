#include "server/rpc/handlers/get_server_info.h"

namespace thalweg::rpc {

absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo(
    const ServerInfo& info, const v1::GetServerInfoRequest& /*request*/) {
  v1::GetServerInfoResponse response;
  response.set_version(info.version);
  response.mutable_settings()->insert(info.settings.begin(), info.settings.end());
  return response;
}

}  // namespace thalweg::rpc
