#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/models/design.h"

namespace thalweg::models {

/// A product of features: their places in increasing order, a place as often as its power.
using Term = std::vector<Index>;

/// All products of 1 to `degree` features of a design, the features themselves first; without
/// `interactions` powers of one feature alone. Products that say nothing new are left out: of zeros
/// and ones of one column. Refused (field "settings[degree]") where there are too many.
absl::StatusOr<std::vector<Term>> TermsOf(const std::vector<Feature>& features, int64_t degree,
                                          bool interactions);

/// "age", "age^2", "age*height".
std::string NameOf(const Term& term, const std::vector<Feature>& features);

/// Coefficients of products of cells, in the table's units, that make the same sum as `scaled` ones
/// of `terms` of scaled features; the empty term is the constant.
std::map<Term, double> InTableUnits(const std::vector<Term>& terms, const double* scaled,
                                    const std::vector<Feature>& features);

}  // namespace thalweg::models
