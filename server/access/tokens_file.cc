#include "server/access/tokens_file.h"

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg::access {
namespace {

constexpr int64_t kMostBytes = 16 << 20;

/// Whether a file was written to, or another one put in its place.
bool SameFile(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mode == b.st_mode && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

absl::StatusOr<Tokens> ReadTokensFile(const std::string& path) {
  struct stat about = {};
  if (stat(path.c_str(), &about) != 0) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read: ", std::strerror(errno)));
  }
  if ((about.st_mode & S_IROTH) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": everyone can read it; take that away: chmod o-rwx ", path));
  }
  if (!S_ISREG(about.st_mode) || about.st_size > kMostBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected a file of at most ", kMostBytes >> 20, " MiB"));
  }
  std::ostringstream text;
  if (about.st_size > 0 && !(text << std::ifstream(path, std::ios::binary).rdbuf())) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read: ", std::strerror(errno)));
  }
  absl::StatusOr<Tokens> tokens = ParseTokens(text.str());
  if (tokens.ok()) return tokens;
  return absl::Status(tokens.status().code(),
                      absl::StrCat(path, ": ", std::string(tokens.status().message())));
}

TokensFile::TokensFile(std::string path, Guard& guard, Told told, std::chrono::milliseconds period)
    : path_(std::move(path)), guard_(guard), told_(std::move(told)) {
  thread_ = std::jthread([this, period](const std::stop_token& stop) { Follow(stop, period); });
}

void TokensFile::Follow(const std::stop_token& stop, std::chrono::milliseconds period) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stopped.wait_for(lock, stop, period, [&stop] { return stop.stop_requested(); })) Look();
}

void TokensFile::Look() {
  struct stat now = {};  // all zero where there is no such file
  if (stat(path_.c_str(), &now) != 0) now = {};
  if (SameFile(now, seen_)) return;
  seen_ = now;
  absl::StatusOr<Tokens> tokens = ReadTokensFile(path_);
  if (!tokens.ok()) return told_(tokens.status(), 0);
  const size_t count = tokens->by_digest.size();
  guard_.Replace(*std::move(tokens));
  told_(absl::OkStatus(), count);
}

}  // namespace thalweg::access
