#include "client/cli/failure.h"

#include "client/cli/output/error_text.h"
#include "client/cpp/connection_hint.h"

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
  const ExitCode code = ExitCodeOf(error.code);
  std::string text = ErrorText(error);
  if (const std::string hint = client::ConnectionHint(error); !hint.empty()) {
    text += "\n" + hint;
  } else if (code == kNotReached) {
    text += "\nis thalwegd there? its address is --server, or THALWEG_SERVER, or localhost:50051";
  }
  return {code, text};
}

}  // namespace thalweg::cli
