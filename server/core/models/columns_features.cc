#include <algorithm>
#include <cmath>
#include <span>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/models/columns.h"
#include "server/core/number_text.h"
#include "server/core/option_info.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

/// What a column holds in some rows.
struct Figures {
  int64_t count = 0;  // cells with a value
  double mean = 0, least = kInfinity, greatest = -kInfinity;
};

/// Calls `each` with the value of every cell that has one.
template <typename Each>
void ForEachValue(std::span<const double> cells, const std::vector<int64_t>& rows,
                  const Each& each) {
  for (const int64_t row : rows) {
    const double cell = cells[static_cast<size_t>(row)];
    if (!std::isnan(cell)) each(cell);
  }
}

Figures FiguresOf(std::span<const double> cells, const std::vector<int64_t>& rows) {
  Figures figures;
  double sum = 0;
  ForEachValue(cells, rows, [&](double value) {
    ++figures.count;
    sum += value;
    figures.least = std::min(figures.least, value);
    figures.greatest = std::max(figures.greatest, value);
  });
  figures.mean = sum / static_cast<double>(figures.count);
  return figures;
}

double DeviationOf(std::span<const double> cells, const std::vector<int64_t>& rows,
                   const Figures& figures) {
  double sum = 0;
  ForEachValue(cells, rows,
               [&](double value) { sum += (value - figures.mean) * (value - figures.mean); });
  return std::sqrt(sum / static_cast<double>(figures.count));
}

/// Of sorted values, between neighbours in proportion (Hyndman & Fan (1996), type 7).
double Quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Shift and scale of a feature whose values are not all alike.
void Scale(Scaling scaling, std::span<const double> cells, const std::vector<int64_t>& rows,
           const Figures& figures, Feature& feature) {
  if (scaling == Scaling::kStandard) {
    feature.shift = figures.mean;
    feature.scale = DeviationOf(cells, rows, figures);
  } else if (scaling == Scaling::kMinMax) {
    feature.shift = figures.least;
    feature.scale = figures.greatest - figures.least;
  } else if (scaling == Scaling::kRobust) {
    std::vector<double> values;
    ForEachValue(cells, rows, [&](double value) { values.push_back(value); });
    std::sort(values.begin(), values.end());
    feature.shift = Quantile(values, 0.5);
    feature.scale = Quantile(values, 0.75) - Quantile(values, 0.25);
    // Half of the values alike and more: the quartiles say nothing.
    if (feature.scale == 0) feature.scale = DeviationOf(cells, rows, figures);
  }
}

absl::StatusOr<Feature> NumberFeature(const data::Table& table, size_t column,
                                      const std::vector<int64_t>& training, Scaling scaling,
                                      std::vector<std::string>& remarks) {
  const std::string& name = table.columns()[column].name;
  const std::string field = absl::StrCat("features[", name, "]");
  Feature feature{.name = name, .column = column};
  const auto cells = table.cells(column);
  const Figures figures = FiguresOf(cells, training);
  if (figures.count == 0) {
    return Refuse(field, Reason::kInvalidValue,
                  absl::StrFormat("column %s has no value in any of the %d training rows; leave it "
                                  "out",
                                  Quoted(name), training.size()));
  }
  feature.filling = figures.mean;
  if (figures.least == figures.greatest) {
    remarks.push_back(
        absl::StrFormat("column %s holds %s in every training row, which tells "
                        "nothing of the target",
                        Quoted(name), NumberText(figures.least)));
    feature.filling = figures.least;
    if (scaling != Scaling::kNone) feature.shift = figures.least;
    return feature;
  }
  Scale(scaling, cells, training, figures, feature);
  if (!std::isfinite(feature.shift) || !std::isfinite(feature.scale) || feature.scale == 0) {
    return Refuse(
        field, Reason::kInvalidValue,
        absl::StrFormat("column %s, from %s to %s, cannot be scaled in double precision; "
                        "choose scaling none, or other units",
                        Quoted(name), NumberText(figures.least), NumberText(figures.greatest)));
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
