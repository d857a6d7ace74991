#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <exception>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/access/guard.h"
#include "server/rpc/call_context.h"
#include "server/rpc/call_record.h"
#include "server/rpc/interruption.h"
#include "server/rpc/lanes.h"
#include "server/rpc/translate/status.h"

namespace thalweg::rpc {

/// What every call needs of the server. All of it outlives the calls.
struct Surroundings {
  EventSink& events;
  Lanes& lanes;
  IncidentLog incidents;
  access::Guard* guard = nullptr;  ///< Null: callers need no tokens.
};

/// Until when a call may take, its own deadline or half a minute where it has none.
std::chrono::steady_clock::time_point DeadlineOf(const grpc::CallbackServerContext& context);

/// What `work` gives, exceptions turned into INTERNAL: they never cross into gRPC.
template <typename Result>
absl::StatusOr<Result> Guarded(const std::function<absl::StatusOr<Result>()>& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("the server has no memory left for this");
  } catch (const std::exception& exception) {
    return absl::InternalError(exception.what());
  } catch (...) {
    return absl::InternalError("an exception of unknown type");
  }
}

/// One unary call: leaves gRPC's thread at once, is answered from its lane, and owns itself until
/// gRPC is done with it.
template <typename Response>
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  using Work = std::function<absl::StatusOr<Response>(const CallContext&, const Interruption&)>;

  static grpc::ServerUnaryReactor* Start(const Surroundings& server, const Method& method,
                                         Lane lane, grpc::CallbackServerContext& context,
                                         Response* response, Work work) {
    auto* const call = new UnaryCall(server, method, Enter(server, method, context),
                                     DeadlineOf(context), response, std::move(work));
    if (const absl::Status& admission = call->record_.call().admission; !admission.ok()) {
      call->End(admission);
      return call;
    }
    // Nothing may touch `call` after a successful Submit: it may be over by then.
    if (!server.lanes[lane].Submit([call] { call->Answer(); })) {
      call->End(absl::UnavailableError("too many calls are waiting; try again later"));
    }
    return call;
  }

  void OnCancel() override { interruption_.Cancel(); }
  void OnDone() override { delete this; }

 private:
  UnaryCall(const Surroundings& server, const Method& method, CallContext context,
            std::chrono::steady_clock::time_point deadline, Response* response, Work work)
      : record_(server.events, server.incidents, method, std::move(context)),
        interruption_(deadline),
        response_(response),
        work_(std::move(work)) {}

  void Answer() {
    // A caller who left while this was waiting is owed no work.
    if (const absl::Status status = interruption_.Check(); !status.ok()) return End(status);
    absl::StatusOr<Response> result = Guarded<Response>([this] {
      const CallScope scope(record_.call().tags);
      return work_(record_.call(), interruption_);
    });
    if (result.ok()) *response_ = *std::move(result);
    End(result.status());
  }

  void End(const absl::Status& status) { Finish(record_.End(status)); }

  CallRecord record_;
  Interruption interruption_;
  Response* response_;
  Work work_;
};

}  // namespace thalweg::rpc
