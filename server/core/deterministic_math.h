#pragma once

#include <sleef.h>

namespace thalweg {

// The C library's elementary functions change their last bits with the processor (FMA or not), so
// what reaches an iterate goes through SLEEF's deterministic scalar family instead: the same bits
// on every machine. Square root and absolute value are exact everywhere and need no wrapper.

/// base^exponent, base >= 0; within 1 ulp.
inline double Power(double base, double exponent) {
  return Sleef_finz_powd1_u10purecfma(base, exponent);
}

/// cos(pi * x); within 0.506 ulp, and exact at integers and halves.
inline double CosPi(double x) { return Sleef_finz_cospid1_u05purecfma(x); }

/// sin(pi * x); within 0.506 ulp, and exact at integers and halves.
inline double SinPi(double x) { return Sleef_finz_sinpid1_u05purecfma(x); }

/// Natural logarithm; within 1 ulp.
inline double Log(double x) { return Sleef_finz_logd1_u10purecfma(x); }

/// log(1 + x); within 1 ulp.
inline double Log1p(double x) { return Sleef_finz_log1pd1_u10purecfma(x); }

/// Arc tangent; within 1 ulp.
inline double Atan(double x) { return Sleef_finz_atand1_u10purecfma(x); }

/// e^x; within 1 ulp.
inline double Exp(double x) { return Sleef_finz_expd1_u10purecfma(x); }

}  // namespace thalweg
