#pragma once

#include "server/core/functions/test_function.h"

/// Valleys: the way down is a narrow, mostly bent floor between steep walls.
namespace thalweg::functions {

TestFunction Ravine();
TestFunction Rosenbrock();
TestFunction Beale();
TestFunction DixonPrice();
TestFunction Cube();
TestFunction PowellSingular();
TestFunction Wood();
TestFunction Perm();
TestFunction PermOfInverses();

}  // namespace thalweg::functions
