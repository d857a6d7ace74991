#pragma once

#include "server/core/functions/test_function.h"

/// Functions of one number, whose whole graph can be seen.
namespace thalweg::functions {

TestFunction Parabola1d();
TestFunction Quartic1d();
TestFunction DoubleWell1d();
TestFunction Wave1d();
TestFunction SineSum1d();
TestFunction GramacyLee1d();
TestFunction Forrester1d();
TestFunction Kink1d();

}  // namespace thalweg::functions
