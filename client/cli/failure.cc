#include "client/cli/failure.h"

#include "client/cli/output/error_text.h"

namespace thalweg::cli {
namespace {

ExitCode ExitCodeOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return kNotReached;
    case grpc::StatusCode::CANCELLED:  // only Ctrl-C stops calls here
      return kInterrupted;
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::DATA_LOSS:
      return kEndedBadly;
    default:
      return kRefused;
  }
}

}  // namespace

Failure FailureFrom(const client::Error& error) {
  return {ExitCodeOf(error.code), ErrorText(error)};
}

}  // namespace thalweg::cli
