#include "server/rpc/call_context.h"

#include <iterator>
#include <string_view>
#include <utility>

#include "server/rpc/request_id.h"
#include "server/rpc/trace_context.h"
#include "server/rpc/unary_call.h"

namespace thalweg::rpc {
namespace {

constexpr char kTraceparentKey[] = "traceparent";

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

}  // namespace

CallContext Enter(const Surroundings& /*server*/, const Method& /*method*/,
                  grpc::CallbackServerContext& context) {
  CallContext call{.tags = TagsOf(context), .peer = context.peer(), .admission = {}};
  context.AddInitialMetadata(kRequestIdKey, call.tags.request_id);
  return call;
}

}  // namespace thalweg::rpc
