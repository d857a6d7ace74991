#include "server/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cfenv>
#include <cfloat>
#include <cmath>
#include <fstream>

#include "server/control_group.h"

namespace thalweg {

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

Machine ThisMachine() { return {AvailableCpus(), AvailableMemory()}; }

int AvailableCpus() {
  cpu_set_t set;
  int cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  if (const auto quota = ReadControlGroups().cpus) {
    cpus = std::min(cpus, static_cast<int>(std::ceil(*quota)));
  }
  return std::max(1, cpus);
}

int64_t AvailableMemory() {
  int64_t bytes = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  if (const auto limit = ReadControlGroups().memory_bytes) bytes = std::min(bytes, *limit);
  return bytes;
}

int64_t OwnMemory() {
  int64_t size = 0, resident = 0, shared = 0;  // pages
  std::ifstream("/proc/self/statm") >> size >> resident >> shared;
  return (resident - shared) * sysconf(_SC_PAGESIZE);
}

}  // namespace thalweg
