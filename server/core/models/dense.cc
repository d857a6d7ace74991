#include "server/core/models/dense.h"

#include "server/core/models/lanes.h"

namespace thalweg::models {
namespace {

/// The lanes of a vector's last 1 to 3 numbers.
__m256i MaskOf(Index rest) {
  const __m256i places = _mm256_setr_epi64x(0, 1, 2, 3);
  return _mm256_cmpgt_epi64(_mm256_set1_epi64x(rest), places);
}

double SumOf(Lanes even, Lanes odd) {
  const Lanes four = even + odd;
  return (four[0] + four[2]) + (four[1] + four[3]);
}

/// kRows rows at once, so that w is read once for all of them.
template <int kRows>
void DotsOf(const double* rows, Index d, const double* w, double offset, double* out,
            Index stride) {
  Lanes even[kRows], odd[kRows];
  for (int r = 0; r < kRows; ++r) even[r] = odd[r] = AllLanes(0);
  Index j = 0;
  for (; j + 2 * kLanes <= d; j += 2 * kLanes) {
    const Lanes first = Load(w + j);
    const Lanes second = Load(w + j + kLanes);
    for (int r = 0; r < kRows; ++r) {
      even[r] = _mm256_fmadd_pd(Load(rows + r * d + j), first, even[r]);
      odd[r] = _mm256_fmadd_pd(Load(rows + r * d + j + kLanes), second, odd[r]);
    }
  }
  if (j + kLanes <= d) {
    const Lanes first = Load(w + j);
    for (int r = 0; r < kRows; ++r) {
      even[r] = _mm256_fmadd_pd(Load(rows + r * d + j), first, even[r]);
    }
    j += kLanes;
  }
  if (j < d) {
    const __m256i mask = MaskOf(d - j);
    const Lanes last = _mm256_maskload_pd(w + j, mask);
    for (int r = 0; r < kRows; ++r) {
      odd[r] = _mm256_fmadd_pd(_mm256_maskload_pd(rows + r * d + j, mask), last, odd[r]);
    }
  }
  for (int r = 0; r < kRows; ++r) out[r * stride] = offset + SumOf(even[r], odd[r]);
}

/// kRows rows at once, so that the sum is read and written once for all of them.
template <int kRows>
void AddRowsOf(const double* rows, Index d, const double* slopes, Index stride, double* sum) {
  Lanes slope[kRows];
  for (int r = 0; r < kRows; ++r) slope[r] = AllLanes(slopes[r * stride]);
  Index j = 0;
  for (; j + kLanes <= d; j += kLanes) {
    Lanes total = Load(sum + j);
    for (int r = 0; r < kRows; ++r)
      total = _mm256_fmadd_pd(slope[r], Load(rows + r * d + j), total);
    Store(total, sum + j);
  }
  if (j == d) return;
  const __m256i mask = MaskOf(d - j);
  Lanes total = _mm256_maskload_pd(sum + j, mask);
  for (int r = 0; r < kRows; ++r) {
    total = _mm256_fmadd_pd(slope[r], _mm256_maskload_pd(rows + r * d + j, mask), total);
  }
  _mm256_maskstore_pd(sum + j, mask, total);
}

}  // namespace

void Dots(const double* rows, Index count, Index d, const double* w, double offset, double* out,
          Index stride) {
  constexpr int kAtOnce = 4;
  Index i = 0;
  for (; i + kAtOnce <= count; i += kAtOnce) {
    DotsOf<kAtOnce>(rows + i * d, d, w, offset, out + i * stride, stride);
  }
  for (; i < count; ++i) DotsOf<1>(rows + i * d, d, w, offset, out + i * stride, stride);
}

void AddRows(const double* rows, Index count, Index d, const double* slopes, Index stride,
             double* sum) {
  constexpr int kAtOnce = 8;
  Index i = 0;
  for (; i + kAtOnce <= count; i += kAtOnce) {
    AddRowsOf<kAtOnce>(rows + i * d, d, slopes + i * stride, stride, sum);
  }
  for (; i < count; ++i) AddRowsOf<1>(rows + i * d, d, slopes + i * stride, stride, sum);
}

}  // namespace thalweg::models
