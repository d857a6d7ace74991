#pragma once

#include "server/core/functions/test_function.h"

/// A handful of minima in the plane: which one is found depends on the start and on the method.
namespace thalweg::functions {

TestFunction Himmelblau();
TestFunction SixHumpCamel();
TestFunction ThreeHumpCamel();
TestFunction Branin();
TestFunction GoldsteinPrice();
TestFunction Mccormick();
TestFunction FreudensteinRoth();
TestFunction StyblinskiTang();

}  // namespace thalweg::functions
