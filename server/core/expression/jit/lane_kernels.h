#pragma once

#include "server/core/expression/functions.h"

namespace thalweg::expression {

/// The elementary functions for four (AVX2) and eight (AVX-512) doubles at a time, as addresses
/// that machine code calls with its lanes in vector registers. Every lane has the bits of the
/// scalar kernel (kernels.h). Null where there is none: lanes are then called one by one.
struct LaneKernel {
  const void* four = nullptr;
  const void* eight = nullptr;
};

/// Of a row that is a call.
LaneKernel LaneKernelOf(const Function& row);

/// void (lanes x, double* out): sines, then cosines.
LaneKernel SinCosLanes();
/// void (double x, double out[2]): sine, cosine; the bits of Sin and Cos.
void SinCos(double x, double* out);

}  // namespace thalweg::expression
