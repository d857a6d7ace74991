#include "server/core/expression/kernels.h"

#include <cmath>
#include <numbers>

#include <sleef.h>

namespace thalweg::expression {

double Exp(double x) { return Sleef_finz_expd1_u10purecfma(x); }
double Expm1(double x) { return Sleef_finz_expm1d1_u10purecfma(x); }
double Exp2(double x) { return Sleef_finz_exp2d1_u10purecfma(x); }
double Log(double x) { return Sleef_finz_logd1_u10purecfma(x); }
double Log1p(double x) { return Sleef_finz_log1pd1_u10purecfma(x); }
double Log2(double x) { return Sleef_finz_log2d1_u10purecfma(x); }
double Log10(double x) { return Sleef_finz_log10d1_u10purecfma(x); }
double Cbrt(double x) { return Sleef_finz_cbrtd1_u10purecfma(x); }
// Sine and cosine are halves of one function, so that machine code that needs both pays for one;
// its bits are not quite those of SLEEF's separate sine and cosine.
double Sin(double x) { return Sleef_finz_sincosd1_u10purecfma(x).x; }
double Cos(double x) { return Sleef_finz_sincosd1_u10purecfma(x).y; }
double Tan(double x) { return Sleef_finz_tand1_u10purecfma(x); }
double Asin(double x) { return Sleef_finz_asind1_u10purecfma(x); }
double Acos(double x) { return Sleef_finz_acosd1_u10purecfma(x); }
double Atan(double x) { return Sleef_finz_atand1_u10purecfma(x); }
double Sinh(double x) { return Sleef_finz_sinhd1_u10purecfma(x); }
double Cosh(double x) { return Sleef_finz_coshd1_u10purecfma(x); }
double Tanh(double x) { return Sleef_finz_tanhd1_u10purecfma(x); }
// SLEEF's asinh and acosh are infinite where the square of x is: from 2^500 on, log(2x) is as good.
double Asinh(double x) {
  const double size = std::fabs(x);
  if (size > 0x1p500) return std::copysign(Log(size) + std::numbers::ln2, x);
  return Sleef_finz_asinhd1_u10purecfma(x);
}
double Acosh(double x) {
  if (x > 0x1p500) return Log(x) + std::numbers::ln2;
  return Sleef_finz_acoshd1_u10purecfma(x);
}
double Atanh(double x) { return Sleef_finz_atanhd1_u10purecfma(x); }
double Erf(double x) { return Sleef_finz_erfd1_u10purecfma(x); }
double Power(double x, double y) { return Sleef_finz_powd1_u10purecfma(x, y); }
double Atan2(double y, double x) { return Sleef_finz_atan2d1_u10purecfma(y, x); }
double Hypot(double x, double y) { return Sleef_finz_hypotd1_u05purecfma(x, y); }

// The exponential's argument is never positive, so that nothing overflows.
double Sigmoid(double x) {
  const double small = Exp(-std::fabs(x));
  return (x >= 0 ? 1 : small) / (1 + small);
}
double Softplus(double x) {
  const double tail = Log1p(Exp(-std::fabs(x)));
  return x > 0 ? x + tail : (x <= 0 ? tail : x);
}

// std::fmod is exact by definition, hence the same everywhere.
double Modulo(double x, double y) {
  double rest = std::fmod(x, y);
  if (rest != 0 && (rest < 0) != (y < 0)) rest += y;
  return rest;
}
double FloorDivide(double x, double y) {
  double rest = std::fmod(x, y);
  double quotient = (x - rest) / y;
  if (rest != 0 && (rest < 0) != (y < 0)) quotient -= 1;
  const double whole = std::floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

}  // namespace thalweg::expression
