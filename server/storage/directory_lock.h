#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace thalweg::storage {

/// The right to be the only server on a data directory, held until destroyed. The kernel gives it
/// back when the process dies, however it dies.
class DirectoryLock {
 public:
  /// Makes the directory when it is absent (its parent must be there). FAILED_PRECONDITION, naming
  /// the process, when another holds the lock; PERMISSION_DENIED or the like when it can't be used.
  static absl::StatusOr<DirectoryLock> Take(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int file) : file_(file) {}

  int file_;  // descriptor of <directory>/LOCK
};

}  // namespace thalweg::storage
