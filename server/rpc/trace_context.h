#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace thalweg::rpc {

/// Where a call belongs in a distributed trace.
struct TraceContext {
  std::string trace_id;  ///< 32 hexadecimal digits.
  std::string span_id;   ///< 16, of the caller's span (the standard's parent-id).
};

/// Reads `traceparent` as W3C Trace Context has it (Recommendation of 2021, section 3.2), version
/// 00: `00-<32 digits>-<16 digits>-<2 digits>`, lower case, no id all zeros. Nothing where it is
/// anything else: the standard has a bad one ignored, not refused.
std::optional<TraceContext> ParseTraceparent(std::string_view text);

}  // namespace thalweg::rpc
