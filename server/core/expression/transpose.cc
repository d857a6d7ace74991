#include "server/core/expression/transpose.h"

#include <immintrin.h>

#include <algorithm>

namespace thalweg::expression {
namespace {

/// Four rows of four, in registers.
struct Square {
  __m256d rows[4];

  void Transpose() {
    const __m256d a = _mm256_unpacklo_pd(rows[0], rows[1]);
    const __m256d b = _mm256_unpackhi_pd(rows[0], rows[1]);
    const __m256d c = _mm256_unpacklo_pd(rows[2], rows[3]);
    const __m256d d = _mm256_unpackhi_pd(rows[2], rows[3]);
    rows[0] = _mm256_permute2f128_pd(a, c, 0x20);
    rows[1] = _mm256_permute2f128_pd(b, d, 0x20);
    rows[2] = _mm256_permute2f128_pd(a, c, 0x31);
    rows[3] = _mm256_permute2f128_pd(b, d, 0x31);
  }
};

}  // namespace

void ToLanes(const double* from, int64_t columns, int64_t points, double* to) {
  const double* row[8];
  for (int64_t p = 0; p < 8; ++p) row[p] = from + std::min(p, points - 1) * columns;
  int64_t i = 0;
  for (; i + 4 <= columns; i += 4) {
    for (int half = 0; half < 8; half += 4) {
      Square square;
      for (int r = 0; r < 4; ++r) square.rows[r] = _mm256_loadu_pd(row[half + r] + i);
      square.Transpose();
      for (int r = 0; r < 4; ++r) _mm256_storeu_pd(to + 8 * (i + r) + half, square.rows[r]);
    }
  }
  for (; i < columns; ++i) {
    for (int p = 0; p < 8; ++p) to[8 * i + p] = row[p][i];
  }
}

void FromLanes(const double* from, int64_t columns, int64_t points, double* to) {
  const int64_t fours = points / 4 * 4;
  int64_t i = 0;
  for (; i + 4 <= columns; i += 4) {
    for (int64_t half = 0; half < fours; half += 4) {
      Square square;
      for (int r = 0; r < 4; ++r) square.rows[r] = _mm256_loadu_pd(from + 8 * (i + r) + half);
      square.Transpose();
      for (int r = 0; r < 4; ++r) {
        _mm256_storeu_pd(to + (half + r) * columns + i, square.rows[r]);
      }
    }
    for (int64_t p = fours; p < points; ++p) {
      for (int r = 0; r < 4; ++r) to[p * columns + i + r] = from[8 * (i + r) + p];
    }
  }
  for (; i < columns; ++i) {
    for (int64_t p = 0; p < points; ++p) to[p * columns + i] = from[8 * i + p];
  }
}

}  // namespace thalweg::expression
