#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

#include <grpcpp/support/status.h>

#include "client/cpp/error.h"

namespace thalweg::client {

/// Decides what becomes of a watch whose stream has ended before its time: it is taken up again
/// after 0.1 s, 0.2 s ... up to 1 s, until so much time has passed since the last message.
class Patience {
 public:
  Patience(std::chrono::milliseconds give_up_after, std::stop_token stop)
      : give_up_after_(give_up_after), stop_(std::move(stop)) {}

  /// A message has come.
  void Heard();
  /// The error that ends the watch; or nothing, after a wait: try again. `on_lost` may be empty.
  std::optional<Error> AfterLoss(const grpc::Status& ending,
                                 const std::function<void(const Error&)>& on_lost);

 private:
  const std::chrono::milliseconds give_up_after_;
  const std::stop_token stop_;
  std::chrono::steady_clock::time_point last_message_ = std::chrono::steady_clock::now();
  std::chrono::milliseconds wait_{100};
};

/// What a stream of ill-formed batches is.
Error MalformedBatches();

}  // namespace thalweg::client
