#pragma once

#include <string_view>

namespace thalweg::rpc {

// Kinds of RPCs, as go-grpc-prometheus calls them.
inline constexpr std::string_view kUnary = "unary";
inline constexpr std::string_view kServerStream = "server_stream";
inline constexpr std::string_view kClientStream = "client_stream";

/// Which RPC a call is for. The names are literals, never a caller's text: an unknown method
/// reaches none of our code and so makes no label.
struct Method {
  std::string_view service;  ///< "thalweg.v1.OptimizationService".
  std::string_view name;     ///< "CreateRun".
  std::string_view type = kUnary;
};

}  // namespace thalweg::rpc
