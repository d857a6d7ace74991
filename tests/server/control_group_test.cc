#include "server/control_group.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace thalweg {
namespace {

/// A machine's files, as far as control groups go.
class Machine {
 public:
  Machine() {
    std::string name = ::testing::TempDir() + "/thalweg-groups-XXXXXX";
    root_ = mkdtemp(name.data());
  }
  ~Machine() { std::filesystem::remove_all(root_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  Machine& With(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ + path).substr(0, (root_ + path).rfind('/')));
    std::ofstream(root_ + path, std::ios::app) << text << '\n';
    return *this;
  }
  ControlGroupLimits Read() const { return ReadControlGroups(root_); }

 private:
  std::string root_;
};

/// Of version 2, mounted as a container sees it: its own group is the root.
Machine& Newer(Machine& machine) {
  return machine
      .With("/proc/self/mountinfo",
            "31 23 0:28 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate")
      .With("/proc/self/cgroup", "0::/");
}

TEST(ControlGroups, LimitNothingWhereThereAreNone) {
  Machine machine;

  EXPECT_EQ(machine.Read().cpus, std::nullopt);
  EXPECT_EQ(machine.Read().memory_bytes, std::nullopt);
}

TEST(ControlGroups, OfVersion2HaveQuotaAndPeriodInOneFile) {
  Machine machine;
  Newer(machine)
      .With("/sys/fs/cgroup/cpu.max", "50000 100000")
      .With("/sys/fs/cgroup/memory.max", "268435456");

  EXPECT_EQ(machine.Read().cpus, 0.5);
  EXPECT_EQ(machine.Read().memory_bytes, 268435456);
}

TEST(ControlGroups, OfVersion2SayMaxWhereTheyDoNotLimit) {
  Machine machine;
  Newer(machine)
      .With("/sys/fs/cgroup/cpu.max", "max 100000")
      .With("/sys/fs/cgroup/memory.max", "max");

  EXPECT_EQ(machine.Read().cpus, std::nullopt);
  EXPECT_EQ(machine.Read().memory_bytes, std::nullopt);
}

TEST(ControlGroups, BindWithTheLeastOfThoseAroundThem) {
  Machine machine;
  machine.With("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup rw")
      .With("/proc/self/cgroup", "0::/pods/one/app")
      .With("/sys/fs/cgroup/pods/memory.max", "1000")
      .With("/sys/fs/cgroup/pods/one/memory.max", "max")
      .With("/sys/fs/cgroup/pods/one/app/memory.max", "3000")
      .With("/sys/fs/cgroup/pods/cpu.max", "400000 100000")
      .With("/sys/fs/cgroup/pods/one/app/cpu.max", "150000 100000");

  EXPECT_EQ(machine.Read().memory_bytes, 1000);
  EXPECT_EQ(machine.Read().cpus, 1.5);
}

TEST(ControlGroups, OfVersion1AreFoundWhereTheyAreMounted) {
  Machine machine;
  machine
      .With("/proc/self/mountinfo",
            "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct")
      .With("/proc/self/mountinfo", "35 31 0:32 / /groups/memory rw - cgroup cgroup rw,memory")
      .With("/proc/self/cgroup", "4:memory:/docker/a1")
      .With("/proc/self/cgroup", "2:cpuacct,cpu:/docker/a1")
      .With("/sys/fs/cgroup/cpu,cpuacct/docker/a1/cpu.cfs_quota_us", "200000")
      .With("/sys/fs/cgroup/cpu,cpuacct/docker/a1/cpu.cfs_period_us", "100000")
      .With("/groups/memory/docker/a1/memory.limit_in_bytes", "4096")
      .With("/groups/memory/memory.limit_in_bytes", "9223372036854771712");

  EXPECT_EQ(machine.Read().cpus, 2);
  EXPECT_EQ(machine.Read().memory_bytes, 4096);
}

TEST(ControlGroups, OfVersion1HaveNumbersThatMeanNoLimit) {
  Machine machine;
  machine.With("/proc/self/mountinfo", "33 31 0:30 / /cpu rw - cgroup cgroup rw,cpu")
      .With("/proc/self/mountinfo", "35 31 0:32 / /memory rw - cgroup cgroup rw,memory")
      .With("/proc/self/cgroup", "4:memory:/")
      .With("/proc/self/cgroup", "2:cpu:/")
      .With("/cpu/cpu.cfs_quota_us", "-1")
      .With("/cpu/cpu.cfs_period_us", "100000")
      .With("/memory/memory.limit_in_bytes", "9223372036854771712");

  EXPECT_EQ(machine.Read().cpus, std::nullopt);
  EXPECT_EQ(machine.Read().memory_bytes, std::nullopt);
}

TEST(ControlGroups, AreFoundByTheirWholeNameWhereTheMountShowsOnlyAPart) {
  Machine machine;
  machine
      .With("/proc/self/mountinfo",
            "35 31 0:32 /docker/a1 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory")
      .With("/proc/self/cgroup", "4:memory:/docker/a1/inner")
      .With("/sys/fs/cgroup/memory/memory.limit_in_bytes", "5000")
      .With("/sys/fs/cgroup/memory/inner/memory.limit_in_bytes", "4000");

  EXPECT_EQ(machine.Read().memory_bytes, 4000);
}

TEST(ControlGroups, OutsideOfTheMountAreTakenAsItsRoot) {
  Machine machine;
  machine
      .With("/proc/self/mountinfo",
            "35 31 0:32 /docker/a1 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory")
      .With("/proc/self/cgroup", "4:memory:/elsewhere")
      .With("/sys/fs/cgroup/memory/memory.limit_in_bytes", "5000");

  EXPECT_EQ(machine.Read().memory_bytes, 5000);
}

}  // namespace
}  // namespace thalweg
