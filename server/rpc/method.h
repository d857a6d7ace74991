#pragma once

#include <string_view>

namespace thalweg::rpc {

/// Which RPC a call is for. The names are literals, never a caller's text: an unknown method
/// reaches none of our code and so makes no label.
struct Method {
  std::string_view service;  ///< "thalweg.v1.OptimizationService".
  std::string_view name;     ///< "CreateRun".
  bool stream = false;
};

}  // namespace thalweg::rpc
