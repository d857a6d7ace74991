#include "server/core/expression/whole_arrays.h"

#include <algorithm>

namespace thalweg::expression {

void ExclusiveProducts(double* values, double count, int64_t length, double* scratch) {
  const int64_t factors = count > 0 ? std::min(static_cast<int64_t>(count), length) : 0;
  double product = 1;
  for (int64_t k = 0; k < factors; ++k) {
    scratch[k] = product;
    product *= values[k];
  }
  product = 1;
  for (int64_t k = factors; k-- > 0;) {
    const double value = values[k];
    values[k] = scratch[k] * product;
    product *= value;
  }
}

void ExclusiveProductTangents(double* tangents, const double* values, double count, int64_t length,
                              double* scratch) {
  const int64_t factors = count > 0 ? std::min(static_cast<int64_t>(count), length) : 0;
  double product = 1;  // of the factors so far, and its tangent
  double tangent = 0;
  for (int64_t k = 0; k < factors; ++k) {
    scratch[2 * k] = product;
    scratch[2 * k + 1] = tangent;
    tangent = tangent * values[k] + product * tangents[k];
    product *= values[k];
  }
  product = 1;
  tangent = 0;
  for (int64_t k = factors; k-- > 0;) {
    const double own = tangents[k];
    tangents[k] = scratch[2 * k + 1] * product + scratch[2 * k] * tangent;
    tangent = tangent * values[k] + product * own;
    product *= values[k];
  }
}

void PrefixSums(double* first, double count, double apart) {
  const auto step = static_cast<int64_t>(apart);
  for (int64_t k = 1; k < static_cast<int64_t>(count); ++k) {
    first[k * step] += first[(k - 1) * step];
  }
}

void SuffixSums(double* first, double count, double apart) {
  const auto step = static_cast<int64_t>(apart);
  for (auto k = static_cast<int64_t>(count) - 1; k-- > 0;) {
    first[k * step] += first[(k + 1) * step];
  }
}

}  // namespace thalweg::expression
