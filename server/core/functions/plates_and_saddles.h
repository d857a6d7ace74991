#pragma once

#include "server/core/functions/test_function.h"

/// Plates and saddles: the gradient is small or misleading where the minimum is not.
namespace thalweg::functions {

TestFunction Saddle();
TestFunction MonkeySaddle();
TestFunction Plateau();
TestFunction Easom();
TestFunction Zakharov();
TestFunction PowerSum();

}  // namespace thalweg::functions
