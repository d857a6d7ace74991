#include "server/rpc/library_log.h"

#include <grpc/support/log.h>

#include <mutex>
#include <utility>

namespace thalweg::rpc {
namespace {

// gRPC takes a plain function, which may still be at work when the next is set.
std::mutex mutex;
std::function<void(std::string_view)> told;  // guarded by it; empty: no one

void Tell(gpr_log_func_args* said) {
  const std::lock_guard lock(mutex);
  if (told) told(said->message);
}

}  // namespace

LibraryLog::LibraryLog(std::function<void(std::string_view text)> tell) {
  {
    const std::lock_guard lock(mutex);
    told = std::move(tell);
  }
  gpr_set_log_function(Tell);
}

LibraryLog::~LibraryLog() {
  gpr_set_log_function(nullptr);  // gRPC's own again
  const std::lock_guard lock(mutex);
  told = nullptr;
}

}  // namespace thalweg::rpc
