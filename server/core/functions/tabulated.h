#pragma once

#include "server/core/functions/test_function.h"

/// A few hollows in a plain, their places and depths given by published tables.
namespace thalweg::functions {

TestFunction Shekel5();
TestFunction Shekel7();
TestFunction Shekel10();
TestFunction Hartmann3();
TestFunction Hartmann6();
TestFunction Foxholes();

}  // namespace thalweg::functions
