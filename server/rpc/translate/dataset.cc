#include "server/rpc/translate/dataset.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/translate/run_name.h"
#include "server/rpc/translate/time.h"

namespace thalweg::rpc {
namespace {

// A message must stay small, whatever the table has.
constexpr size_t kMostCategories = 1000;        // of a column
constexpr size_t kMostCategoryBytes = 1 << 20;  // of all columns together

absl::StatusOr<data::CsvFormat> FromWire(const v1::CsvFormat& wire) {
  data::CsvFormat csv;
  if (wire.delimiter().size() > 1) {
    return Refuse("delimiter", Reason::kInvalidValue,
                  absl::StrCat("is ", Quoted(wire.delimiter()), "; expected one byte"));
  }
  if (!wire.delimiter().empty()) csv.delimiter = wire.delimiter().front();
  if (wire.has_header()) csv.header = wire.header();
  csv.missing.assign(wire.missing().begin(), wire.missing().end());
  for (const auto& [name, type] : wire.types()) {
    if (type == v1::COLUMN_TYPE_UNSPECIFIED) continue;
    if (type != v1::COLUMN_TYPE_NUMBER && type != v1::COLUMN_TYPE_CATEGORY) {
      return Refuse(absl::StrCat("types[", name.substr(0, data::kLongestColumnName), "]"),
                    Reason::kInvalidValue, "expected COLUMN_TYPE_NUMBER or COLUMN_TYPE_CATEGORY");
    }
    csv.types[name] =
        type == v1::COLUMN_TYPE_CATEGORY ? data::ColumnType::kCategory : data::ColumnType::kNumber;
  }
  return csv;
}

void StatisticsToWire(const data::ColumnInfo& column, size_t& category_bytes, v1::Column& wire) {
  const data::ColumnStatistics& s = column.statistics;
  wire.set_missing(s.missing);
  wire.set_least(s.least);
  wire.set_greatest(s.greatest);
  wire.set_mean(s.mean);
  wire.set_deviation(s.deviation);
  wire.set_median(s.median);
  wire.set_lower_quartile(s.lower_quartile);
  wire.set_upper_quartile(s.upper_quartile);
  wire.set_distinct(s.distinct);
  for (size_t i = 0; i < std::min(column.categories.size(), kMostCategories); ++i) {
    category_bytes += column.categories[i].size() + sizeof(int64_t);
    if (category_bytes > kMostCategoryBytes) return;
    wire.add_categories(column.categories[i]);
    wire.add_counts(s.counts[i]);
  }
}

}  // namespace

absl::StatusOr<datasets::UploadSpec> FromWire(const v1::UploadSpec& wire) {
  datasets::UploadSpec spec{.display_name = wire.display_name(), .sha256 = wire.sha256()};
  if (wire.has_size()) spec.size = wire.size();
  if (wire.has_raw()) {
    datasets::RawFormat raw;
    raw.rows = wire.raw().row_count();
    raw.columns.assign(wire.raw().columns().begin(), wire.raw().columns().end());
    spec.format = std::move(raw);
    return spec;
  }
  absl::StatusOr<data::CsvFormat> csv = FromWire(wire.csv());
  if (!csv.ok()) return Under("csv", csv.status());
  spec.format = *std::move(csv);
  return spec;
}

void ToWire(const datasets::Upload& upload, v1::Upload& wire) {
  wire.set_name("uploads/" + upload.id);
  wire.set_received(upload.received);
  v1::UploadSpec& spec = *wire.mutable_spec();
  spec.set_display_name(upload.spec.display_name);
  spec.set_sha256(upload.spec.sha256);
  if (upload.spec.size) spec.set_size(*upload.spec.size);
  if (const auto* raw = std::get_if<datasets::RawFormat>(&upload.spec.format)) {
    spec.mutable_raw()->mutable_columns()->Assign(raw->columns.begin(), raw->columns.end());
    spec.mutable_raw()->set_row_count(raw->rows);
    return;
  }
  const auto& csv = std::get<data::CsvFormat>(upload.spec.format);
  v1::CsvFormat& format = *spec.mutable_csv();
  if (csv.delimiter) format.set_delimiter(std::string(1, *csv.delimiter));
  if (csv.header) format.set_header(*csv.header);
  format.mutable_missing()->Assign(csv.missing.begin(), csv.missing.end());
  for (const auto& [name, type] : csv.types) {
    (*format.mutable_types())[name] =
        type == data::ColumnType::kCategory ? v1::COLUMN_TYPE_CATEGORY : v1::COLUMN_TYPE_NUMBER;
  }
}

void ToWire(const datasets::Dataset& dataset, DatasetView view, v1::Dataset& wire) {
  wire.set_name("datasets/" + dataset.id);
  wire.set_display_name(dataset.display_name);
  wire.set_row_count(static_cast<int64_t>(dataset.rows));
  wire.set_stored_bytes(dataset.stored_bytes);
  wire.set_sha256(dataset.sha256);
  wire.set_tenant(dataset.tenant);
  ToWire(dataset.created, *wire.mutable_create_time());
  size_t category_bytes = 0;
  for (const data::ColumnInfo& column : dataset.columns) {
    v1::Column& to = *wire.add_columns();
    to.set_name(column.name);
    to.set_type(column.type == data::ColumnType::kCategory ? v1::COLUMN_TYPE_CATEGORY
                                                           : v1::COLUMN_TYPE_NUMBER);
    if (view == DatasetView::kWhole) StatisticsToWire(column, category_bytes, to);
  }
}

absl::StatusOr<std::string> DatasetId(const std::string& name) {
  return ParseName("datasets", name);
}

absl::StatusOr<std::string> UploadId(const std::string& name) { return ParseName("uploads", name); }

}  // namespace thalweg::rpc
