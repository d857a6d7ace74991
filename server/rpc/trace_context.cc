#include "server/rpc/trace_context.h"

namespace thalweg::rpc {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

bool IsHex(std::string_view text) {
  return text.find_first_not_of(kDigits) == std::string_view::npos;
}

bool IsId(std::string_view text) {
  return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view text) {
  constexpr std::string_view kShape = "00-________________________________-________________-__";
  if (text.size() != kShape.size() || text.substr(0, 3) != kShape.substr(0, 3) || text[35] != '-' ||
      text[52] != '-') {
    return std::nullopt;
  }
  const std::string_view trace = text.substr(3, 32);
  const std::string_view span = text.substr(36, 16);
  if (!IsId(trace) || !IsId(span) || !IsHex(text.substr(53))) return std::nullopt;
  return TraceContext{std::string(trace), std::string(span)};
}

}  // namespace thalweg::rpc
