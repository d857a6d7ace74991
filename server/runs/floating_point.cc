#include "server/runs/floating_point.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
#else
#include <cfenv>
#endif

namespace thalweg::runs {

bool UseDefaultFloatingPoint() {
#if defined(__SSE2__)
  constexpr unsigned kDefault = 0x1F80;      // all exceptions masked, round to nearest
  constexpr unsigned kStickyFlags = 0x003F;  // what happened so far; no mode
  if ((_mm_getcsr() & ~kStickyFlags) == kDefault) return false;
  _mm_setcsr(kDefault);
  return true;
#else
  if (std::fegetround() == FE_TONEAREST) return false;
  std::fesetenv(FE_DFL_ENV);
  return true;
#endif
}

}  // namespace thalweg::runs
