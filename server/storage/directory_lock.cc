#include "server/storage/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace thalweg::storage {
namespace {

absl::Status Failed(const std::string& doing, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("data directory: cannot ", doing, " ", path));
}

std::string OwnerIn(int file) {
  char text[32] = {};
  const ssize_t length = pread(file, text, sizeof(text) - 1, 0);
  const std::string owner(absl::StripAsciiWhitespace(text));
  return length > 0 && !owner.empty() ? absl::StrCat("process ", owner) : "another process";
}

// Written for whoever meets the lock; the lock itself does not depend on it.
void WriteOwner(int file) {
  const std::string owner = absl::StrCat(getpid(), "\n");
  if (ftruncate(file, 0) != 0 || pwrite(file, owner.data(), owner.size(), 0) < 0) return;
}

}  // namespace

absl::StatusOr<DirectoryLock> DirectoryLock::Take(const std::string& directory) {
  if (directory.empty()) return absl::InvalidArgumentError("data directory: no name is given");
  if (mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST) return Failed("make", directory);
  const std::string path = directory + "/LOCK";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (file < 0) return Failed("open", path);
  DirectoryLock lock(file);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Failed("lock", path);
    return absl::FailedPreconditionError(
        absl::StrCat("data directory ", directory, " is in use by ", OwnerIn(file)));
  }
  WriteOwner(file);
  return lock;
}

DirectoryLock::~DirectoryLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace thalweg::storage
