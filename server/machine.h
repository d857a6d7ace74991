#pragma once

#include <string>

namespace thalweg {

/// Why this machine, or this process' state, cannot give the bits that every other gives: a CPU
/// without AVX2 and FMA, arithmetic that flushes small numbers to zero or rounds otherwise. Empty
/// where it can. Ask first of all: later code may use instructions that the CPU lacks.
std::string WhyUnfit();

/// CPUs that this process may use: of its affinity, and of its container's quota (rounded up).
int AvailableCpus();

}  // namespace thalweg
