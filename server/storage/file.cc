#include "server/storage/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace thalweg::storage {
namespace {

absl::Status Failed(int error, std::string_view what) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return absl::ResourceExhaustedError("the disk is full");
  }
  return absl::ErrnoToStatus(error, std::string(what));
}

}  // namespace

absl::StatusOr<File> File::OpenAs(const std::string& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor < 0) return Failed(errno, "open");
  return File(descriptor);
}

absl::StatusOr<File> File::Nameless(const std::string& folder) {
  absl::StatusOr<File> file = OpenAs(folder, O_TMPFILE | O_RDWR);
  if (file.ok()) return file;
  // Not every file system has them.
  std::string path = folder + "/XXXXXX";
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return Failed(errno, "open");
  unlink(path.c_str());
  return File(descriptor);
}

absl::StatusOr<File> File::Create(const std::string& path) {
  return OpenAs(path, O_CREAT | O_EXCL | O_RDWR);
}

absl::StatusOr<File> File::Open(const std::string& path) { return OpenAs(path, O_RDONLY); }

File::~File() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::Status File::Write(int64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(descriptor_, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed(errno, "write");
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> File::Read(int64_t offset, char* to, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t read =
        pread(descriptor_, to + done, size - done, offset + static_cast<int64_t>(done));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return Failed(errno, "read");
    if (read == 0) break;
    done += static_cast<size_t>(read);
  }
  return done;
}

absl::StatusOr<int64_t> File::Size() {
  struct stat about {};
  if (fstat(descriptor_, &about) != 0) return Failed(errno, "stat");
  return static_cast<int64_t>(about.st_size);
}

absl::Status File::Reserve(int64_t size) {
  int error = 0;
  do {
    error = posix_fallocate(descriptor_, 0, size);
  } while (error == EINTR);
  return error == 0 ? absl::OkStatus() : Failed(error, "reserve");
}

absl::Status File::Sync() {
  return fsync(descriptor_) == 0 ? absl::OkStatus() : Failed(errno, "fsync");
}

absl::StatusOr<std::shared_ptr<char>> File::Map(int64_t size, bool writable) {
  const auto length = static_cast<size_t>(size);
  void* const memory = mmap(nullptr, length, writable ? PROT_READ | PROT_WRITE : PROT_READ,
                            MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED) return Failed(errno, "map");
  return std::shared_ptr<char>(static_cast<char*>(memory),
                               [length](char* at) { munmap(at, length); });
}

absl::Status SyncFolder(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Failed(errno, "open");
  const int result = fsync(descriptor);
  const int error = errno;
  close(descriptor);
  return result == 0 ? absl::OkStatus() : Failed(error, "fsync");
}

}  // namespace thalweg::storage
