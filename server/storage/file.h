#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace thalweg::storage {

/// An open file. Errors name what was tried and why it failed; a full disk is RESOURCE_EXHAUSTED.
class File {
 public:
  /// A new one for reading and writing, of no name: gone when closed.
  static absl::StatusOr<File> Nameless(const std::string& folder);
  static absl::StatusOr<File> Create(const std::string& path);
  /// For reading. NOT_FOUND.
  static absl::StatusOr<File> Open(const std::string& path);

  File(File&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  File& operator=(File&&) = delete;
  ~File();

  absl::Status Write(int64_t offset, std::string_view bytes);
  /// As many as there are, up to `size`.
  absl::StatusOr<size_t> Read(int64_t offset, char* to, size_t size);
  absl::StatusOr<int64_t> Size();
  /// Makes room for that many bytes, all 0, so that writing to them through a map can't fail.
  absl::Status Reserve(int64_t size);
  absl::Status Sync();

  /// The first `size` bytes as memory, unmapped when the last copy goes.
  absl::StatusOr<std::shared_ptr<char>> Map(int64_t size, bool writable);

 private:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  static absl::StatusOr<File> OpenAs(const std::string& path, int flags);

  int descriptor_;
};

/// What is in a folder is what it is called from now on.
absl::Status SyncFolder(const std::string& folder);

}  // namespace thalweg::storage
