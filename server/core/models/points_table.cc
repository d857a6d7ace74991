#include "server/core/models/points_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

double UsualCell(const data::ColumnInfo& column) {
  if (column.type == data::ColumnType::kNumber) return column.statistics.mean;
  const auto& counts = column.statistics.counts;
  return static_cast<double>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

bool IsCell(const data::ColumnInfo& column, double number) {
  if (column.type == data::ColumnType::kNumber) return std::isfinite(number);
  return number >= 0 && number < static_cast<double>(column.categories.size()) &&
         number == std::floor(number);
}

}  // namespace

absl::StatusOr<PointsTable> PointsTable::Make(const data::Table& table, const Design& design,
                                              const std::vector<std::string>& varying) {
  std::set<size_t> seen;
  for (const Feature& feature : design.features()) seen.insert(feature.column);
  PointsTable points;
  std::vector<std::string> names;
  for (const size_t column : seen) {
    points.columns_.push_back(table.columns()[column]);
    points.usual_.push_back(UsualCell(points.columns_.back()));
    names.push_back(points.columns_.back().name);
  }
  for (size_t i = 0; i < varying.size(); ++i) {
    const auto found = std::find(names.begin(), names.end(), varying[i]);
    const auto place = static_cast<size_t>(found - names.begin());
    const std::string field = absl::StrCat("columns[", i, "]");
    if (found == names.end()) {
      return Refuse(field, Reason::kUnknownName, UnknownName("feature", varying[i], names));
    }
    if (std::count(points.varying_.begin(), points.varying_.end(), place) > 0) {
      return Refuse(field, Reason::kInvalidValue, "is named twice");
    }
    points.varying_.push_back(place);
  }
  return points;
}

data::Table PointsTable::Fill(const double* points, Index count) {
  const auto rows = static_cast<size_t>(count);
  cells_.resize(rows * columns_.size());
  for (size_t j = 0; j < columns_.size(); ++j) {
    std::fill_n(cells_.begin() + static_cast<std::ptrdiff_t>(j * rows), rows, usual_[j]);
  }
  for (size_t v = 0; v < varying_.size(); ++v) {
    const size_t column = varying_[v];
    for (size_t i = 0; i < rows; ++i) {
      const double number = points[i * varying_.size() + v];
      cells_[column * rows + i] =
          IsCell(columns_[column], number) ? number : std::numeric_limits<double>::quiet_NaN();
    }
  }
  return data::Table(columns_, count, cells_.data(), nullptr);
}

}  // namespace thalweg::models
