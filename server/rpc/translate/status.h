#pragma once

#include <grpcpp/support/status.h>

#include <functional>
#include <string_view>

#include "absl/status/status.h"

namespace thalweg::rpc {

/// Is told, in one line, what a caller must not see: the text of an internal error.
using IncidentLog = std::function<void(std::string_view line)>;

/// The one place where an absl::Status becomes a grpc::Status.
///
/// The message is cut at 2 KiB. `grpc-status-details-bin` holds a google.rpc.Status with exactly
/// one ErrorInfo {reason, domain "thalweg"}, a BadRequest with the violations of an
/// INVALID_ARGUMENT, a RetryInfo where waiting helps, and a QuotaFailure for a limit. Both together
/// stay below 6 KiB, because a client of gRPC 1.51 refuses 8 KiB of metadata and would lose the
/// error: violations that do not fit are left out.
///
/// INTERNAL and UNKNOWN are our mistakes: the text goes to `incidents`, the caller gets a name of
/// the incident to quote: the request's id, which the ErrorInfo of every error has in a CallScope.
grpc::Status ToGrpc(const absl::Status& status, const IncidentLog& incidents);

/// "InvalidArgument" for INVALID_ARGUMENT: how metrics name codes.
std::string_view CodeName(grpc::StatusCode code);

}  // namespace thalweg::rpc
