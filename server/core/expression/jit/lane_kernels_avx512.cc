// Compiled with -mavx512f, so nothing of the standard library may be instantiated here: the linker
// could choose this file's copy for everybody.
#include <immintrin.h>
#include <sleef.h>

#include <numbers>

#include "server/core/expression/jit/lane_table.h"
#include "server/core/expression/kernels.h"

namespace thalweg::expression {
namespace {

using Lanes = __m512d;
#define LANES 8
#define SLEEF(name) Sleef_finz_##name##d8_u10avx512f
#define SLEEF_HYPOT Sleef_finz_hypotd8_u05avx512f
#include "server/core/expression/jit/lane_kernels_body.h"

const LaneRow kEight[] = {THALWEG_LANE_KERNELS{nullptr, nullptr, nullptr}};

}  // namespace

const LaneRow* EightLanesTable() { return kEight; }
const void* EightLanesSinCos() { return reinterpret_cast<const void*>(SinCosLanesOut); }

}  // namespace thalweg::expression
