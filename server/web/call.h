#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "server/web/http.h"

namespace thalweg::web {

/// Calls that gRPC still has in its hands.
class CallCount {
 public:
  void Add();
  void Remove();
  void WaitForNone();

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  size_t calls_ = 0;
};

/// What a call is made of.
struct CallRequest {
  std::string method;  ///< "/package.Service/Method"
  Fields metadata;     ///< Legal for gRPC.
  std::string body;    ///< With the message at `offset`.
  size_t offset = 0;
  std::optional<std::chrono::nanoseconds> timeout;
};

/// Whom a call tells, on the executor it was started with, that there is more to take.
class CallClient {
 public:
  virtual ~CallClient() = default;
  virtual void OnNews() = 0;
};

/// One RPC within the process, unary or server streaming, its messages as bytes. It reads on while
/// what waits for the client is small, so a slow client holds kEnough bytes and one message. Keeps
/// itself and its client alive until gRPC is done with it.
class Call final : private grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  using Executor = boost::beast::tcp_stream::executor_type;

  struct Output {
    bool began = false;  ///< The initial metadata have come; before, there is nothing.
    std::string head;    ///< Their lines, once.
    std::string frames;  ///< What came since; with the trailers when it is over.
    bool over = false;
  };

  /// `count` outlives the call.
  static std::shared_ptr<Call> Start(grpc::GenericStub& stub, CallRequest request,
                                     const Executor& executor, std::shared_ptr<CallClient> client,
                                     CallCount& count);

  /// What there is now; what was taken before is sent. Where there is nothing, the client is told
  /// when there is.
  Output Take();

  /// The client is gone.
  void Cancel();

 private:
  static constexpr size_t kEnough = 256 << 10;  // bytes that wait or are being sent

  Call(CallRequest request, const Executor& executor, std::shared_ptr<CallClient> client,
       CallCount& count);

  void OnReadInitialMetadataDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  void Announce();  // requires mutex_

  grpc::ClientContext context_;
  grpc::ByteBuffer message_;   // the request's
  grpc::ByteBuffer response_;  // gRPC's between StartRead and OnReadDone
  CallCount& count_;
  std::shared_ptr<Call> self_;

  std::mutex mutex_;
  boost::asio::executor_work_guard<Executor> work_;
  std::shared_ptr<CallClient> client_;
  Output output_;       // without `began`
  bool began_ = false;  // gRPC may tell of messages before the initial metadata
  size_t being_sent_ = 0;
  bool reading_ = true;    // gRPC has response_
  bool read_all_ = false;  // there is no further message
  bool cancelled_ = false;
  bool awaited_ = false;  // the client is to be told of more
};

}  // namespace thalweg::web
