#include "client/cli/output/dataset_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/time_util.h"

#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/table_text.h"

namespace thalweg::cli {
namespace {

constexpr int kMostCategories = 8;  // of a column on the screen

bool IsCategory(const v1::Column& column) { return column.type() == v1::COLUMN_TYPE_CATEGORY; }

std::string TypeName(const v1::Column& column) {
  return IsCategory(column) ? "category" : "number";
}

/// Whether it has a number at all: then it has a mean.
bool HasNumbers(const v1::Dataset& dataset, const v1::Column& column) {
  return !IsCategory(column) && column.missing() < dataset.row_count();
}

void WriteStatistics(Json& json, const v1::Dataset& dataset, const v1::Column& column) {
  json.Key("missing").Integer(column.missing()).Key("distinct").Integer(column.distinct());
  if (IsCategory(column)) {
    json.Key("categories").Array();
    for (int i = 0; i < std::min(column.categories_size(), column.counts_size()); ++i) {
      json.Object().Key("name").Text(column.categories(i));
      json.Key("count").Integer(column.counts(i)).EndObject();
    }
    json.EndArray();
  } else if (HasNumbers(dataset, column)) {
    json.Key("least").Number(column.least()).Key("lower_quartile").Number(column.lower_quartile());
    json.Key("median").Number(column.median());
    json.Key("upper_quartile").Number(column.upper_quartile());
    json.Key("greatest").Number(column.greatest());
    json.Key("mean").Number(column.mean()).Key("deviation").Number(column.deviation());
  }
}

/// The most frequent categories first: "setosa (50), versicolor (50), ... 7 more".
std::string CategoriesText(const v1::Column& column) {
  std::vector<int> order;
  for (int i = 0; i < std::min(column.categories_size(), column.counts_size()); ++i) {
    order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return column.counts(a) > column.counts(b); });
  std::string text;
  const int all = std::max(static_cast<int>(column.distinct()), column.categories_size());
  const int shown = std::min(kMostCategories, static_cast<int>(order.size()));
  for (int i = 0; i < shown; ++i) {
    const int place = order[static_cast<size_t>(i)];
    absl::StrAppend(&text, i == 0 ? "" : ", ", Printable(column.categories(place)), " (",
                    CountText(column.counts(place)), ")");
  }
  if (all > shown) absl::StrAppend(&text, " ... ", all - shown, " more");
  return text;
}

const v1::Column* Find(const v1::Dataset& dataset, const std::string& name) {
  for (const v1::Column& column : dataset.columns()) {
    if (column.name() == name) return &column;
  }
  return nullptr;
}

/// The category that a code stands for; null where it is not among those that came.
const std::string* CategoryOf(const v1::Column* column, double code) {
  if (column == nullptr || !IsCategory(*column) || !(code >= 0 && code < column->categories_size()))
    return nullptr;
  return &column->categories(static_cast<int>(code));
}

std::string Cell(const v1::Column* column, double value) {
  if (std::isnan(value)) return "-";
  const std::string* const category = CategoryOf(column, value);
  return category == nullptr ? NumberText(value) : Printable(*category);
}

}  // namespace

void WriteDataset(Json& json, const v1::Dataset& dataset, bool statistics) {
  json.Object().Key("name").Text(dataset.name()).Key("display_name").Text(dataset.display_name());
  json.Key("rows").Integer(dataset.row_count());
  json.Key("stored_bytes").Integer(dataset.stored_bytes());
  json.Key("sha256").Text(dataset.sha256());
  json.Key("create_time").Text(google::protobuf::util::TimeUtil::ToString(dataset.create_time()));
  json.Key("columns").Array();
  for (const v1::Column& column : dataset.columns()) {
    json.Object().Key("name").Text(column.name()).Key("type").Text(TypeName(column));
    if (statistics) WriteStatistics(json, dataset, column);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

std::string BytesText(int64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (bytes < 1 << 10) return absl::StrCat(bytes, " B");
  if (bytes < 1 << 20) return absl::StrFormat("%.1f KiB", size / (1 << 10));
  return absl::StrFormat("%.1f MiB", size / (1 << 20));
}

std::string DatasetText(const v1::Dataset& dataset) {
  std::string text = absl::StrCat(
      dataset.name(), "  ", Printable(dataset.display_name()), "\n", CountText(dataset.row_count()),
      " rows, ", dataset.columns_size(), " columns, ", BytesText(dataset.stored_bytes()),
      ", uploaded ", google::protobuf::util::TimeUtil::ToString(dataset.create_time()), "\n");
  Table numbers(1);
  numbers.Add({"NUMBER", "MISSING", "LEAST", "MEDIAN", "GREATEST", "MEAN", "DEVIATION"});
  std::string categories;
  for (const v1::Column& column : dataset.columns()) {
    const std::string missing = CountText(column.missing());
    if (IsCategory(column)) {
      absl::StrAppend(&categories, "  ", Printable(column.name()), ", ", missing,
                      " missing: ", CategoriesText(column), "\n");
    } else if (HasNumbers(dataset, column)) {
      numbers.Add({Printable(column.name()), missing, ShortText(column.least()),
                   ShortText(column.median()), ShortText(column.greatest()),
                   ShortText(column.mean()), ShortText(column.deviation())});
    } else {
      numbers.Add({Printable(column.name()), missing, "-", "-", "-", "-", "-"});
    }
  }
  if (numbers.rows() > 1) absl::StrAppend(&text, "\n", numbers.Text());
  if (!categories.empty()) absl::StrAppend(&text, "\n  CATEGORY\n", categories);
  return text;
}

std::string RowsText(const v1::Dataset& dataset, const v1::ReadDatasetResponse& rows) {
  Table table(0);
  std::vector<std::string> head = {"row"};
  for (const v1::ColumnValues& column : rows.columns()) head.push_back(Printable(column.name()));
  table.Add(head);
  for (int i = 0; i < rows.rows_size(); ++i) {
    std::vector<std::string> line = {absl::StrCat(rows.rows(i))};
    for (const v1::ColumnValues& column : rows.columns()) {
      line.push_back(Cell(Find(dataset, column.name()), column.values(i)));
    }
    table.Add(line);
  }
  return table.Text();
}

void WriteRow(Json& json, const v1::Dataset& dataset, const v1::ReadDatasetResponse& rows, int i) {
  json.Object().Key("row").Integer(rows.rows(i));
  for (const v1::ColumnValues& column : rows.columns()) {
    const double value = column.values(i);
    json.Key(column.name());
    if (const std::string* category = CategoryOf(Find(dataset, column.name()), value)) {
      json.Text(*category);
    } else {
      json.Known(value);
    }
  }
  json.EndObject();
}

}  // namespace thalweg::cli
