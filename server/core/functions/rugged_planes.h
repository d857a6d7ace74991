#pragma once

#include "server/core/functions/test_function.h"

/// Many minima in the plane: ripples, rings, creases and cliffs, good to look at.
namespace thalweg::functions {

TestFunction Bohachevsky();
TestFunction Bohachevsky2();
TestFunction Bohachevsky3();
TestFunction LevyN13();
TestFunction Shubert();
TestFunction DropWave();
TestFunction Eggholder();
TestFunction BukinN6();
TestFunction CrossInTray();
TestFunction HolderTable();
TestFunction SchafferN2();
TestFunction SchafferN4();

}  // namespace thalweg::functions
