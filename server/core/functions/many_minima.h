#pragma once

#include "server/core/functions/test_function.h"

/// Many minima, in any number of dimensions: a local method stops in the first it meets.
namespace thalweg::functions {

TestFunction Rastrigin();
TestFunction Ackley();
TestFunction Griewank();
TestFunction Levy();
TestFunction Schwefel();
TestFunction Michalewicz();
TestFunction Salomon();

}  // namespace thalweg::functions
