#pragma once

#include <string>
#include <string_view>

namespace thalweg::rpc {

/// The metadata by which a client names its request, and is told the name.
inline constexpr char kRequestIdKey[] = "x-request-id";
inline constexpr size_t kMostRequestIdBytes = 64;

/// Whether a client may choose this for its request's id: 1 to 64 of A-Z, a-z, 0-9, '.', '_', '-'.
bool IsRequestId(std::string_view text);

/// 32 hexadecimal digits. Unique, not secret.
std::string MakeRequestId();

}  // namespace thalweg::rpc
