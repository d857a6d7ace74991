#pragma once

#include <cstdint>
#include <string>

namespace thalweg {

/// Why this machine, or this process' state, cannot give the bits that every other gives: a CPU
/// without AVX2 and FMA, arithmetic that flushes small numbers to zero or rounds otherwise. Empty
/// where it can. Ask first of all: later code may use instructions that the CPU lacks.
std::string WhyUnfit();

/// What a process may use.
struct Machine {
  int cpus = 1;
  int64_t memory_bytes = 0;
};

/// What this one may use.
Machine ThisMachine();

/// CPUs that this process may use: of its affinity, and of its control groups' quota (rounded up).
int AvailableCpus();

/// Bytes of memory that this process may use: of its control groups, else of the machine.
int64_t AvailableMemory();

/// Bytes of memory that this process has and the kernel cannot take back: without files' pages.
int64_t OwnMemory();

}  // namespace thalweg
