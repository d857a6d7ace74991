#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/models/columns.h"
#include "server/core/models/design.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

constexpr double kUnknown = -1;  // a category that the design has not seen

/// A column of another table that stands for one of the design's.
struct Source {
  std::span<const double> cells;
  std::vector<double> codes;  // of its categories; empty: cells are taken as they are
  bool by_text = false;       // numbers that stand for categories
};

double CodeOf(const data::ColumnInfo& column, const std::string& category) {
  const auto place = std::find(column.categories.begin(), column.categories.end(), category);
  return place == column.categories.end() ? kUnknown
                                          : static_cast<double>(place - column.categories.begin());
}

absl::StatusOr<Source> Match(const data::ColumnInfo& column, const data::Table& table) {
  const std::string field = absl::StrCat("features[", column.name, "]");
  const Index place = table.Find(column.name);
  if (place < 0) {
    return Refuse(field, Reason::kMissingField,
                  absl::StrFormat("the table has no column %s, which the model learnt from",
                                  Quoted(column.name)));
  }
  const data::ColumnInfo& given = table.columns()[static_cast<size_t>(place)];
  Source source;
  source.cells = table.cells(static_cast<size_t>(place));
  if (column.type == data::ColumnType::kCategory) {
    source.by_text = given.type == data::ColumnType::kNumber;
    for (const std::string& category : given.categories) {
      source.codes.push_back(CodeOf(column, category));
    }
    return source;
  }
  const bool any = std::any_of(source.cells.begin(), source.cells.end(),
                               [](double cell) { return !std::isnan(cell); });
  if (given.type == data::ColumnType::kCategory && any) {
    return Refuse(field, Reason::kInvalidValue,
                  absl::StrFormat("column %s holds categories (%s, ...); the model learnt from "
                                  "numbers",
                                  Quoted(column.name), Quoted(given.categories.front())));
  }
  return source;
}

/// The cell as the design's own table would have held it.
double CellOf(const Source& source, const data::ColumnInfo& column, size_t row) {
  const double cell = source.cells[row];
  if (std::isnan(cell)) return cell;
  if (source.by_text) return CodeOf(column, NumberText(cell));
  return source.codes.empty() ? cell : source.codes[static_cast<size_t>(cell)];
}

}  // namespace

absl::StatusOr<std::vector<double>> Design::Encode(const data::Table& table, Index first,
                                                   Index count) const {
  if (first < 0 || count < 0 || first > table.rows() || count > table.rows() - first) {
    return absl::OutOfRangeError(
        absl::StrFormat("rows %d to %d; the table has %d", first, first + count, table.rows()));
  }
  std::vector<Source> sources;
  for (const data::ColumnInfo& column : columns_) {
    auto source = Match(column, table);
    if (!source.ok()) return source.status();
    sources.push_back(*std::move(source));
  }
  const size_t width = features_.size();
  std::vector<double> rows(static_cast<size_t>(count) * width);
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    size_t c = 0;  // of columns_; features of a column are neighbours
    for (size_t j = 0; j < width; ++j) {
      if (j > 0 && features_[j].column != features_[j - 1].column) ++c;
      const double cell = CellOf(sources[c], columns_[c], static_cast<size_t>(first) + i);
      const bool unknown = columns_[c].type == data::ColumnType::kCategory && cell == kUnknown;
      rows[i * width + j] = unknown ? std::numeric_limits<double>::quiet_NaN()
                                    : FeatureValue(features_[j], columns_[c], missing_, cell);
    }
  }
  return rows;
}

}  // namespace thalweg::models
