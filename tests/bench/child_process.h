#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace thalweg::bench {

/// A program started for a measurement: killed when it goes out of scope.
class ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& command) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("pipe");
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      std::vector<char*> arguments;
      for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    if (reader_.joinable()) reader_.join();
    if (output_ != nullptr) fclose(output_);
  }

  /// The first line of output that contains `text`; what follows is read and thrown away.
  std::string WaitForLine(const std::string& text) {
    char line[4096];
    while (fgets(line, sizeof(line), output_) != nullptr) {
      if (std::string(line).find(text) == std::string::npos) continue;
      const std::string found = line;
      reader_ = std::thread([this] {
        char rest[4096];
        while (fgets(rest, sizeof(rest), output_) != nullptr) {
        }
      });
      return found;
    }
    throw std::runtime_error("the program ended without saying '" + text + "'");
  }

  pid_t pid() const { return pid_; }

  /// Resident memory in MiB.
  double ResidentMib() const {
    std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");
    double total = 0;
    double resident = 0;
    statm >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
  }

 private:
  pid_t pid_ = -1;
  FILE* output_ = nullptr;
  std::thread reader_;
};

}  // namespace thalweg::bench
