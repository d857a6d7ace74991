#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "server/core/violation.h"
#include "server/events/call_scope.h"
#include "server/events/events.h"
#include "server/rpc/call_context.h"
#include "server/rpc/method.h"
#include "server/rpc/translate/status.h"

namespace thalweg::rpc {

/// One call for the metrics and the log: tells them when it begins and how it ends.
class CallRecord {
 public:
  /// `events` and `incidents` outlive it.
  CallRecord(EventSink& events, const IncidentLog& incidents, const Method& method,
             CallContext call)
      : events_(events),
        incidents_(incidents),
        method_(method),
        call_(std::move(call)),
        began_(std::chrono::steady_clock::now()) {
    events_.On(CallStarted{method_.type, method_.service, method_.name});
  }

  const CallContext& call() const { return call_; }

  /// Of a stream: a message goes out.
  void Sent() const { events_.On(CallMessageSent{method_.type, method_.service, method_.name}); }

  /// The call ends with this, which the caller is told as what is returned.
  grpc::Status End(const absl::Status& status) const {
    const CallScope scope(call_.tags);
    if (const auto quota = QuotaLimitOf(status)) events_.On(QuotaRefused{quota->quota});
    grpc::Status answer = ToGrpc(status, incidents_);
    events_.On(CallFinished{
        method_.type, method_.service, method_.name, CodeName(answer.error_code()),
        std::chrono::steady_clock::now() - began_, call_.peer, answer.error_message()});
    return answer;
  }

 private:
  EventSink& events_;
  const IncidentLog& incidents_;
  const Method method_;
  const CallContext call_;
  const std::chrono::steady_clock::time_point began_;
};

}  // namespace thalweg::rpc
