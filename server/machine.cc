#include "server/machine.h"

#include <sched.h>

#include <algorithm>
#include <cfenv>
#include <cfloat>
#include <cmath>
#include <fstream>
#include <optional>

namespace thalweg {
namespace {

/// A quota in CPUs; none where there is no limit. Control groups of version 2 have both numbers in
/// one file ("max 100000" is no limit), those of version 1 have a file each (-1 is none).
std::optional<double> QuotaIn(std::istream& quota, std::istream& period) {
  double numerator = 0, denominator = 0;
  if (!(quota >> numerator) || !(period >> denominator)) return std::nullopt;
  if (numerator <= 0 || denominator <= 0) return std::nullopt;
  return numerator / denominator;
}

std::optional<double> ReadQuota() {
  if (std::ifstream both("/sys/fs/cgroup/cpu.max"); both) return QuotaIn(both, both);
  std::ifstream quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  std::ifstream period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  return QuotaIn(quota, period);
}

}  // namespace

std::string WhyUnfit() {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
      !__builtin_cpu_supports("bmi2")) {
    return "this CPU lacks AVX2, FMA or BMI2 (x86-64-v3), which the same bits everywhere need";
  }
  // A library built with -ffast-math turns this on for the whole process, merely by being linked.
  const volatile double smallest = DBL_MIN;
  if (smallest / 2 == 0) {
    return "arithmetic flushes subnormal numbers to zero: a library built with -ffast-math is "
           "loaded";
  }
  if (std::fegetround() != FE_TONEAREST) return "arithmetic does not round to nearest";
  return "";
}

int AvailableCpus() {
  cpu_set_t set;
  int cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  if (const auto quota = ReadQuota()) cpus = std::min(cpus, static_cast<int>(std::ceil(*quota)));
  return std::max(1, cpus);
}

}  // namespace thalweg
