#include "client/cli/nearest.h"

#include <algorithm>
#include <numeric>

namespace thalweg::cli {
namespace {

/// Levenshtein's distance: letters inserted, left out or changed.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string DidYouMean(const std::string& name, const std::vector<std::string>& known) {
  size_t least = std::max<size_t>(1, name.size() / 3) + 1;  // further off is no misspelling
  std::string nearest;
  for (const std::string& candidate : known) {
    const size_t distance = Distance(name, candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest.empty() ? "" : "; did you mean '" + nearest + "'?";
}

}  // namespace thalweg::cli
