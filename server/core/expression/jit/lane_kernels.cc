#include "server/core/expression/jit/lane_kernels.h"

#include <immintrin.h>
#include <sleef.h>

#include <numbers>

#include "server/core/expression/jit/lane_table.h"
#include "server/core/expression/kernels.h"

namespace thalweg::expression {
namespace {

using Lanes = __m256d;
#define LANES 4
#define SLEEF(name) Sleef_finz_##name##d4_u10avx2
#define SLEEF_HYPOT Sleef_finz_hypotd4_u05avx2
#include "server/core/expression/jit/lane_kernels_body.h"

const LaneRow kFour[] = {THALWEG_LANE_KERNELS{nullptr, nullptr, nullptr}};

const void* Find(const LaneRow* table, const Function& row) {
  for (; table->kernel != nullptr; ++table) {
    if (row.code == Code::kCall1 && table->scalar1 == row.kernel1) return table->kernel;
    if (row.code == Code::kCall2 && table->scalar2 == row.kernel2) return table->kernel;
  }
  return nullptr;
}

}  // namespace

LaneKernel LaneKernelOf(const Function& row) {
  return {Find(kFour, row), Find(EightLanesTable(), row)};
}

LaneKernel SinCosLanes() {
  return {reinterpret_cast<const void*>(SinCosLanesOut), EightLanesSinCos()};
}

void SinCos(double x, double* out) {
  const auto both = Sleef_finz_sincosd1_u10purecfma(x);
  out[0] = both.x;
  out[1] = both.y;
}

}  // namespace thalweg::expression
