#pragma once

namespace thalweg::expression {

// Elementary functions. Each gives the same bits on every CPU: SLEEF's deterministic family in
// its scalar form, or exact IEEE operations. Nothing here calls libm for a rounded result.
double Exp(double x);
double Expm1(double x);
double Exp2(double x);
double Log(double x);
double Log1p(double x);
double Log2(double x);
double Log10(double x);
double Cbrt(double x);
double Sin(double x);
double Cos(double x);
double Tan(double x);
double Asin(double x);
double Acos(double x);
double Atan(double x);
double Sinh(double x);
double Cosh(double x);
double Tanh(double x);
double Asinh(double x);
double Acosh(double x);
double Atanh(double x);
double Erf(double x);
double Sigmoid(double x);
double Softplus(double x);
double Power(double x, double y);
double Atan2(double y, double x);
double Hypot(double x, double y);

// Python's // and % for floats: exact remainder with the sign of the divisor.
double FloorDivide(double x, double y);
double Modulo(double x, double y);

}  // namespace thalweg::expression
