#include "server/core/models/terms.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

constexpr size_t kMostTerms = 20'000;

/// Whether `term` times a feature that comes not before its last is a product of its own.
bool Extends(const Term& term, Index next, const std::vector<Feature>& features,
             bool interactions) {
  const Feature& one = features[static_cast<size_t>(term.back())];
  const Feature& other = features[static_cast<size_t>(next)];
  // Zeros and ones: the square is the same, and of two categories one is 0.
  if (one.category >= 0 && other.category >= 0 && one.column == other.column) return false;
  return interactions || term.back() == next;
}

}  // namespace

absl::StatusOr<std::vector<Term>> TermsOf(const std::vector<Feature>& features, int64_t degree,
                                          bool interactions) {
  const auto count = static_cast<Index>(features.size());
  std::vector<Term> terms;
  for (Index j = 0; j < count; ++j) terms.push_back({j});
  size_t begin = 0;  // of the terms of the last degree
  for (int64_t power = 2; power <= degree; ++power) {
    const size_t end = terms.size();
    for (size_t t = begin; t < end; ++t) {
      for (Index j = terms[t].back(); j < count; ++j) {
        if (!Extends(terms[t], j, features, interactions)) continue;
        if (terms.size() >= kMostTerms) {
          return Refuse("settings[degree]", Reason::kInvalidValue,
                        absl::StrFormat("products up to degree %d of %d features are more than %d; "
                                        "lower the degree, or set interactions to false",
                                        degree, count, kMostTerms));
        }
        Term longer = terms[t];
        longer.push_back(j);
        terms.push_back(std::move(longer));
      }
    }
    begin = end;
  }
  return terms;
}

std::string NameOf(const Term& term, const std::vector<Feature>& features) {
  std::string name;
  for (size_t i = 0; i < term.size();) {
    const auto power = static_cast<size_t>(std::count(term.begin(), term.end(), term[i]));
    absl::StrAppend(&name, name.empty() ? "" : "*", features[static_cast<size_t>(term[i])].name);
    if (power > 1) absl::StrAppend(&name, "^", power);
    i += power;
  }
  return name.empty() ? "(intercept)" : name;
}

std::map<Term, double> InTableUnits(const std::vector<Term>& terms, const double* scaled,
                                    const std::vector<Feature>& features) {
  std::map<Term, double> sum;
  for (size_t t = 0; t < terms.size(); ++t) {
    std::map<Term, double> product{{{}, scaled[t]}};
    for (const Index place : terms[t]) {  // times (cell - shift) / scale
      const Feature& feature = features[static_cast<size_t>(place)];
      std::map<Term, double> longer;
      for (const auto& [term, value] : product) {
        Term with = term;
        with.push_back(place);
        longer[with] += value / feature.scale;
        if (feature.shift != 0) longer[term] -= value * feature.shift / feature.scale;
      }
      product = std::move(longer);
    }
    for (const auto& [term, value] : product) sum[term] += value;
  }
  return sum;
}

}  // namespace thalweg::models
