#include "server/core/models/softmax.h"

#include <sleef.h>

#include <algorithm>

#include "server/core/deterministic_math.h"
#include "server/core/models/lanes.h"

namespace thalweg::models {

void Softmax(Index count, Index k, const double* scores, double* shares, double* logs) {
  const Index all = count * k;
  for (Index i = 0; i < count; ++i) {
    const double* const row = scores + i * k;
    const double greatest = *std::max_element(row, row + k);
    for (Index j = 0; j < k; ++j) shares[i * k + j] = row[j] - greatest;
    if (logs != nullptr) logs[i] = greatest;
  }
  Index e = 0;
  for (; e + kLanes <= all; e += kLanes) {
    Store(Sleef_finz_expd4_u10avx2(Load(shares + e)), shares + e);
  }
  const Index rest = all - e;
  if (rest > 0) StoreSome(Sleef_finz_expd4_u10avx2(LoadSome(shares + e, rest)), shares + e, rest);
  for (Index i = 0; i < count; ++i) {
    double* const row = shares + i * k;
    double sum = 0;
    for (Index j = 0; j < k; ++j) sum += row[j];
    for (Index j = 0; j < k; ++j) row[j] /= sum;
    if (logs != nullptr) logs[i] += Log(sum);
  }
}

}  // namespace thalweg::models
