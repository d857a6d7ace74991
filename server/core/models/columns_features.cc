#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/models/columns.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

/// Cells of these rows that have a value.
std::vector<double> ValuesAt(std::span<const double> cells, const std::vector<int64_t>& rows) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const int64_t row : rows) {
    const double cell = cells[static_cast<size_t>(row)];
    if (!std::isnan(cell)) values.push_back(cell);
  }
  return values;
}

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double DeviationOf(const std::vector<double>& values, double mean) {
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

/// Of sorted values, between neighbours in proportion (Hyndman & Fan (1996), type 7).
double Quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Shift and scale of a feature whose values are not all alike.
void Scale(Scaling scaling, std::vector<double>& values, double mean, Feature& feature) {
  if (scaling == Scaling::kStandard) {
    feature.shift = mean;
    feature.scale = DeviationOf(values, mean);
  } else if (scaling == Scaling::kMinMax) {
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    feature.shift = *least;
    feature.scale = *greatest - *least;
  } else if (scaling == Scaling::kRobust) {
    std::sort(values.begin(), values.end());
    feature.shift = Quantile(values, 0.5);
    feature.scale = Quantile(values, 0.75) - Quantile(values, 0.25);
    // Half of the values alike and more: the quartiles say nothing.
    if (feature.scale == 0) feature.scale = DeviationOf(values, mean);
  }
}

absl::StatusOr<Feature> NumberFeature(const data::Table& table, size_t column,
                                      const std::vector<int64_t>& training, Scaling scaling,
                                      std::vector<std::string>& remarks) {
  const std::string& name = table.columns()[column].name;
  const std::string field = absl::StrCat("features[", name, "]");
  Feature feature{.name = name, .column = column};
  std::vector<double> values = ValuesAt(table.cells(column), training);
  if (values.empty()) {
    return Refuse(field, Reason::kInvalidValue,
                  absl::StrFormat("column %s has no value in any of the %d training rows; leave it "
                                  "out",
                                  Quoted(name), training.size()));
  }
  const double mean = MeanOf(values);
  feature.filling = mean;
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  if (*least == *greatest) {
    remarks.push_back(
        absl::StrFormat("column %s holds %s in every training row, which tells "
                        "nothing of the target",
                        Quoted(name), NumberText(*least)));
    feature.filling = *least;
    if (scaling != Scaling::kNone) feature.shift = *least;
    return feature;
  }
  Scale(scaling, values, mean, feature);
  if (!std::isfinite(feature.shift) || !std::isfinite(feature.scale) || feature.scale == 0) {
    return Refuse(field, Reason::kInvalidValue,
                  absl::StrFormat("column %s, from %s to %s, cannot be scaled in double precision; "
                                  "choose scaling none, or other units",
                                  Quoted(name), NumberText(*least), NumberText(*greatest)));
  }
  return feature;
}

/// 0 and 1 for all categories but the first, and for what is missing where that is filled.
std::vector<Feature> CategoryFeatures(const data::Table& table, size_t column, Missing missing,
                                      std::vector<std::string>& remarks) {
  const data::ColumnInfo& info = table.columns()[column];
  const auto cells = table.cells(column);
  const bool gaps = missing == Missing::kFill &&
                    std::any_of(cells.begin(), cells.end(), [](double c) { return std::isnan(c); });
  std::vector<Feature> features;
  const size_t count = info.categories.size() + (gaps ? 1 : 0);
  for (size_t code = 1; code < count; ++code) {
    const bool gap = code == info.categories.size();
    features.push_back({.name = absl::StrCat(info.name, "=", gap ? "" : info.categories[code]),
                        .column = column,
                        .category = static_cast<int64_t>(code)});
  }
  if (features.empty()) {
    remarks.push_back(
        absl::StrFormat("column %s has one category, %s, and tells nothing of the "
                        "target",
                        Quoted(info.name), Quoted(info.categories.front())));
  }
  return features;
}

}  // namespace

absl::StatusOr<std::vector<Feature>> FeaturesOf(const data::Table& table, size_t column,
                                                const std::vector<int64_t>& training,
                                                const ModelSpec& spec, Encoding encoding,
                                                std::vector<std::string>& remarks) {
  const data::ColumnInfo& info = table.columns()[column];
  if (info.type == data::ColumnType::kCategory) {
    if (encoding == Encoding::kNumbers) {
      return CategoryFeatures(table, column, spec.missing, remarks);
    }
    return std::vector<Feature>{{.name = info.name, .column = column}};
  }
  const Scaling scaling = encoding == Encoding::kNumbers ? spec.scaling : Scaling::kNone;
  auto feature = NumberFeature(table, column, training, scaling, remarks);
  if (!feature.ok()) return feature.status();
  return std::vector<Feature>{*std::move(feature)};
}

}  // namespace thalweg::models
