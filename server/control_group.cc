#include "server/control_group.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "absl/strings/str_split.h"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

/// Where a hierarchy of groups is mounted, and which of its groups the mount shows as its root.
struct Mount {
  std::string point;
  std::string group;
};

/// By controller ("cpu", "memory"); version 2, which has them all, under "".
using Mounts = std::map<std::string, Mount>;
using Groups = std::map<std::string, std::string>;  // the same, of this process

std::vector<std::string> Lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// Of /proc/self/mountinfo (proc(5)): id parent device root mount-point options ... - type source
/// options-of-the-file-system, where version 1 has its controllers among the last.
Mounts ReadMounts(const std::string& root) {
  Mounts mounts;
  for (const std::string& line : Lines(root + "/proc/self/mountinfo")) {
    const std::vector<std::string> halves = absl::StrSplit(line, absl::MaxSplits(" - ", 1));
    if (halves.size() != 2) continue;
    const std::vector<std::string> mount = absl::StrSplit(halves[0], ' ');
    const std::vector<std::string> system = absl::StrSplit(halves[1], ' ');
    if (mount.size() < 5 || system.size() < 3) continue;
    if (system[0] == "cgroup2") mounts.insert({"", {mount[4], mount[3]}});
    if (system[0] != "cgroup") continue;
    for (const auto& option : absl::StrSplit(system[2], ',')) {
      mounts.insert({std::string(option), {mount[4], mount[3]}});
    }
  }
  return mounts;
}

/// Of /proc/self/cgroup (cgroups(7)): id:controllers:group; none of them in version 2.
Groups ReadGroups(const std::string& root) {
  Groups groups;
  for (const std::string& line : Lines(root + "/proc/self/cgroup")) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    for (const auto& controller : absl::StrSplit(parts[1], ',')) {
      groups[std::string(controller)] = parts[2];
    }
  }
  return groups;
}

/// The folders of the process' group and of those around it, innermost first.
std::vector<fs::path> Folders(const std::string& root, const Mounts& mounts, const Groups& groups,
                              const std::string& controller) {
  const auto mount = mounts.find(controller);
  const auto group = groups.find(controller);
  if (mount == mounts.end() || group == groups.end()) return {};
  const fs::path top = root + mount->second.point;
  // A container that shows its own group as the mount's root may still call it by its whole name.
  fs::path inner = fs::path(group->second).lexically_relative(mount->second.group);
  if (inner.empty() || *inner.begin() == "..") inner = ".";
  std::vector<fs::path> folders = {top};
  for (const fs::path& part : inner) {
    if (part != ".") folders.push_back(folders.back() / part);
  }
  std::reverse(folders.begin(), folders.end());
  return folders;
}

/// A number at the beginning of a file; none where it says "max" or is not there.
std::optional<double> NumberIn(std::istream& file) {
  double number = 0;
  if (!(file >> number) || number <= 0) return std::nullopt;
  return number;
}

std::optional<double> NumberIn(const fs::path& path) {
  std::ifstream file(path);
  return NumberIn(file);
}

/// CPUs of one group: version 2 has quota and period in one file ("max 100000" is no limit),
/// version 1 a file each (-1 is none).
std::optional<double> CpusOf(const fs::path& folder) {
  std::ifstream both(folder / "cpu.max");
  const bool newer = both.is_open();
  const auto quota = newer ? NumberIn(both) : NumberIn(folder / "cpu.cfs_quota_us");
  const auto period = newer ? NumberIn(both) : NumberIn(folder / "cpu.cfs_period_us");
  if (!quota || !period) return std::nullopt;
  return *quota / *period;
}

/// Bytes of one group. Version 1 has a huge number where there is no limit.
std::optional<double> MemoryOf(const fs::path& folder) {
  const auto newer = NumberIn(folder / "memory.max");
  const auto bytes = newer ? newer : NumberIn(folder / "memory.limit_in_bytes");
  return bytes && *bytes < 0x1p62 ? bytes : std::nullopt;
}

template <typename Value, typename Read>
void Lower(std::optional<Value>& least, const std::vector<fs::path>& folders, Read read) {
  for (const fs::path& folder : folders) {
    const std::optional<double> value = read(folder);
    if (value && (!least || *value < static_cast<double>(*least))) {
      least = static_cast<Value>(*value);
    }
  }
}

}  // namespace

ControlGroupLimits ReadControlGroups(const std::string& root) {
  const Mounts mounts = ReadMounts(root);
  const Groups groups = ReadGroups(root);
  ControlGroupLimits limits;
  // Both versions may be mounted; a controller is in one of them.
  for (const char* version : {"", "cpu"}) {
    Lower(limits.cpus, Folders(root, mounts, groups, version), CpusOf);
  }
  for (const char* version : {"", "memory"}) {
    Lower(limits.memory_bytes, Folders(root, mounts, groups, version), MemoryOf);
  }
  return limits;
}

}  // namespace thalweg
