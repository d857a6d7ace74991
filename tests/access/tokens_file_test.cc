// A tokens file on the disk: who may read it, and what happens when it changes.
#include "server/access/tokens_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace thalweg::access {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string Entry(const std::string& token) {
  const Digest digest = DigestOf(token);
  const std::string bytes(digest.begin(), digest.end());
  return absl::StrCat("[[tokens]]\nname = \"", token, "\"\ntenant = \"a\"\nrole = \"user\"\n",
                      "sha256 = \"", absl::BytesToHexString(bytes), "\"\n");
}

class TokensFileOnDisk : public testing::Test {
 protected:
  TokensFileOnDisk() { fs::create_directory(folder_); }
  ~TokensFileOnDisk() override { fs::remove_all(folder_); }

  // As an operator does: written beside, then put in its place.
  void Put(const std::string& text, fs::perms perms = fs::perms::owner_read) {
    std::ofstream(path_ + ".new") << text;
    fs::permissions(path_ + ".new", perms);
    fs::rename(path_ + ".new", path_);
  }

  const std::string folder_ =
      absl::StrCat(testing::TempDir(), "/tokens_", getpid(), "_",
                   testing::UnitTest::GetInstance()->current_test_info()->name());
  const std::string path_ = folder_ + "/tokens.toml";
};

TEST_F(TokensFileOnDisk, IsRead) {
  Put(Entry("one") + Entry("two"));
  const auto tokens = ReadTokensFile(path_);
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->by_digest.size(), 2U);
}

TEST_F(TokensFileOnDisk, IsRefusedWhereEveryoneCanReadIt) {
  Put(Entry("one"), fs::perms::owner_read | fs::perms::others_read);
  const auto tokens = ReadTokensFile(path_);
  EXPECT_EQ(tokens.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(tokens.status().message()), HasSubstr("chmod o-rwx " + path_));
}

TEST_F(TokensFileOnDisk, IsNamedInEveryError) {
  EXPECT_THAT(std::string(ReadTokensFile(path_).status().message()),
              HasSubstr(path_ + ": cannot be read: No such file"));
  Put("tokens = 3");
  EXPECT_THAT(std::string(ReadTokensFile(path_).status().message()),
              HasSubstr(path_ + ": tokens: is no list"));
  EXPECT_THAT(std::string(ReadTokensFile(folder_).status().message()),
              testing::AnyOf(HasSubstr("expected a file"), HasSubstr("everyone can read")));
}

// What a follower told, in order.
class Heard {
 public:
  TokensFile::Told Told() {
    return [this](const absl::Status& status, size_t tokens) {
      const std::lock_guard lock(mutex_);
      told_.push_back(status.ok() ? absl::StrCat(tokens, " tokens")
                                  : std::string(status.message()));
      changed_.notify_all();
    };
  }
  std::string WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return told_.size() >= count; });
    return told_[count - 1];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
};

TEST_F(TokensFileOnDisk, IsFollowedAndKeepsTheOldTokensWhenItBecomesWrong) {
  const auto now = std::chrono::system_clock::now();
  Guard guard{Tokens()};
  Heard heard;
  Put(Entry("one"));
  const TokensFile file(path_, guard, heard.Told(), std::chrono::milliseconds(2));
  EXPECT_EQ(heard.WaitFor(1), "1 tokens");
  EXPECT_TRUE(guard.Identify({"Bearer one"}, now).ok());

  Put(Entry("one") + "role = ");
  EXPECT_THAT(heard.WaitFor(2), HasSubstr(path_ + ": line "));
  EXPECT_TRUE(guard.Identify({"Bearer one"}, now).ok());

  fs::remove(path_);
  EXPECT_THAT(heard.WaitFor(3), HasSubstr("No such file"));
  EXPECT_TRUE(guard.Identify({"Bearer one"}, now).ok());

  Put(Entry("two"));
  EXPECT_EQ(heard.WaitFor(4), "1 tokens");
  EXPECT_FALSE(guard.Identify({"Bearer one"}, now).ok());
  EXPECT_TRUE(guard.Identify({"Bearer two"}, now).ok());
}

}  // namespace
}  // namespace thalweg::access
