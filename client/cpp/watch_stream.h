#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>

#include "client/cpp/error.h"
#include "thalweg/v1/optimization_service.grpc.pb.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::client {

/// One connection's WatchRun stream, read from one thread. Asynchronous underneath for one reason:
/// a read can then be given up after a silence, which gRPC's blocking read cannot.
class WatchStream {
 public:
  WatchStream(v1::OptimizationService::StubInterface& service, const v1::WatchRunRequest& request,
              std::stop_token stop);
  ~WatchStream();

  /// Waits up to `silence` for the next message; false when there is none: the stream is over.
  bool Read(v1::WatchRunResponse* response, std::chrono::milliseconds silence);

  /// How the stream ended. After Read gave false, once.
  grpc::Status Finish();

 private:
  /// Waits for the operation in flight: whether it succeeded.
  bool Await();

  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  std::stop_callback<std::function<void()>> on_stop_;
  std::unique_ptr<grpc::ClientAsyncReaderInterface<v1::WatchRunResponse>> reader_;
  bool open_ = false;    // the call was started
  bool silent_ = false;  // given up after a silence
};

}  // namespace thalweg::client
