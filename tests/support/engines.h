#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/core/expression/expression.h"

namespace thalweg::testing {

/// One way to run a compiled formula. Benchmarks time every engine, differential tests and fuzz
/// targets hold each to the bits of the first: the interpreter, the plainest.
struct Engine {
  std::string name;
  std::function<std::unique_ptr<Objective>(std::shared_ptr<const expression::Compiled>)> make;
};

inline std::vector<Engine> Engines() { return {{"interpreter", expression::MakeObjective}}; }

}  // namespace thalweg::testing
