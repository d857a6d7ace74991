#include "server/rpc/call_context.h"

#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "server/core/violation.h"
#include "server/rpc/authorization.h"
#include "server/rpc/request_id.h"
#include "server/rpc/trace_context.h"
#include "server/rpc/unary_call.h"

namespace thalweg::rpc {
namespace {

constexpr char kTraceparentKey[] = "traceparent";
constexpr char kAuthorizationKey[] = "authorization";

/// The value of this key; empty where there is none, or several of which none is better.
std::string_view OnlyValue(const grpc::CallbackServerContext& context, const char* key) {
  const auto [first, end] = context.client_metadata().equal_range(key);
  if (first == end || std::next(first) != end) return {};
  return {first->second.data(), first->second.size()};
}

CallTags TagsOf(const grpc::CallbackServerContext& context) {
  CallTags tags;
  const std::string_view id = OnlyValue(context, kRequestIdKey);
  tags.request_id = IsRequestId(id) ? std::string(id) : MakeRequestId();
  if (auto trace = ParseTraceparent(OnlyValue(context, kTraceparentKey))) {
    tags.trace_id = std::move(trace->trace_id);
    tags.span_id = std::move(trace->span_id);
  }
  return tags;
}

/// "token_missing" for TOKEN_MISSING.
std::string LabelOf(const absl::Status& refusal) {
  const std::vector<Violation> violations = ViolationsOf(refusal);
  if (violations.empty()) return "unexpected";
  return absl::AsciiStrToLower(std::string(ReasonName(violations.front().reason)));
}

void Admit(const Surroundings& server, const Method& method,
           const grpc::CallbackServerContext& context, CallContext& call) {
  std::vector<std::string_view> authorization;
  const auto [first, end] = context.client_metadata().equal_range(kAuthorizationKey);
  for (auto at = first; at != end; ++at) {
    authorization.emplace_back(at->second.data(), at->second.size());
  }
  absl::StatusOr<Admitted> admitted = Authorize(*server.guard, method, authorization);
  if (admitted.ok()) {
    call.caller = std::move(admitted->caller);
    call.hold = std::move(admitted->hold);
    return;
  }
  call.admission = admitted.status();
  if (!QuotaLimitOf(call.admission)) server.events.On(AuthFailed{LabelOf(call.admission)});
}

}  // namespace

CallContext Enter(const Surroundings& server, const Method& method,
                  grpc::CallbackServerContext& context) {
  CallContext call{.tags = TagsOf(context), .peer = context.peer(), .admission = {}};
  context.AddInitialMetadata(kRequestIdKey, call.tags.request_id);
  if (server.guard != nullptr) Admit(server, method, context, call);
  return call;
}

}  // namespace thalweg::rpc
