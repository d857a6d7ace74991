#pragma once

#include <gmock/gmock.h>
#include <grpcpp/support/status.h>

#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/core/violation.h"

namespace thalweg::rpc {

/// What a program finds in `grpc-status-details-bin`.
struct Details {
  bool readable = false;
  int code = 0;
  std::string message;
  int error_infos = 0;
  google::rpc::ErrorInfo info;
  std::vector<std::string> fields;        ///< Of the BadRequest.
  std::vector<std::string> descriptions;  ///< Of the BadRequest.
  int64_t retry_seconds = 0;              ///< 0: no RetryInfo.
};

inline Details DetailsOf(const grpc::Status& status) {
  Details details;
  google::rpc::Status wire;
  details.readable = wire.ParseFromString(status.error_details());
  details.code = wire.code();
  details.message = wire.message();
  for (const auto& any : wire.details()) {
    google::rpc::BadRequest request;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&details.info)) ++details.error_infos;
    if (any.UnpackTo(&retry)) details.retry_seconds = retry.retry_delay().seconds();
    if (!any.UnpackTo(&request)) continue;
    for (const auto& violation : request.field_violations()) {
      details.fields.push_back(violation.field());
      details.descriptions.push_back(violation.description());
    }
  }
  return details;
}

/// grpc::Status with this code and ErrorInfo.reason.
MATCHER_P2(RefusedWith, code, reason, "") {
  const Details details = DetailsOf(arg);
  *result_listener << "code " << arg.error_code() << ", reason " << details.info.reason()
                   << ", message: " << arg.error_message();
  return arg.error_code() == code && details.info.reason() == reason &&
         details.info.domain() == "thalweg" && details.error_infos == 1;
}

/// absl::Status of a bad value, at this field, for this reason.
MATCHER_P2(ViolatesAt, field, reason, "") {
  *result_listener << arg.ToString();
  for (const Violation& violation : ViolationsOf(arg)) {
    if (violation.field == field && violation.reason == reason) return true;
  }
  return false;
}

}  // namespace thalweg::rpc
