#pragma once

#include "server/core/functions/test_function.h"

/// Bowls: one minimum and a slope towards it from everywhere, gentle or stiff.
namespace thalweg::functions {

TestFunction Sphere();
TestFunction SumOfSquares();
TestFunction RotatedHyperEllipsoid();
TestFunction SumOfDifferentPowers();
TestFunction Booth();
TestFunction Matyas();
TestFunction Trid();
TestFunction Exponential();
TestFunction Brown();

}  // namespace thalweg::functions
