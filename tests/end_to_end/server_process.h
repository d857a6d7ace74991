#pragma once

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace thalweg::testing {

/// A folder of its own for one test, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string path() const { return path_.string(); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// What the ready line says.
struct Ready {
  std::string grpc;
  std::string http;
  std::string data;
};

/// A thalwegd in a process of its own, killed with this object if it still runs.
///
///   ServerProcess server({"--data-dir", folder / "data"});   // on free ports of 127.0.0.1
///   ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
///   ... server.ready().grpc ...
class ServerProcess {
 public:
  explicit ServerProcess(const std::vector<std::string>& flags,
                         const std::map<std::string, std::string>& environment = {},
                         std::optional<int> most_files = std::nullopt);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// False if it ended, or said nothing for `patience`.
  bool WaitUntilReady(std::chrono::seconds patience = std::chrono::seconds(30));
  const Ready& ready() const { return ready_; }

  void Signal(int number) const;
  /// Its exit code, 128 + the signal that killed it, or nothing if it still runs after `patience`.
  std::optional<int> WaitForExit(std::chrono::seconds patience = std::chrono::seconds(30));
  /// kill -9, and waits.
  void Kill();

  std::string Output();        ///< Of standard output so far, the ready line included.
  std::string Errors() const;  ///< Of standard error so far.

 private:
  bool ReadOutput(std::chrono::milliseconds patience);

  TemporaryFolder folder_;
  int pid_ = -1;
  int output_ = -1;
  std::string text_;
  Ready ready_;
  std::optional<int> exit_;
};

using std::chrono::milliseconds;
using std::chrono::steady_clock;

inline std::string Field(const std::string& line, const std::string& name) {
  const size_t begin = line.find(name + "=");
  if (begin == std::string::npos) return "";
  const size_t value = begin + name.size() + 1;
  return line.substr(value, line.find_first_of(" \n", value) - value);
}

/// Starts a program; everything is made ready before the fork, since this process has threads whose
/// locks the child would inherit as they happen to be. Returns the child's id.
inline int StartProgram(const std::string& program, const std::vector<std::string>& flags,
                        const std::map<std::string, std::string>& more_environment, int output,
                        int errors, std::optional<int> most_files) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  for (const auto& [name, value] : more_environment) environment.push_back(name + "=" + value);
  std::vector<char*> variables;
  for (std::string& entry : environment) variables.push_back(entry.data());
  variables.push_back(nullptr);
  std::vector<char*> arguments = {const_cast<char*>(program.c_str())};
  for (const std::string& flag : flags) arguments.push_back(const_cast<char*>(flag.c_str()));
  arguments.push_back(nullptr);
  const auto files = static_cast<rlim_t>(most_files.value_or(0));
  const rlimit limit{files, files};

  const int child = fork();
  if (child != 0) return child;
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  if (most_files) setrlimit(RLIMIT_NOFILE, &limit);
  execve(program.c_str(), arguments.data(), variables.data());
  _exit(127);
}

inline TemporaryFolder::TemporaryFolder() {
  std::string name = ::testing::TempDir() + "/thalweg-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = std::filesystem::path(name).lexically_normal();
}

inline TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

inline ServerProcess::ServerProcess(const std::vector<std::string>& flags,
                                    const std::map<std::string, std::string>& environment,
                                    std::optional<int> most_files) {
  std::vector<std::string> all = {"--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0"};
  for (const std::string& flag : flags) {
    const std::string name = flag.substr(0, flag.find('='));
    std::erase_if(all, [&](const std::string& given) { return given.rfind(name + "=", 0) == 0; });
    all.push_back(flag);
  }
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const int errors =
      open((folder_ / "errors").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = StartProgram(std::string(THALWEG_BINARY_DIR) + "/thalwegd", all, environment, pipe_ends[1],
                      errors, most_files);
  close(errors);
  close(pipe_ends[1]);
  output_ = pipe_ends[0];
}

inline ServerProcess::~ServerProcess() {
  Kill();
  close(output_);
}

inline bool ServerProcess::ReadOutput(milliseconds patience) {
  pollfd readable{output_, POLLIN, 0};
  if (poll(&readable, 1, static_cast<int>(patience.count())) <= 0) return false;
  char bytes[4096];
  const ssize_t count = read(output_, bytes, sizeof bytes);
  if (count > 0) text_.append(bytes, static_cast<size_t>(count));
  return count > 0;
}

inline bool ServerProcess::WaitUntilReady(std::chrono::seconds patience) {
  const auto end = steady_clock::now() + patience;
  while (text_.find('\n') == std::string::npos) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0 || !ReadOutput(left)) return false;
  }
  const std::string line = text_.substr(0, text_.find('\n'));
  ready_ = {Field(line, "grpc"), Field(line, "http"), Field(line, "data")};
  return line.rfind("thalwegd ready ", 0) == 0;
}

inline void ServerProcess::Signal(int number) const {
  if (!exit_) kill(pid_, number);
}

inline std::optional<int> ServerProcess::WaitForExit(std::chrono::seconds patience) {
  const auto end = steady_clock::now() + patience;
  while (!exit_) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else if (steady_clock::now() > end) {
      return std::nullopt;
    } else {
      std::this_thread::sleep_for(milliseconds(5));
    }
  }
  return exit_;
}

inline void ServerProcess::Kill() {
  Signal(SIGKILL);
  WaitForExit();
}

inline std::string ServerProcess::Output() {
  while (ReadOutput(milliseconds(0))) {
  }
  return text_;
}

inline std::string ServerProcess::Errors() const {
  std::ifstream file(folder_ / "errors");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace thalweg::testing
