#include "client/cpp/patience.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace thalweg::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstWait{100};
constexpr milliseconds kLongestWait{1'000};

/// Whether the same watch may succeed later: the server was not reached, or it is restarting.
bool IsLoss(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::OK:  // ended without the update marked `last`: it is draining
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::INTERNAL:  // how gRPC reports a stream that was reset
      return true;
    default:
      return false;
  }
}

/// Sleeps unless `stop` is requested meanwhile.
void WaitFor(milliseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, duration, [] { return false; });
}

}  // namespace

void Patience::Heard() {
  last_message_ = std::chrono::steady_clock::now();
  wait_ = kFirstWait;
}

std::optional<Error> Patience::AfterLoss(const grpc::Status& ending,
                                         const std::function<void(const Error&)>& on_lost) {
  if (stop_.stop_requested()) {
    return Error{grpc::StatusCode::CANCELLED, "the watch was stopped", {}, {}, {}};
  }
  const grpc::Status status = AsLoss(ending, stop_);
  Error error = ErrorFrom(status);
  if (status.ok()) {
    error = {grpc::StatusCode::UNAVAILABLE, "the stream ended before the run did", {}, {}, {}};
  }
  const auto silence = std::chrono::steady_clock::now() - last_message_;
  if (!IsLoss(status) || silence >= give_up_after_) return error;
  if (on_lost) on_lost(error);
  WaitFor(wait_, stop_);
  wait_ = std::min(2 * wait_, kLongestWait);
  return std::nullopt;
}

Error MalformedBatches() {
  return {grpc::StatusCode::DATA_LOSS,
          "the server sent iterates whose columns differ in length",
          {},
          {},
          {}};
}

}  // namespace thalweg::client
