#pragma once

#include <cstdint>

namespace thalweg::expression {

/// Replaces each of the first `count` values (at most `length`; none where count is not positive)
/// by the product of the others: prefix times suffix products, exact with zeros among the factors
/// as division would not be. `scratch` has room for `length` values.
void ExclusiveProducts(double* values, double count, int64_t length, double* scratch);

/// Replaces the tangents of `count` factors by those of the products of the others, by the product
/// rule in the same two sweeps. `values` are the factors still; `scratch` has room for 2 `length`.
void ExclusiveProductTangents(double* tangents, const double* values, double count, int64_t length,
                              double* scratch);

/// kPrefixSums and kSuffixSums: running sums in place over `count` values, `apart` doubles apart.
void PrefixSums(double* first, double count, double apart);
void SuffixSums(double* first, double count, double apart);

}  // namespace thalweg::expression
