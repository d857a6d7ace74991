#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace thalweg::testing {

inline grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

inline std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (buffer.Valid() && !buffer.Dump(&slices).ok()) return "";
  std::string bytes;
  for (const auto& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

/// A service on a server of its own that does what the method's name says, to bytes:
///
///   /test.Service/Echo    answers with the request
///   /test.Service/Tell    answers with the metadata it got; sends metadata and an odd error
///   /test.Service/Idle    sends nothing, ever
///   /test.Service/Flood   sends messages without end; the request is a message's size in decimal,
///                         and each begins with its number from 0, eight digits
class ScriptedService final : public grpc::CallbackGenericService {
 public:
  ScriptedService() {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(this);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.SetMaxReceiveMessageSize(4 << 20);
    server_ = builder.BuildAndStart();
  }
  ~ScriptedService() override { server_->Shutdown(); }

  std::shared_ptr<grpc::Channel> channel() {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    return server_->InProcessChannel(arguments);
  }

  int port() const { return port_; }            ///< For channels over TCP.
  int open() const { return open_; }            ///< Calls under way.
  int cancelled() const { return cancelled_; }  ///< Of all.
  int64_t sent() const { return sent_; }        ///< Messages of Flood.

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(ScriptedService& service, grpc::GenericCallbackServerContext& context)
        : service_(service), context_(context), method_(context.method()) {
      ++service_.open_;
      StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      const std::string request = BytesOf(request_);
      if (!ok) {
        Finish({grpc::INVALID_ARGUMENT, "no request"});
      } else if (method_ == "/test.Service/Echo") {
        response_ = BufferOf(request);
        StartWriteAndFinish(&response_, {}, grpc::Status::OK);
      } else if (method_ == "/test.Service/Tell") {
        Tell();
      } else if (method_ == "/test.Service/Flood") {
        padding_.assign(std::stoul(request) - 8, 'x');
        OnWriteDone(true);
      } else if (method_ == "/test.Service/Idle") {
        StartSendInitialMetadata();
      } else {
        Finish({grpc::UNIMPLEMENTED, "no such method"});
      }
    }
    void OnWriteDone(bool ok) override {
      if (method_ != "/test.Service/Flood") return;
      if (!ok) return Finish(grpc::Status::CANCELLED);
      ++service_.sent_;
      response_ = BufferOf(absl::StrCat(absl::Dec(number_++, absl::kZeroPad8), padding_));
      StartWrite(&response_);
    }
    void OnCancel() override {
      ++service_.cancelled_;
      if (method_ == "/test.Service/Idle") Finish(grpc::Status::CANCELLED);
    }
    void OnDone() override {
      --service_.open_;
      delete this;
    }

   private:
    void Tell() {
      std::string told;
      for (const auto& [key, value] : context_.client_metadata()) {
        absl::StrAppend(&told, std::string(key.data(), key.size()), "=",
                        std::string(value.data(), value.size()), "\n");
      }
      const auto left = context_.deadline() - std::chrono::system_clock::now();
      if (left < std::chrono::hours(1)) {
        absl::StrAppend(
            &told, "seconds left=", std::chrono::round<std::chrono::seconds>(left).count(), "\n");
      }
      context_.AddInitialMetadata("early", "in the header");
      context_.AddTrailingMetadata("late", "in the trailers");
      context_.AddTrailingMetadata("late-bin", std::string("\0\xFF", 2));
      response_ = BufferOf(told);
      StartWriteAndFinish(&response_, {},
                          {grpc::DATA_LOSS, "50 %\r\ngone: \xC3\xA9", std::string("\0d", 2)});
    }

    ScriptedService& service_;
    grpc::GenericCallbackServerContext& context_;
    const std::string method_;
    grpc::ByteBuffer request_;
    grpc::ByteBuffer response_;
    std::string padding_;
    int64_t number_ = 0;  // of the next message
  };

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new Reactor(*this, *context);
  }

  std::atomic<int> open_{0};
  std::atomic<int> cancelled_{0};
  std::atomic<int64_t> sent_{0};
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace thalweg::testing
