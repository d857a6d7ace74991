#include "server/rpc/file_limit.h"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "absl/strings/str_format.h"

namespace thalweg::rpc {

absl::StatusOr<int64_t> RaiseFileLimit(int64_t least) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return absl::InternalError(absl::StrFormat("getrlimit: %s", std::strerror(errno)));
  }
  limit.rlim_cur = limit.rlim_max;
  // The kernel may refuse its own maximum (in some containers); then the limit stays as it is.
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) getrlimit(RLIMIT_NOFILE, &limit);
  const auto files = limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<int64_t>::max()
                                                     : static_cast<int64_t>(limit.rlim_cur);
  if (files < least) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "only %d open files are allowed (ulimit -n); at least %d are needed", files, least));
  }
  return files;
}

}  // namespace thalweg::rpc
