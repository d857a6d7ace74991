#pragma once

#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "server/access/guard.h"
#include "server/access/tokens.h"

namespace thalweg::access {

/// The tokens in a file. Errors begin with its path. A file that everyone can read is refused
/// (FAILED_PRECONDITION): digests tell names, tenants and what to aim at.
absl::StatusOr<Tokens> ReadTokensFile(const std::string& path);

/// Follows a tokens file while it lives: when it changes, a guard has the new tokens within
/// `period`, and `told` hears of it (a file that became wrong changes nothing but that). Replaced
/// files and links (Kubernetes' secrets) are followed too.
class TokensFile {
 public:
  using Told = std::function<void(const absl::Status& status, size_t tokens)>;

  /// Reads the file once more at first: it may have changed since the guard was made. `guard`
  /// outlives this.
  TokensFile(std::string path, Guard& guard, Told told,
             std::chrono::milliseconds period = std::chrono::seconds(1));

 private:
  void Follow(const std::stop_token& stop, std::chrono::milliseconds period);
  void Look();

  const std::string path_;
  Guard& guard_;
  const Told told_;
  struct stat seen_ = {};
  std::jthread thread_;  // the last member: it uses the others
};

}  // namespace thalweg::access
