#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "server/rpc/call_context.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// What this server tells about itself; put together in main.
struct ServerInfo {
  std::string version;
  std::map<std::string, std::string> settings;  ///< In force, by the name of their flag.
};

absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo(const ServerInfo& info,
                                                        const CallContext& call,
                                                        const v1::GetServerInfoRequest& request);

}  // namespace thalweg::rpc
