#pragma once

namespace thalweg::runs {

/// Puts this thread's floating-point unit into its default mode (round to nearest, denormals kept,
/// no traps), in case some library has changed it: the bits of every run depend on it. Returns
/// whether it had been changed.
bool UseDefaultFloatingPoint();

}  // namespace thalweg::runs
