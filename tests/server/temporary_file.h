#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace thalweg::testing {

/// A file of this text, gone with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text = "", mode_t mode = 0600)
      : path_(::testing::TempDir() + "thalweg-settings-XXXXXX") {
    close(mkstemp(path_.data()));
    std::ofstream(path_) << text;
    chmod(path_.c_str(), mode);
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace thalweg::testing
