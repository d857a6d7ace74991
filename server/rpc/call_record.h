#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <string_view>

#include "server/events/events.h"
#include "server/rpc/translate/status.h"

namespace thalweg::rpc {

/// Which RPC a call is for. The names are literals, never a caller's text: an unknown method
/// reaches none of our code and so makes no label.
struct Method {
  std::string_view service;  ///< "thalweg.v1.OptimizationService".
  std::string_view name;     ///< "CreateRun".
  bool stream = false;
};

/// Tells the metrics when a call begins and how it ends.
class CallRecord {
 public:
  CallRecord(EventSink& events, const Method& method)
      : events_(events), method_(method), began_(std::chrono::steady_clock::now()) {
    events_.On(CallStarted{Type(), method_.service, method_.name});
  }

  void Finished(grpc::StatusCode code) const {
    events_.On(CallFinished{Type(), method_.service, method_.name, CodeName(code),
                            std::chrono::steady_clock::now() - began_});
  }

 private:
  std::string_view Type() const { return method_.stream ? "server_stream" : "unary"; }

  EventSink& events_;
  Method method_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace thalweg::rpc
