#include "server/storage/sqlite_store.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

// What only SQLite's store has: a directory, a lock, a file that can be damaged.
namespace thalweg::storage {
namespace {

using runs::RunChange;
using runs::StoredRun;
using testing::HasSubstr;

class Sqlite : public testing::Test {
 protected:
  Sqlite() {
    char name[] = "/tmp/thalweg_sqlite_XXXXXX";
    parent_ = mkdtemp(name);
    directory_ = parent_ + "/data";
  }
  ~Sqlite() override {
    chmod(directory_.c_str(), 0755);
    std::filesystem::remove_all(parent_);
  }

  void Fill(int blocks) {
    auto store = SqliteStore::Open(directory_);
    ASSERT_TRUE(store.ok()) << store.status();
    RunChange change;
    change.id = "a";
    change.run = StoredRun{"a", 1, "", 0, 0, false, {}, "record"};
    for (int64_t i = 0; i < blocks; ++i) {
      change.append.push_back({i, i, std::string(3000, static_cast<char>(i))});
    }
    ASSERT_TRUE((*store)->Commit({change}).ok());
  }
  void Execute(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(Path().c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }
  std::string Path() const { return directory_ + "/thalweg.db"; }

  std::string parent_;
  std::string directory_;
};

TEST_F(Sqlite, MakesItsDirectoryButNotTheParent) {
  EXPECT_TRUE(SqliteStore::Open(directory_).ok());
  EXPECT_TRUE(std::filesystem::exists(Path()));

  const absl::Status status = SqliteStore::Open(parent_ + "/no/data").status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(parent_ + "/no/data"));
}

TEST_F(Sqlite, KeepsASecondServerOutAndNamesTheFirst) {
  auto first = SqliteStore::Open(directory_);

  const absl::Status second = SqliteStore::Open(directory_).status();

  EXPECT_TRUE(absl::IsFailedPrecondition(second)) << second;
  EXPECT_THAT(std::string(second.message()),
              HasSubstr("is in use by process " + std::to_string(getpid())));
  first->reset();
  EXPECT_TRUE(SqliteStore::Open(directory_).ok());
}

TEST_F(Sqlite, LetsASecondServerInOnceTheFirstWasKilled) {
  const pid_t process = fork();
  if (process == 0) {
    auto store = SqliteStore::Open(directory_);
    kill(getpid(), SIGKILL);
  }
  waitpid(process, nullptr, 0);

  EXPECT_TRUE(SqliteStore::Open(directory_).ok());
}

TEST_F(Sqlite, RefusesDataOfANewerServer) {
  Fill(1);
  Execute("PRAGMA user_version = 99");

  const absl::Status status = SqliteStore::Open(directory_).status();

  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("newer server (schema 99"));
}

TEST_F(Sqlite, RefusesADatabaseOfSomeoneElse) {
  std::filesystem::create_directory(directory_);
  Execute("CREATE TABLE theirs (x); PRAGMA user_version = 1");

  const absl::Status status = SqliteStore::Open(directory_).status();

  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
}

TEST_F(Sqlite, SaysWhenTheFileIsNoDatabase) {
  std::filesystem::create_directory(directory_);
  std::ofstream(Path()) << std::string(10'000, 'x');

  const absl::Status status = SqliteStore::Open(directory_).status();

  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(Path()));
}

TEST_F(Sqlite, SaysWhenTheDirectoryCannotBeWritten) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  std::filesystem::create_directory(directory_);
  chmod(directory_.c_str(), 0555);

  const absl::Status status = SqliteStore::Open(directory_).status();

  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
}

TEST_F(Sqlite, SaysWhenTheDirectoryIsAFile) {
  std::ofstream(directory_) << "x";

  EXPECT_FALSE(SqliteStore::Open(directory_).ok());
}

TEST_F(Sqlite, NeverCrashesOnADamagedFile) {
  Fill(40);
  std::ifstream file(Path(), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  std::mt19937 random(5);
  for (int round = 0; round < 100; ++round) {
    std::string damaged = whole;
    for (int change = 0; change < 20; ++change) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    if (round % 4 == 0) damaged.resize(random() % damaged.size());
    std::ofstream(Path(), std::ios::binary | std::ios::trunc) << damaged;

    auto store = SqliteStore::Open(directory_);
    if (!store.ok()) continue;
    (*store)->Get("a").status().IgnoreError();
    (*store)->Blocks("a", 0, INT64_MAX, SIZE_MAX).status().IgnoreError();
    (*store)->Unfinished().status().IgnoreError();
    RunChange change;
    change.id = "b";
    change.run = StoredRun{"b", 2, "", 0, 0, false, {}, "record"};
    (*store)->Commit({change}).IgnoreError();
  }
}

}  // namespace
}  // namespace thalweg::storage
