#include "server/core/models/columns.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

constexpr size_t kMostCategories = 1000;

std::vector<std::string> NamesOf(const data::Table& table) {
  std::vector<std::string> names;
  for (const data::ColumnInfo& column : table.columns()) names.push_back(column.name);
  return names;
}

absl::StatusOr<size_t> Named(const data::Table& table, const std::string& field,
                             const std::string& name) {
  const Index place = table.Find(name);
  if (place >= 0) return static_cast<size_t>(place);
  return Refuse(field, Reason::kUnknownName, UnknownName("column", name, NamesOf(table)));
}

bool HasAnyValue(const data::Table& table, size_t column) {
  const auto cells = table.cells(column);
  return std::any_of(cells.begin(), cells.end(), [](double cell) { return !std::isnan(cell); });
}

std::string FieldOf(const data::Table& table, size_t column) {
  return absl::StrCat("features[", table.columns()[column].name, "]");
}

absl::Status CheckFeature(const data::Table& table, size_t column, Encoding encoding) {
  const data::ColumnInfo& info = table.columns()[column];
  if (!HasAnyValue(table, column)) {
    return Refuse(FieldOf(table, column), Reason::kInvalidValue,
                  absl::StrFormat("column %s has no value in any of the %d rows; leave it out",
                                  Quoted(info.name), table.rows()));
  }
  if (encoding == Encoding::kNumbers && info.categories.size() > kMostCategories) {
    return Refuse(FieldOf(table, column), Reason::kInvalidValue,
                  absl::StrFormat("column %s has %d categories, of which each would be a feature; "
                                  "%d at most: leave it out",
                                  Quoted(info.name), info.categories.size(), kMostCategories));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<size_t>> NamedFeatures(const ModelSpec& spec, const data::Table& table,
                                                  const Columns& columns) {
  std::vector<size_t> features;
  std::set<size_t> seen;
  for (const std::string& name : spec.features) {
    const std::string field = absl::StrCat("features[", name, "]");
    const auto column = Named(table, field, name);
    if (!column.ok()) return column.status();
    if (*column == columns.target) {
      return Refuse(field, Reason::kInvalidValue, "the target cannot be a feature too");
    }
    if (!seen.insert(*column).second) {
      return Refuse(field, Reason::kInvalidValue, "named twice");
    }
    features.push_back(*column);
  }
  return features;
}

}  // namespace

absl::StatusOr<Columns> ChooseColumns(const ModelSpec& spec, const data::Table& table,
                                      Encoding encoding) {
  if (spec.target.empty()) {
    return Refuse("target", Reason::kMissingField, "name the column that is to be predicted");
  }
  Columns columns;
  const auto target = Named(table, "target", spec.target);
  if (!target.ok()) return target.status();
  columns.target = *target;
  if (!spec.weights.empty()) {
    const auto weights = Named(table, "weights", spec.weights);
    if (!weights.ok()) return weights.status();
    if (*weights == columns.target || table.columns()[*weights].type != data::ColumnType::kNumber) {
      return Refuse("weights", Reason::kInvalidValue,
                    *weights == columns.target
                        ? "the target cannot be the weights too"
                        : absl::StrFormat("column %s holds categories; weights are numbers",
                                          Quoted(spec.weights)));
    }
    columns.weights = *weights;
  }
  auto named = NamedFeatures(spec, table, columns);
  if (!named.ok()) return named.status();
  columns.features = *std::move(named);
  if (spec.features.empty()) {
    for (size_t i = 0; i < table.columns().size(); ++i) {
      if (i != columns.target && i != columns.weights) columns.features.push_back(i);
    }
  }
  if (columns.features.empty()) {
    return Refuse("features", Reason::kInvalidValue,
                  "there is no column to predict from, beside the target");
  }
  for (const size_t column : columns.features) {
    if (auto status = CheckFeature(table, column, encoding); !status.ok()) return status;
  }
  return columns;
}

double FeatureValue(const Feature& feature, const data::ColumnInfo& column, Missing missing,
                    double cell) {
  if (column.type == data::ColumnType::kCategory && std::isnan(cell) && missing == Missing::kFill) {
    cell = static_cast<double>(column.categories.size());  // a category of its own
  }
  if (std::isnan(cell) && missing == Missing::kFill) cell = feature.filling;
  if (feature.category < 0) return (cell - feature.shift) / feature.scale;
  if (std::isnan(cell)) return cell;
  return cell == static_cast<double>(feature.category) ? 1 : 0;
}

}  // namespace thalweg::models
