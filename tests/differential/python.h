#pragma once

#include <string>
#include <vector>

#include "tests/differential/random_program.h"

namespace thalweg::testing {

/// A Python 3 that can import `modules` ("numpy, sympy"); empty where there is none.
std::string PythonWith(const std::string& modules);

/// Sends programs through a script of this folder, which answers with a line of numbers for each
/// point of each program, in order. `bounds` asks values.py for more than NumPy's value. Fails the
/// test, and returns nothing, where the script fails.
std::vector<std::vector<double>> Ask(const std::string& python, const std::string& script,
                                     const std::vector<RandomProgram>& programs, bool bounds);

}  // namespace thalweg::testing
