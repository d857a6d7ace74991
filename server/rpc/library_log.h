#pragma once

#include <functional>
#include <string_view>

namespace thalweg::rpc {

/// While it lives, what gRPC says about itself is told to `tell`, from any thread, and not written
/// to standard error, where it would be no lines of ours: clients whose TLS fails cause one each.
/// One at a time.
class LibraryLog {
 public:
  explicit LibraryLog(std::function<void(std::string_view text)> tell);
  ~LibraryLog();
  LibraryLog(const LibraryLog&) = delete;
  LibraryLog& operator=(const LibraryLog&) = delete;
};

}  // namespace thalweg::rpc
