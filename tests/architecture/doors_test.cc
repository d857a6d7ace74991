// Who may include whom. Headers of gRPC, protobuf and prometheus lie in /usr/include, so a wrong
// include compiles; this test reads every #include under server/ and client/ instead.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace thalweg {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

struct Doors {
  std::set<std::string> rooms;          // rooms of ours it may include, beside itself
  std::vector<std::string> libraries;   // prefixes of other libraries' headers
  std::set<std::string> forbidden_std;  // standard headers it may not include
};

const std::set<std::string> kThreadsClocksAndFiles = {
    "thread",  "mutex",    "atomic",     "chrono", "condition_variable",
    "fstream", "iostream", "filesystem", "future", "cstdio"};

const std::map<std::string, Doors>& Table() {
  static const std::map<std::string, Doors> table = {
      {"server/core",
       {{"server/core/expression/jit"},
        {"Eigen/", "absl/status/", "absl/strings/", "Random123/", "sleef.h", "immintrin.h"},
        kThreadsClocksAndFiles}},
      // Machine code: LLVM is seen here alone.
      {"server/core/expression/jit",
       {{"server/core"},
        {"llvm/", "absl/status/", "absl/strings/", "sleef.h", "immintrin.h"},
        {"thread", "mutex", "chrono", "condition_variable", "fstream", "iostream", "filesystem",
         "future"}}},
      {"server/events", {{}, {}, {}}},
      {"server/runs",
       {{"server/core", "server/events"},
        {"absl/status/", "absl/strings/", "Eigen/", "malloc.h", "time.h"},
        {}}},
      {"server/studies",
       {{"server/runs", "server/core", "server/events"}, {"absl/status/", "absl/strings/"}, {}}},
      {"server/datasets",
       {{"server/runs", "server/core", "server/events"},
        {"absl/status/", "absl/strings/", "openssl/evp.h"},
        {}}},
      {"server/access",
       {{"server/core"},
        {"absl/status/", "absl/strings/", "openssl/sha.h", "toml++/", "sys/stat.h"},
        {}}},
      {"server/storage",
       {{"server/datasets", "server/runs", "server/core", "server/events"},
        {"absl/status/", "absl/strings/", "sqlite3.h", "fcntl.h", "unistd.h", "sys/"},
        {}}},
      {"server/metrics",
       {{"server/events"}, {"prometheus/", "unistd.h", "sys/", "absl/strings/", "dirent.h"}, {}}},
      {"server/log", {{"server/events"}, {"spdlog/", "absl/strings/"}, {}}},
      {"server/tls", {{"server/events"}, {"openssl/", "absl/status/", "absl/strings/"}, {}}},
      {"server/rpc",
       {{"server/access", "server/datasets", "server/studies", "server/runs", "server/core",
         "server/events", "server/tls", "proto"},
        {"absl/", "grpc", "google/protobuf/", "sys/", "netinet/", "netdb.h", "poll.h", "fcntl.h",
         "unistd.h"},
        {}}},
      {"server/web",
       {{"server/rpc", "server/events", "server/tls"},
        {"boost/", "openssl/", "absl/", "grpc", "sys/", "unistd.h"},
        {}}},
      {"client/cpp", {{"proto"}, {"absl/", "grpc", "google/protobuf/", "unistd.h"}, {}}},
      {"client/cli",
       {{"client/cpp", "proto"},
        {"absl/", "grpc", "CLI/", "google/protobuf/", "sys/", "unistd.h", "signal.h", "poll.h",
         "fcntl.h", "termios.h", "openssl/"},
        {}}},
  };
  return table;
}

/// The room a path lies in: its first two folders ("server/core"); "proto" for generated code. The
/// room of LLVM lies inside another.
std::string RoomOf(const std::string& path) {
  if (path.rfind("server/core/expression/jit/", 0) == 0) return "server/core/expression/jit";
  if (path.rfind("thalweg/v1/", 0) == 0 || path.rfind("google/rpc/", 0) == 0) return "proto";
  const size_t first = path.find('/');
  const size_t second = first == std::string::npos ? first : path.find('/', first + 1);
  return second == std::string::npos ? path : path.substr(0, second);
}

struct Include {
  std::string header;
  bool quoted = false;
};

/// The include directive in a line, if it is one.
std::optional<Include> IncludeIn(const std::string& line) {
  const size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string::npos || line[hash] != '#') return std::nullopt;
  const size_t word = line.find_first_not_of(" \t", hash + 1);
  if (word == std::string::npos || line.compare(word, 7, "include") != 0) return std::nullopt;
  const size_t open = line.find_first_of("<\"", word + 7);
  if (open == std::string::npos) return std::nullopt;
  const bool quoted = line[open] == '"';
  const size_t close = line.find(quoted ? '"' : '>', open + 1);
  if (close == std::string::npos) return std::nullopt;
  return Include{line.substr(open + 1, close - open - 1), quoted};
}

std::vector<Include> IncludesOf(const fs::path& file) {
  std::vector<Include> includes;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (const auto include = IncludeIn(line)) includes.push_back(*include);
  }
  return includes;
}

bool HasPrefixIn(const std::string& header, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return header.rfind(prefix, 0) == 0; });
}

bool IsStandard(const std::string& header) {
  return header.find('/') == std::string::npos && header.find('.') == std::string::npos;
}

bool IsIntrinsics(const std::string& header) {
  return header == "immintrin.h" || header == "xmmintrin.h" || header == "nmmintrin.h";
}

bool Allowed(const std::string& room, const Doors& doors, const Include& include) {
  const std::string& header = include.header;
  const std::string target = RoomOf(header);
  if (target == room || doors.rooms.contains(target)) return true;
  if (HasPrefixIn(header, doors.libraries) || IsIntrinsics(header)) return true;
  return !include.quoted && IsStandard(header) && !doors.forbidden_std.contains(header);
}

TEST(Doors, EveryIncludeGoesThroughADoorOfItsRoom) {
  std::vector<std::string> wrong;
  for (const char* top : {"server", "client/cpp", "client/cli"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(THALWEG_SOURCE_DIR) / top)) {
      const std::string extension = entry.path().extension();
      if (extension != ".cc" && extension != ".h") continue;
      const std::string path = fs::relative(entry.path(), THALWEG_SOURCE_DIR);
      const auto row = Table().find(RoomOf(path));
      if (row == Table().end()) continue;  // main and settings, which see all
      for (const Include& include : IncludesOf(entry.path())) {
        if (!Allowed(row->first, row->second, include))
          wrong.push_back(path + " -> " + include.header);
      }
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(Doors, EveryRoomIsInTheTable) {
  std::vector<std::string> unknown;
  for (const auto& entry : fs::directory_iterator(fs::path(THALWEG_SOURCE_DIR) / "server")) {
    const std::string room = "server/" + entry.path().filename().string();
    if (entry.is_directory() && !Table().contains(room)) unknown.push_back(room);
  }
  EXPECT_THAT(unknown, IsEmpty());
}

TEST(Doors, NoticeAnIncludeThatIsNotAllowed) {
  const Doors& core = Table().at("server/core");
  EXPECT_FALSE(Allowed("server/core", core, {"grpcpp/grpcpp.h", false}));
  EXPECT_FALSE(Allowed("server/core", core, {"server/runs/run.h", true}));
  EXPECT_FALSE(Allowed("server/core", core, {"thread", false}));
  EXPECT_TRUE(Allowed("server/core", core, {"server/core/state.h", true}));
  EXPECT_FALSE(Allowed("client/cpp", Table().at("client/cpp"), {"server/core/state.h", true}));
}

}  // namespace
}  // namespace thalweg
