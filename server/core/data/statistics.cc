#include "server/core/data/statistics.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace thalweg::data {
namespace {

/// Neumaier (1974): the sum with what rounding took away from it.
class Sum {
 public:
  void Add(double x) {
    const double next = sum_ + x;
    lost_ += std::abs(sum_) >= std::abs(x) ? (sum_ - next) + x : (x - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

double MeanOf(const std::vector<double>& values, double unit) {
  Sum sum;
  for (const double value : values) sum.Add(value / unit);
  return sum.value() / static_cast<double>(values.size()) * unit;
}

double DeviationOf(const std::vector<double>& values, double mean, double unit) {
  Sum squares;
  for (const double value : values) {
    const double off = value / unit - mean / unit;
    squares.Add(off * off);
  }
  return std::sqrt(squares.value() / static_cast<double>(values.size())) * unit;
}

/// Of values[from..], whose members before are no greater.
double Quantile(std::vector<double>& values, double p, size_t from) {
  const double at = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(at);
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(from);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(begin, nth, values.end());
  const double fraction = at - static_cast<double>(below);
  if (fraction == 0) return *nth;
  const double above = *std::min_element(nth + 1, values.end());
  return *nth * (1 - fraction) + above * fraction;  // no difference, which could overflow
}

int64_t DistinctOf(const std::vector<double>& values) {
  std::unordered_set<double> seen;
  for (const double value : values) {
    seen.insert(value);
    if (static_cast<int64_t>(seen.size()) == kMostDistinct) break;
  }
  return static_cast<int64_t>(seen.size());
}

}  // namespace

ColumnStatistics Describe(const ColumnInfo& column, std::span<const double> cells) {
  ColumnStatistics s;
  std::vector<double> values;
  values.reserve(cells.size());
  for (const double cell : cells) {
    if (!std::isnan(cell)) values.push_back(cell);
  }
  s.missing = static_cast<int64_t>(cells.size() - values.size());
  s.counts.assign(column.categories.size(), 0);
  if (column.type == ColumnType::kCategory) {
    for (const double code : values) ++s.counts[static_cast<size_t>(code)];
    s.distinct = std::min(kMostDistinct, static_cast<int64_t>(column.categories.size()));
    return s;
  }
  if (values.empty()) return s;
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  s.least = *least;
  s.greatest = *greatest;
  // Numbers whose squares a double can't hold are taken in units of their size, a power of two.
  const double size = std::max(std::abs(s.least), std::abs(s.greatest));
  const double unit =
      size > 1e100 || (size != 0 && size < 1e-100) ? std::ldexp(1.0, std::ilogb(size)) : 1.0;
  s.distinct = DistinctOf(values);
  // The mean of equal numbers is that number, whatever rounding says.
  s.mean = std::clamp(MeanOf(values, unit), s.least, s.greatest);
  s.deviation = DeviationOf(values, s.mean, unit);
  s.lower_quartile = Quantile(values, 0.25, 0);
  const auto quarter = static_cast<size_t>(0.25 * static_cast<double>(values.size() - 1));
  s.median = Quantile(values, 0.5, quarter);
  const auto half = static_cast<size_t>(0.5 * static_cast<double>(values.size() - 1));
  s.upper_quartile = Quantile(values, 0.75, half);
  return s;
}

}  // namespace thalweg::data
