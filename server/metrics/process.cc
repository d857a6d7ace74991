#include "server/metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace thalweg::metrics {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily One(const char* name, const char* help, MetricType type, double value) {
  prometheus::ClientMetric metric;
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return {name, help, type, {std::move(metric)}};
}

/// What /proc/self/stat says; proc(5) numbers its fields from 1.
struct Stat {
  double cpu_ticks = 0;    // fields 14 and 15
  double threads = 0;      // field 20
  double start_ticks = 0;  // field 22, since the machine's boot
  double virtual_bytes = 0;
  double resident_pages = 0;
};

std::optional<Stat> ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  // The second field is the program's name in parentheses, and may itself hold anything.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;

  std::istringstream fields(text.substr(name_end + 1));
  std::vector<std::string> field{"", "", ""};  // 0 to 2 are behind us
  for (std::string word; fields >> word;) field.push_back(word);
  if (field.size() < 25) return std::nullopt;
  const auto number = [&](size_t k) { return std::strtod(field[k].c_str(), nullptr); };
  return Stat{number(14) + number(15), number(20), number(22), number(23), number(24)};
}

/// When the machine was booted, in seconds since the epoch.
std::optional<double> ReadBootTime() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("btime ", 0) == 0) return std::strtod(line.c_str() + 6, nullptr);
  }
  return std::nullopt;
}

std::optional<double> CountOpenFiles() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  if (!folder) return std::nullopt;
  int entries = 0;
  while (readdir(folder.get()) != nullptr) ++entries;
  return entries - 3;  // without ".", ".." and the folder just opened
}

std::optional<double> ReadFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

/// What the process may use before the kernel kills it: its container's limit (control groups, of
/// either version), or what the machine has.
double ReadMemoryLimit() {
  double least =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    double limit = 0;  // "max" is no number: no limit
    if (std::ifstream(path) >> limit && limit > 0) least = std::min(least, limit);
  }
  return least;
}

}  // namespace

std::vector<MetricFamily> ReadProcess() {
  std::vector<MetricFamily> all;
  const auto gauge = [&](const char* name, const char* help, std::optional<double> value) {
    if (value) all.push_back(One(name, help, MetricType::Gauge, *value));
  };
  if (const auto stat = ReadStat()) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    all.push_back(One("process_cpu_seconds_total", "CPU time used, of all threads together.",
                      MetricType::Counter, stat->cpu_ticks / ticks));
    gauge("process_resident_memory_bytes", "Memory that is in RAM.",
          stat->resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
    gauge("process_virtual_memory_bytes", "Address space in use.", stat->virtual_bytes);
    gauge("process_threads", "Threads.", stat->threads);
    if (const auto boot = ReadBootTime()) {
      gauge("process_start_time_seconds", "When the process started, in seconds since the epoch.",
            *boot + stat->start_ticks / ticks);
    }
  }
  gauge("process_open_fds", "Open file descriptors; each connection takes one.", CountOpenFiles());
  gauge("process_memory_limit_bytes", "Memory that may be used: the container's, or the machine's.",
        ReadMemoryLimit());
  gauge("process_max_fds", "File descriptors that may be open.", ReadFileLimit());
  return all;
}

}  // namespace thalweg::metrics
