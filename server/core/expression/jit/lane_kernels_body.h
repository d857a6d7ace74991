// The functions in lanes, written once for both widths: included by lane_kernels.cc (AVX2) and
// lane_kernels_avx512.cc, which define LANES (4 or 8), SLEEF(name, precision) and Lanes.
// No #pragma once: it is a body, not an interface.

#define THALWEG_PASS1(name, sleef) \
  Lanes name##Lanes(Lanes x) { return SLEEF(sleef)(x); }
#define THALWEG_PASS2(name, sleef) \
  Lanes name##Lanes(Lanes x, Lanes y) { return SLEEF(sleef)(x, y); }

THALWEG_PASS1(Exp, exp)
THALWEG_PASS1(Expm1, expm1)
THALWEG_PASS1(Exp2, exp2)
THALWEG_PASS1(Log, log)
THALWEG_PASS1(Log1p, log1p)
THALWEG_PASS1(Log2, log2)
THALWEG_PASS1(Log10, log10)
THALWEG_PASS1(Cbrt, cbrt)
THALWEG_PASS1(Tan, tan)
THALWEG_PASS1(Asin, asin)
THALWEG_PASS1(Acos, acos)
THALWEG_PASS1(Atan, atan)
THALWEG_PASS1(Sinh, sinh)
THALWEG_PASS1(Cosh, cosh)
THALWEG_PASS1(Tanh, tanh)
THALWEG_PASS1(Atanh, atanh)
THALWEG_PASS1(Erf, erf)
THALWEG_PASS2(Power, pow)
THALWEG_PASS2(Atan2, atan2)
typedef long long Bits __attribute__((vector_size(LANES * 8)));

// As in kernels.cc: SLEEF's are infinite where the square of x is.
Lanes AsinhLanes(Lanes x) {
  const Lanes zero = {};
  const Bits sign = (Bits)x & (Bits)-zero;
  const Lanes size = (Lanes)((Bits)x & ~(Bits)-zero);
  const Lanes large = (Lanes)((Bits)(LogLanes(size) + std::numbers::ln2) | sign);
  return size > 0x1p500 ? large : SLEEF(asinh)(x);
}
Lanes AcoshLanes(Lanes x) {
  return x > 0x1p500 ? LogLanes(x) + std::numbers::ln2 : SLEEF(acosh)(x);
}
Lanes HypotLanes(Lanes x, Lanes y) { return SLEEF_HYPOT(x, y); }

Lanes SinLanes(Lanes x) { return SLEEF(sincos)(x).x; }
Lanes CosLanes(Lanes x) { return SLEEF(sincos)(x).y; }
void SinCosLanesOut(Lanes x, double* out) {
  const auto both = SLEEF(sincos)(x);
  __builtin_memcpy(out, &both.x, sizeof(Lanes));
  __builtin_memcpy(out + LANES, &both.y, sizeof(Lanes));
}

Lanes MinusAbs(Lanes x) {
  const Lanes zero = {};
  return (Lanes)((Bits)x | (Bits)-zero);
}
Lanes SigmoidLanes(Lanes x) {
  const Lanes zero = {};
  const Lanes one = zero + 1;
  const Lanes small = ExpLanes(MinusAbs(x));
  return (x >= 0 ? one : small) / (1 + small);
}
Lanes SoftplusLanes(Lanes x) {
  const Lanes tail = Log1pLanes(ExpLanes(MinusAbs(x)));
  return x > 0 ? x + tail : (x <= 0 ? tail : x);
}

#define THALWEG_ROW1(name) {name, nullptr, (const void*)name##Lanes},
#define THALWEG_ROW2(name) {nullptr, name, (const void*)name##Lanes},
// clang-format off
#define THALWEG_LANE_KERNELS \
  THALWEG_ROW1(Exp) THALWEG_ROW1(Expm1) THALWEG_ROW1(Exp2) THALWEG_ROW1(Log) \
  THALWEG_ROW1(Log1p) THALWEG_ROW1(Log2) THALWEG_ROW1(Log10) THALWEG_ROW1(Cbrt) \
  THALWEG_ROW1(Sin) THALWEG_ROW1(Cos) THALWEG_ROW1(Tan) THALWEG_ROW1(Asin) \
  THALWEG_ROW1(Acos) THALWEG_ROW1(Atan) THALWEG_ROW1(Sinh) THALWEG_ROW1(Cosh) \
  THALWEG_ROW1(Tanh) THALWEG_ROW1(Asinh) THALWEG_ROW1(Acosh) THALWEG_ROW1(Atanh) \
  THALWEG_ROW1(Erf) THALWEG_ROW1(Sigmoid) THALWEG_ROW1(Softplus) \
  THALWEG_ROW2(Power) THALWEG_ROW2(Atan2) THALWEG_ROW2(Hypot)
// clang-format on
